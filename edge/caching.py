"""In charge of answers that caches on the way may keep: what all get who do not say who they are.

Only queries by GET that are asked for by an id are among them, without any error or warning, and
where an operator says for how long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from edge.rates import NAMES
from edge.requests import Headers, header

RawHeaders = Sequence[tuple[bytes, bytes]]

_CACHE_CONTROL: Final = b"cache-control"
_NOT_STORED: Final = (_CACHE_CONTROL, b"no-store")
_VARIES: Final = ("Accept", "Accept-Encoding")


@dataclass(frozen=True, slots=True)
class Caching:
    """For how many seconds answers may be kept: those of all operations, and of some by name."""

    seconds: int = 0
    operations: Mapping[str, int] = field(default_factory=dict[str, int])

    def seconds_of(self, operation: str | None) -> int:
        """How long an answer to this one may be kept; 0 is not at all."""
        return self.operations.get(operation or "", self.seconds)


def vary(*, tokens: bool, cookies: bool) -> bytes:
    """By what answers differ: no cache is to give somebody what is for who is nobody.

    That they differ by `Origin` is said by what knows of origins.
    """
    by = [*_VARIES, *(["Authorization"] if tokens else ()), *(["Cookie"] if cookies else ())]
    return ", ".join(by).encode()


def tag_of(media_type: str, content: bytes) -> bytes:
    """The entity tag of an answer. It is weak, since in gzip it is the same."""
    digest = hashlib.blake2b(content, digest_size=16, person=media_type[-16:].encode())
    return b'W/"%s"' % digest.hexdigest().encode()


def is_known(headers: Headers, tag: bytes) -> bool:
    """Whether the client has an answer with this tag."""
    said = header(headers, b"if-none-match")
    bare = {each.strip().removeprefix("W/") for each in said.split(",")}
    return "*" in bare or tag.decode().removeprefix("W/") in bare


def told_to_caches(headers: RawHeaders, varies: bytes, seconds: int, tag: bytes) -> RawHeaders:
    """The headers of an answer by GET that may be kept for so long, or not at all.

    What is left of a client's rates is nobody else's affair.
    """
    if seconds:
        public = b"public, max-age=%d" % seconds
        kept = [each for each in headers if each[0] not in NAMES]
        return [*kept, (_CACHE_CONTROL, public), (b"etag", tag), (b"vary", varies)]
    said = any(name == _CACHE_CONTROL for name, _ in headers)
    return [*headers, *(() if said else (_NOT_STORED,)), (b"vary", varies)]
