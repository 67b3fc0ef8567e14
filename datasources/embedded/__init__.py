"""The servers that come with Bigraph: PostgreSQL, SecantusDB and Valkey as supervised children."""

from datasources.embedded.errors import EmbeddedError
from datasources.embedded.owned import check_owner, note_owner
from datasources.embedded.server import ServerName
from datasources.embedded.supervisor import EmbeddedUrls, Supervisor

__all__ = [
    "EmbeddedError",
    "EmbeddedUrls",
    "ServerName",
    "Supervisor",
    "check_owner",
    "note_owner",
]
