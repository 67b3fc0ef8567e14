"""In charge of which document a request means, by its text, an id or a hash."""

from __future__ import annotations

from typing import Final

from edge.errors import DocumentError, HttpError
from edge.persisted.kept import Kept
from edge.persisted.naming import digest_of
from edge.replies import Body
from edge.requests import GraphQLRequest

# No cache may tell others that it is not there: soon it may be.
_NOT_STORED: Final = {"cache-control": "no-store"}


class Documents:
    """Documents that requests may name; without ``kept`` none that clients sent before."""

    def __init__(self, kept: Kept | None = None) -> None:
        self._kept = kept

    async def meant(self, asked: GraphQLRequest) -> GraphQLRequest:
        """The request with the text that it names. Raises ``HttpError``."""
        if asked.named is None:
            return asked
        if asked.query:
            _check_hash(asked.named, asked.query)
            return asked._replace(is_new=self._kept is not None)
        if self._kept is None:
            raise _not_supported()
        text = await self._kept.find(asked.named)
        if text is None:
            raise _not_found()
        return asked._replace(query=text)

    async def noted(self, asked: GraphQLRequest, body: Body) -> None:
        """Keeps the document of a request, if it is new and was executed."""
        if asked.is_new and asked.named and self._kept and body.data is not None:
            await self._kept.keep(asked.named, asked.query)

    async def close(self) -> None:
        """Lets go of all connections."""
        if self._kept is not None:
            await self._kept.close()


def _check_hash(named: str, text: str) -> None:
    if digest_of(text) != named:
        message = "The `sha256Hash` is not that of the `query`."
        hint = "It is that of the text in UTF-8, as 64 hexadecimal digits in lower case."
        raise HttpError(400, "PERSISTED_QUERY_HASH_MISMATCH", message, hint=hint)


def _not_found() -> DocumentError:
    hint = "Send the text as `query`, with its hash as `extensions.persistedQuery.sha256Hash`."
    # By these words, as by the codes, clients know what to do.
    message, code = "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"
    return DocumentError(400, code, message, headers=_NOT_STORED, hint=hint)


def _not_supported() -> DocumentError:
    hint = "Send the text as `query`."
    message, code = "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED"
    return DocumentError(400, code, message, headers=_NOT_STORED, hint=hint)
