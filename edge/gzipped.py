"""In charge of gzip: bodies that come in it, within their limit, and answers that leave in it."""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache
from typing import Final

from edge.errors import HttpError
from edge.media import qualities

GZIP: Final = "gzip"
_TAKEN: Final = frozenset({GZIP, "x-gzip"})
_PLAIN: Final = frozenset({"", "identity"})
_AS_GZIP: Final = zlib.MAX_WBITS + 16  # zlib's own way to ask for gzip's frame

# As nginx does: more takes several times as long, and saves some per cent of JSON.
_LEVEL: Final = 1
_LARGE: Final = 100_000  # bytes, which take about a millisecond: longer ones hold up nobody


class Gunzip:
    """Takes one body apart as it comes, and makes no more of it than ``most`` bytes, and one."""

    def __init__(self, most: int) -> None:
        self._zlib = zlib.decompressobj(_AS_GZIP)
        self._left = most + 1

    def taken(self, data: bytes) -> bytes:
        """What comes of the next piece. Raises ``HttpError`` if it is no gzip."""
        if self._zlib.eof and data:
            raise _refused("The body goes on after its gzip ends.")
        try:
            out = self._zlib.decompress(data, self._left)
        except zlib.error:
            raise _refused("The body is no gzip.") from None
        if self._zlib.unused_data:
            raise _refused("The body goes on after its gzip ends.")
        self._left = max(1, self._left - len(out))  # to zlib, 0 would be no limit
        return out

    def end(self) -> None:
        """Raises ``HttpError`` if something lacks."""
        if not self._zlib.eof:
            raise _refused("The body ends before its gzip does.")


def gunzip_of(encoding: str, most: int) -> Gunzip | None:
    """What takes a body of this `Content-Encoding` apart, if it is not plain.

    Raises ``HttpError`` 415 for any other, and for several.
    """
    name = encoding.strip().lower()
    if name in _PLAIN:
        return None
    if name in _TAKEN:
        return Gunzip(most)
    message = "The body's Content-Encoding must be gzip, or none."
    raise HttpError(415, "ENCODING_UNSUPPORTED", message, headers={"accept-encoding": GZIP})


@lru_cache(64)  # clients say the same in all of their requests
def takes_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` asks for gzip, by name or by ``*``."""
    told = dict(qualities(accept_encoding))
    return max(told.get(GZIP, told.get("*", 0.0)), told.get("x-gzip", 0.0)) > 0


async def gzipped(content: bytes) -> bytes:
    """The same in gzip; what is large is packed in a thread, where it holds up nobody."""
    if len(content) > _LARGE:
        return await asyncio.to_thread(_packed, content)
    return _packed(content)


def _packed(content: bytes) -> bytes:
    return zlib.compress(content, _LEVEL, _AS_GZIP)


def _refused(message: str) -> HttpError:
    return HttpError(400, "BAD_REQUEST", message, headers={"connection": "close"})
