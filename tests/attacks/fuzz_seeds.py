"""In charge of whole requests that are right, of every kind that the server knows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from fuzz_documents import Asked
from fuzz_requests import JSON, MEANT, Request, as_json, form, got, multipart, posted
from fuzz_texts import document, value_like
from fuzz_wide import wide

EVENTS = (b"Accept", b"text/event-stream")
PARTS = (b"multipart/mixed, application/json", b"multipart/mixed;deferSpec=20220824, */*;q=0.1")
STREAM = "/graphql/stream"
_WIDE = 0.01
"""How many have a wide value, each of which takes as long as dozens of others."""
_LOGIN = {
    "response_type": "code",
    "client_id": "bigraph",
    "redirect_uri": "http://127.0.0.1/auth/callback",
    "scope": "openid profile",
    "state": "a state",
    "nonce": "a nonce",
    "code_challenge": "E9Melhoa2OwvFrEGTlyzyAXVXuCOcYgvVdlDDXhAbpM",
    "code_challenge_method": "S256",
}
_TOKEN = {
    "grant_type": "authorization_code",
    "client_id": "bigraph",
    "code": "x.y",
    "redirect_uri": "http://127.0.0.1/auth/callback",
    "code_verifier": "v" * 43,
    "refresh_token": "x",
    "token": "x",
    "logout_token": "a.b.c",
}
_PAGES = ("/", "/graphiql", "/health/ready", "/health/live", "/issuer/jwks", "/auth/session",
          "/issuer/.well-known/openid-configuration", "/auth/login?return_to=/x", "/nothing",
          "/auth/callback?code=x&state=y&iss=z", "/issuer/logout?id_token_hint=a.b.c")  # fmt: skip


@dataclass
class Seeds:
    """Makes requests of operations, about a third of which are changed already."""

    operations: Sequence[Asked]
    random: Random

    def one(self) -> Request:
        """A request of any kind."""
        if self.random.random() < _WIDE:
            return self._wide()
        kinds: list[tuple[int, Callable[[], Request]]] = [
            (12, self._posted),
            (4, self._got),
            (2, self._batch),
            (2, self._in_parts),
            (3, self._named),
            (3, self._with_files),
            (3, self._events),
            (2, self._stream),
            (2, self._once),
            (5, self._signing_in),
            (1, self._page),
            (1, self._asked_before),
            (1, self._socket),
        ]
        weights, makers = zip(*kinds, strict=True)
        return self.random.choices(makers, weights)[0]()

    def body(self) -> Any:
        """The parameters of a request, which may be wrong in one way or several."""
        asked, random = self.random.choice(self.operations), self.random
        text, variables = asked.text, asked.variables
        match random.randrange(6):
            case 0 | 1:
                text = document(text, random)
            case 2 | 3 if variables:
                variables = value_like(variables, random)
            case _:
                pass
        body: dict[str, Any] = {"query": text, "variables": variables}
        if random.random() < 0.2:
            body["operationName"] = random.choice(["Q", "", None, 5, "é"])
        if random.random() < 0.1:
            body["extensions"] = random.choice([{"explain": True}, {"operationId": "a"}, {}, []])
        return value_like(body, random) if random.random() < 0.15 else body

    def _posted(self) -> Request:
        request = posted(self.body())
        match self.random.randrange(10):
            case 0:
                return request.zipped(self.random)
            case 1:
                return request.chunked(self.random)
            case 2:
                wrong = [b"5", b"null", b"[1]", b"\xff", b"", b"[" * 30_000, b'{"a":1,"a":2}',
                         b'"x', b"{} {}", b"NaN", b"1e999", b"\xef\xbb\xbf{}"]  # fmt: skip
                return Request(headers=(JSON,), body=self.random.choice(wrong))
            case _:
                return request

    def _wide(self) -> Request:
        asked = wide(self.operations, self.random)
        request = posted({"query": asked.text, "variables": asked.variables})
        return request.zipped(self.random) if self.random.random() < 0.2 else request

    def _got(self) -> Request:
        body = self.body()
        return got(body if isinstance(body, dict) else {"query": as_json(body).decode()})

    def _batch(self) -> Request:
        return posted([self.body() for _ in range(self.random.choice([0, 1, 2, 5, 6]))])

    def _in_parts(self) -> Request:
        return posted(self.body()).having((b"Accept", self.random.choice(PARTS)))

    def _named(self) -> Request:
        body, random = self.body(), self.random
        if isinstance(body, dict):
            text = str(body.get("query")).encode(errors="replace")
            digest = hashlib.sha256(text).hexdigest()
            named = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
            body["extensions"] = value_like(named, random) if random.random() < 0.3 else named
            if random.random() < 0.6:
                body.pop("query", None)
            if random.random() < 0.3:
                body[random.choice(["documentId", "doc_id", "id"])] = f"sha256:{digest}"
        return posted(body) if random.random() < 0.6 or not isinstance(body, dict) else got(body)

    def _with_files(self) -> Request:
        random = self.random
        text = "mutation ($f: Upload!, $m: [Upload!]) { filed(file: $f, more: $m) }"
        operations: Any = {"query": text, "variables": {"f": None, "m": [None, None]}}
        places: Any = {"0": ["variables.f"], "1": ["variables.m.0", "variables.m.1"]}
        match random.randrange(4):
            case 0:
                operations = value_like(operations, random)
            case 1:
                places = value_like(places, random)
            case _:
                pass
        parts = [("operations", None, as_json(operations)), ("map", None, as_json(places))]
        parts += [("0", "a.txt", b"abc"), ("1", 'é"\\.bin', b"\r\n--x\0" * random.choice([1, 900]))]
        if random.random() < 0.2:
            random.shuffle(parts)
        if random.random() < 0.2:
            parts.pop(random.randrange(len(parts)))
        return multipart(parts, random.choice([b"xx"] * 6 + [b"x" * 70, b"a'b", b"x x"]))

    def _events(self) -> Request:
        target = self.random.choice(["/graphql", STREAM])
        body = self.body()
        if self.random.random() < 0.3 and isinstance(body, dict):
            return got(body, target).having(EVENTS)
        return posted(body, target.encode()).having(EVENTS)

    def _stream(self) -> Request:
        method = self.random.choice([b"PUT", b"GET", b"POST", b"DELETE"])
        target = self.random.choice([STREAM, f"{STREAM}?token=x", f"{STREAM}?operationId=a"])
        body = as_json(self.body()) if method == b"POST" else b""
        return Request(method, target.encode(), (JSON, MEANT), body)

    def _once(self) -> Request:
        key = self.random.choice([b"a", b"%d" % self.random.randrange(50), b"k" * 256, b"\xe9"])
        return posted(self.body()).having((b"Idempotency-Key", key))

    def _signing_in(self) -> Request:
        random = self.random
        fields: dict[str, str] = dict(_LOGIN if random.random() < 0.5 else _TOKEN)
        if random.random() < 0.6:
            name = random.choice(list(fields))
            fields[name] = random.choice(["", "\0", "é", "x" * 3000, "http://[", "a b", "%", "{}"])
        asked = got(_LOGIN, "/issuer/authorize").target.decode().partition("?")[2]
        login = {"query": asked, "person": "nobody", "subject": "ada", "claims": '{"a": [1]}'}
        login.pop(random.choice([*login, "none"]), None)
        return random.choice(
            [
                got(fields, "/issuer/authorize"),
                form("/issuer/authorize", fields),
                form("/issuer/login", login),
                form("/issuer/token", fields),
                form("/issuer/revoke", fields),
                form("/issuer/logout", fields),
                form("/auth/backchannel-logout", fields),
                got(fields, "/auth/callback"),
                posted({}, b"/auth/logout"),
            ]
        )

    def _page(self) -> Request:
        return Request(b"GET", self.random.choice(_PAGES).encode(), ((b"Accept", b"text/html"),))

    def _asked_before(self) -> Request:
        """As browsers ask before pages of other origins may."""
        asks = ((b"Origin", b"https://app.example"), (b"Access-Control-Request-Method", b"POST"))
        return Request(b"OPTIONS", b"/graphql", asks)

    def _socket(self) -> Request:
        """The handshake of a WebSocket."""
        headers = (
            (b"Connection", b"Upgrade"),
            (b"Upgrade", b"websocket"),
            (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),
            (b"Sec-WebSocket-Version", b"13"),
            (b"Sec-WebSocket-Protocol", b"graphql-transport-ws"),
        )
        return Request(b"GET", b"/graphql", headers)
