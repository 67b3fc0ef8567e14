"""The catalog as a Strawberry schema, one GraphQL construct a file."""

from resolvers.limits.directives import Cost, ListSize
from resolvers.uploads import Upload
from schema.batched import batched
from schema.build import build_schema
from schema.deciding import policies, policies_in
from schema.directives import Authenticated, Policy, RequiresScopes
from schema.extend import extends, extensions_in, requires

__all__ = [
    "Authenticated",
    "Cost",
    "ListSize",
    "Policy",
    "RequiresScopes",
    "Upload",
    "batched",
    "build_schema",
    "extends",
    "extensions_in",
    "policies",
    "policies_in",
    "requires",
]
