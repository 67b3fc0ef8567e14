"""In charge of which document a request means, by its text, an id or a hash, and if it may."""

from __future__ import annotations

from typing import Final

from edge.errors import DocumentError, HttpError
from edge.persisted.kept import Kept
from edge.persisted.naming import digest_of
from edge.persisted.trusted import Mode, Trusted, refusal, warning
from edge.replies import Body
from edge.requests import GraphQLRequest

# No cache may tell others that it is not there: soon it may be.
_NOT_STORED: Final = {"cache-control": "no-store"}


class Documents:
    """Documents that requests may name: ``kept`` are those that clients have sent before.

    Where some are ``trusted``, the texts of all requests are looked at.
    """

    def __init__(self, kept: Kept | None = None, trusted: Trusted | None = None) -> None:
        self._kept = kept
        self.trusted = trusted

    async def meant(self, asked: GraphQLRequest) -> GraphQLRequest:
        """The request with the text that it names. Raises ``HttpError``."""
        trusted = self.trusted
        if trusted is None:
            return asked if asked.named is None else await self._named(asked)
        found = None if asked.named is None else trusted.manifest.find(asked.named)
        if found is not None and asked.query in ("", found):
            return asked._replace(query=found, by_id=not asked.query)
        if not asked.query and trusted.mode is Mode.ENFORCE:
            trusted.tell(asked)
            raise refusal()
        if asked.named is not None:
            asked = await self._named(asked)
        if trusted.manifest.holds(asked.query):
            return asked._replace(is_new=False)
        return trusted.judged(asked)

    async def noted(self, asked: GraphQLRequest, body: Body) -> Body:
        """The answer, of which a client is warned if its document is not trusted.

        The document is kept, if it is new and was executed.
        """
        if asked.is_new and asked.named and self._kept and body.data is not None:
            await self._kept.keep(asked.named, asked.query)
        return body._replace(warnings=[warning()]) if asked.untrusted else body

    async def close(self) -> None:
        """Lets go of all connections."""
        if self._kept is not None:
            await self._kept.close()

    async def _named(self, asked: GraphQLRequest) -> GraphQLRequest:
        """The same of what is not in the manifest."""
        assert asked.named is not None  # noqa: S101 (or it would not be asked)
        if asked.query:
            _check_hash(asked.named, asked.query)
            return asked._replace(is_new=self._kept is not None)
        if self._kept is None and self.trusted is None:
            raise _not_supported()
        text = await self._kept.find(asked.named) if self._kept else None
        if text is None:
            raise _not_found()
        return asked._replace(query=text, by_id=True)


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
