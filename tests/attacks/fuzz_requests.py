"""In charge of requests as they stand on the wire."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import urlencode

Headers = tuple[tuple[bytes, bytes], ...]

JSON = (b"Content-Type", b"application/json")
MEANT = (b"GraphQL-Preflight", b"1")


@dataclass(frozen=True)
class Request:
    """One request, before it is written out."""

    method: bytes = b"POST"
    target: bytes = b"/graphql"
    headers: Headers = ()
    body: bytes = b""

    def having(self, *headers: tuple[bytes, bytes]) -> Request:
        """The same with more headers."""
        return replace(self, headers=(*self.headers, *headers))

    def raw(self) -> bytes:
        """All of it, with its length unless it says how long it is by itself."""
        names = {name.lower() for name, _ in self.headers}
        more: Headers = () if b"host" in names else ((b"Host", b"127.0.0.1"),)
        says = names & {b"content-length", b"transfer-encoding"}
        if not says and (self.body or self.method not in {b"GET", b"HEAD"}):
            more += ((b"Content-Length", b"%d" % len(self.body)),)
        lines = [b"%s: %s\r\n" % each for each in (*more, *self.headers)]
        head = b"%s %s HTTP/1.1\r\n" % (self.method, self.target)
        return b"".join([head, *lines, b"\r\n", self.body])

    def chunked(self, random: Random) -> Request:
        """The same, whose body comes in pieces; now and then one is wrong, or the end lacks."""
        pieces, at = [], 0
        while at < len(self.body):
            size = random.choice([1, 7, 100, 4000])
            piece = self.body[at : at + size]
            pieces.append(b"%x\r\n%s\r\n" % (len(piece), piece))
            at += size
        pieces.append(
            random.choice([b"0\r\n\r\n"] * 6 + [b"", b"0\r\nX: y\r\n\r\n", b"-1\r\n\r\n"])
        )
        if random.random() < 0.1:
            wrong = [b"zz\r\n", b"fffffffffffffffff\r\n", b"5;x=y\r\nhello\r\n", b"\r\n"]
            pieces.insert(random.randrange(len(pieces)), random.choice(wrong))
        again = replace(self, body=b"".join(pieces))
        return again.having((b"Transfer-Encoding", b"chunked"))

    def zipped(self, random: Random) -> Request:
        """The same in gzip; now and then cut off, or not gzip at all."""
        body = gzip.compress(self.body, 1)
        match random.randrange(5):
            case 0:
                body = body[: random.randrange(len(body))]
            case 1:
                body = self.body
            case 2:
                body += random.choice([b"more", body, b"\0" * 50])
            case _:
                pass
        name = random.choice([b"gzip"] * 4 + [b"GZIP", b"x-gzip", b"br", b"gzip, gzip", b""])
        return replace(self, body=body).having((b"Content-Encoding", name))


def posted(value: Any, target: bytes = b"/graphql") -> Request:
    """A value as JSON."""
    return Request(target=target, headers=(JSON,), body=as_json(value))


def got(parameters: Mapping[str, Any], target: str = "/graphql") -> Request:
    """The parameters of a query in the address."""
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in parameters.items()
        if value is not None
    }
    address = f"{target}?{urlencode(texts, errors='replace')}"
    return Request(b"GET", address.encode(), (MEANT,))


def form(target: str, fields: Mapping[str, str]) -> Request:
    """A form as browsers post it."""
    kind = (b"Content-Type", b"application/x-www-form-urlencoded")
    return Request(target=target.encode(), headers=(kind,), body=urlencode(fields).encode())


def multipart(parts: Sequence[tuple[str, str | None, bytes]], boundary: bytes = b"xx") -> Request:
    """A form with files: the name of each part, that of its file, and what is in it."""
    pieces = []
    for name, filename, content in parts:
        file = f'; filename="{filename}"' if filename is not None else ""
        head = f'Content-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        pieces.append(b"--%s\r\n%s%s\r\n" % (boundary, head.encode(), content))
    body = b"".join([*pieces, b"--%s--\r\n" % boundary])
    kind = (b"Content-Type", b"multipart/form-data; boundary=" + boundary)
    return Request(headers=(kind, MEANT), body=body)


def as_json(value: Any) -> bytes:
    """As Python writes it, which takes more than JSON has."""
    return json.dumps(value).encode()
