"""In charge of what is changed in headers, and in the bytes of a request as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from fuzz_requests import Request

_NAMES = (b"Accept", b"Content-Type", b"Content-Encoding", b"Accept-Encoding", b"Authorization",
          b"Cookie", b"DPoP", b"Host", b"Origin", b"Referer", b"Sec-Fetch-Site", b"Connection",
          b"Transfer-Encoding", b"Content-Length", b"Expect", b"Upgrade", b"Idempotency-Key",
          b"Request-Timeout-Ms", b"GraphQL-Cost", b"GraphQL-Timing", b"traceparent", b"tracestate",
          b"X-Forwarded-For", b"X-Forwarded-Proto", b"Forwarded", b"If-None-Match", b"Range",
          b"X-GraphQL-Event-Stream-Token", b"Apollo-Require-Preflight", b"baggage",
          b"Access-Control-Request-Method", b"Sec-WebSocket-Key", b"Sec-WebSocket-Version",
          b"Sec-WebSocket-Protocol", b"Content-Length ", b"", b"X-\xe9", b"Trailer")  # fmt: skip
_VALUES = (b"", b" ", b"*/*", b"application/json", b"application/graphql-response+json", b"gzip",
           b"application/json;q=0", b"text/event-stream", b"text/html", b"*/*;q=nan", b";;;,,,",
           b"application/json; charset=utf-16", b"application/json-evil", b"multipart/form-data",
           b"multipart/form-data; boundary=", b"multipart/form-data; boundary=xx; boundary=yy",
           b"multipart/mixed", b"application/x-www-form-urlencoded", b"text/plain", b"chunked",
           b"application/json; charset", b"application/json; charset=", b"identity", b"br", b"0",
           b"Bearer ", b"Bearer x", b"Bearer a.b.c", b"Bearer eyJhbGciOiJub25lIn0.e30.",
           b"Basic eA==",
           b"DPoP x", b"__Host-bigraph=x", b"__Host-bigraph=x; __Host-bigraph=y", b"=;=;==", b"-1",
           b"1", b"1.5", b"1e3", b"99999999999999999999", b"0x10", b"\xff\xfe", b"\xe9", b"a\tb",
           b"http://[", b"http://[::1", b"http://a:99999", b"https://evil.example", b"null",
           b"[::1]:x", b"127.0.0.1:-1", b"localhost:8000", b"256.1.1.1", b"same-origin",
           b"cross-site",
           b"100-continue", b"websocket", b"upgrade", b"keep-alive, Upgrade", b"close", b"h2c",
           b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00", b"00-zz-zz-zz", b'"key"', b"k" * 300,
           b"report", b"x" * 5000, b'W/"x"', b"bytes=0-", b"GET", b"graphql-transport-ws",
           b"dGhlIHNhbXBsZSBub25jZQ==", b"13", b"12", b"\xc3\xa9, graphql-ws")  # fmt: skip
_METHODS = (b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH", b"TRACE", b"CONNECT",
            b"get", b"PRI", b"QUERY", b"\xff", b"G" * 50)  # fmt: skip
_TARGETS = (b"/", b"*", b"/graphql", b"/graphql/", b"/graphql?", b"/graphql#x", b"//graphql", b"/%",
            b"http://evil.example/graphql", b"/graphql%00", b"/graphql?query=%ff", b"/../graphql",
            b"/graphql?query={__typename}&query={a}", b"/\xe9", b"/graphql/stream?token=x", b"",
            b"/graphql?variables=[", b"/graphql?" + b"&".join([b"a=b"] * 150), b"/%c3%28",
            b"/graphql/stream?token=x&token=y", b"/graphql?extensions={}&query=", b":0", b"/a b",
            b"/graphql?query=" + b"a" * 60_001, b"/auth/login?return_to=//x",
            b"http://[/")  # fmt: skip
_SPLICES = (b"\r\n", b"\n", b"\r", b"\0", b"\r\n\r\n", b" ", b":", b"\xff\xff", b"0\r\n\r\n", b"{",
            b"HTTP/1.1", b"GET /graphql HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n ", b"\t",
            b"%00")  # fmt: skip


def changed(request: Request, random: Random) -> Request:
    """A request with other headers, another method or another address; whole nevertheless."""
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        headers = list(request.headers)
        match random.randrange(12):
            case 0 if headers:
                headers.append(random.choice(headers))
            case 1 if headers:
                headers.remove(random.choice(headers))
            case 2 if headers:
                at = random.randrange(len(headers))
                headers[at] = (headers[at][0], random.choice(_VALUES))
            case 3:
                request = replace(request, method=random.choice(_METHODS))
            case 4:
                request = replace(request, target=random.choice(_TARGETS))
            case 5:
                headers += [(b"X-%d" % number, b"y") for number in range(random.choice([30, 300]))]
            case _:
                headers.append((random.choice(_NAMES), random.choice(_VALUES)))
        request = replace(request, headers=tuple(headers))
    return request


def broken(raw: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The same bytes, with some of them wrong, or lacking, or from elsewhere."""
    data = bytearray(raw)
    for _ in range(random.choice([1, 1, 2, 4, 16])):
        at = random.randrange(len(data)) if data else 0
        match random.randrange(8):
            case 0 | 1 if data:
                data[at] ^= 1 << random.randrange(8)
            case 2:
                data[at:at] = random.randbytes(random.choice([1, 4, 64]))
            case 3:
                del data[at : at + random.choice([1, 2, 20])]
            case 4:
                del data[at:]
            case 5:
                data[at:at] = data[at : at + random.randrange(200)]
            case 6:
                data[at:at] = random.choice(_SPLICES)
            case _:
                other = random.choice(others)
                data[at:] = other[random.randrange(len(other)) :]
    return bytes(data)
