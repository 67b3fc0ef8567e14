"""In charge of answers as they go out: their JSON, their headers, and whether in gzip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from starlette.types import Send

from edge.caching import RawHeaders, is_known, tag_of, told_to_caches
from edge.gzipped import gzipped, takes_gzip
from edge.media import OFFERED
from edge.requests import Headers, header
from edge.transport import send_whole
from resolvers.errors import UnauthorizedError
from resolvers.operations.answering import as_json

_UNAUTHORIZED: Final = UnauthorizedError.code
HAS_IT: Final = 304
"""The status of an answer that the client has kept, and may go on using."""

PRIVATE: Final = ((b"cache-control", b"no-store"),)
"""Of what somebody may see: no cache keeps it, which might not tell one cookie from another."""

_GZIPPED: Final = (b"content-encoding", b"gzip")
_CONTENT_TYPES: Final = {
    media_type: (b"content-type", b"%s; charset=utf-8" % media_type.encode())
    for media_type in OFFERED
}


class Body(NamedTuple):
    """An answer's data in JSON, none if nothing was executed, and its errors."""

    data: bytes | None
    errors: Sequence[dict[str, Any]]
    repeats: bool = False
    """Whether it is the answer to an earlier request with the same idempotency key."""
    pending: Sequence[str] = ()
    """What one of two stores perhaps lacks as yet, by its ids in the outbox."""
    cost: Mapping[str, Any] | None = None
    """What it was estimated to cost, and did, if the client asks."""
    explain: Mapping[str, Any] | None = None
    """How it was answered, if the client asks."""
    warnings: Sequence[Mapping[str, Any]] = ()
    """What is right as yet, and may be refused one day."""
    seconds: int = 0
    """For how long caches may keep it."""

    def whole(self) -> Body:
        """The same, or what may not be read and nothing else."""
        denied = [each for each in self.errors if each["extensions"]["code"] == _UNAUTHORIZED]
        return self._replace(data=None, errors=denied) if denied else self

    def json(self) -> bytes:
        """The whole answer."""
        if not (self.errors or self.pending or self.cost or self.warnings or self.explain):
            return b'{"data":%s}' % self.data
        parts = [] if self.data is None else [b'"data":%s' % self.data]
        if self.errors:
            parts.append(b'"errors":%s' % as_json(self.errors))
        said: Mapping[str, Any] = {
            "pending": self.pending,
            "cost": self.cost,
            "explain": self.explain,
            "warnings": self.warnings,
        }
        if any(said.values()):
            told = {name: value for name, value in said.items() if value}
            parts.append(b'"extensions":%s' % as_json(told))
        return b"{%s}" % b",".join(parts)


class Bodies(NamedTuple):
    """The answers to the requests of one body, in their order: each as if it had come alone."""

    each: Sequence[Body]

    @property
    def errors(self) -> Sequence[dict[str, Any]]:
        """Of all of them."""
        return [error for body in self.each for error in body.errors]

    def json(self) -> bytes:
        """The whole answer."""
        return b"[%s]" % b",".join([body.json() for body in self.each])


class Content(NamedTuple):
    """An answer whose JSON is made; empty where the client has it already."""

    errors: Sequence[dict[str, Any]]
    text: bytes = b""

    def json(self) -> bytes:
        """The whole answer."""
        return self.text


class Reply(NamedTuple):
    """What goes back; ``headers`` are those beside the content's own."""

    status: int
    media_type: str
    body: Body | Bodies | Content
    headers: RawHeaders = ()
    seconds: int = 0
    """For how long caches may keep it, if it is by GET."""
    is_sent: bool = False
    """Whether it has gone, in parts."""


def for_get(reply: Reply, headers: Headers, varies: bytes) -> Reply:
    """The same to a request by GET: what caches may do with it, or that the client has it.

    To others nothing is said, since no cache keeps what they are told.
    """
    content = reply.body.json()
    tag = tag_of(reply.media_type, content)
    more = told_to_caches(reply.headers, varies, reply.seconds, tag)
    if reply.seconds and is_known(headers, tag):
        return reply._replace(status=HAS_IT, body=Content(()), headers=more)
    return reply._replace(body=Content(reply.body.errors, content), headers=more)


async def sent(send: Send, reply: Reply, headers: Headers, gzip_from: int | None) -> None:
    """Sends it; in gzip, if the client takes that and it is so long."""
    content, packed = reply.body.json(), False
    if gzip_from is not None and len(content) >= gzip_from and b"accept-encoding" in headers:
        packed = takes_gzip(header(headers, b"accept-encoding"))
        content = await gzipped(content) if packed else content
    if not packed and (not reply.headers or reply.headers == PRIVATE):
        usual = (_CONTENT_TYPES[reply.media_type], *reply.headers)
        if send_whole(send, reply.status, usual, content):
            return
    raw = [*reply.headers]
    if reply.status != HAS_IT:
        length = (b"content-length", b"%d" % len(content))
        raw = [_CONTENT_TYPES[reply.media_type], length, *raw]
    if packed:
        raw.append(_GZIPPED)
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
