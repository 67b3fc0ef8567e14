"""In charge of documents that clients have sent with their hash: here, and in Redis for all.

None is kept that was not executed, so each is valid and within the limits. What is kept is bounded
in both places; whatever is gone a client sends again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from datasources.redis import Texts
from edge.persisted.naming import digest_of, is_digest
from resolvers.operations.remembered import Remembered

_HERE: Final = 2_000_000  # characters
_LONGEST: Final = 50_000
"""Bytes of a document that is kept: a longer one is answered, and sent again each time."""


@dataclass(frozen=True, slots=True)
class _Text:
    text: str

    @property
    def weight(self) -> int:
        """Its characters."""
        return len(self.text)


class Kept:
    """Documents by their hashes; without ``texts`` those that came to this process alone."""

    def __init__(self, texts: Texts | None, *, most_here: int = _HERE) -> None:
        self._texts = texts
        self._here = Remembered[str, _Text](most_here)

    async def find(self, digest: str) -> str | None:
        """The text of this hash; None if it is not known, or not now."""
        known = self._here.find(digest)
        if known is not None:
            return known.text
        if self._texts is None or not is_digest(digest):
            return None
        text = await self._texts.find(digest)
        if text is None or digest_of(text) != digest:  # what others wrote there is not believed
            return None
        self._here.keep(digest, _Text(text))
        return text

    async def keep(self, digest: str, text: str) -> None:
        """Keeps a text that this is the hash of, if it is new here and not too long."""
        if self._here.find(digest) is not None or len(text.encode()) > _LONGEST:
            return
        self._here.keep(digest, _Text(text))
        if self._texts is not None:
            await self._texts.keep(digest, text)

    async def close(self) -> None:
        """Lets go of all connections."""
        if self._texts is not None:
            await self._texts.close()
