"""In charge of what the tests of signing in by browser share: workers, and browsers before them."""

from dataclasses import replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import httpx
import strawberry
from strawberry import Info

from auth import Late
from auth.authenticator import Authenticator
from auth.browsers import Browsers
from auth.issuers import Login
from auth.sessions import Lifetimes
from datasources.redis import Replays, Sessions
from edge.app import create_app
from edge.insight import Insight
from edge.rules import SAFE
from schema import extends
from tests.library.library import Library
from tests.login.provider import AUDIENCE, CLIENT_ID, Provider

APP = "https://app.test"
QUERY = {"query": "{ me }"}
LIFETIMES = Lifetimes(whole=28_800, idle=3_600)


@extends("Query")
class _Me:
    """Who asks, as resolvers know it."""

    @strawberry.field
    def me(self, info: Info) -> str | None:
        """The subject, the roles and the scopes."""
        who = info.context.principal
        return who.subject and " ".join([who.subject, *sorted(who.roles), *sorted(who.scopes)])


class Worker:
    """One process's part: an app of its own, whose sessions are in a Redis that others share."""

    def __init__(
        self,
        provider: Provider,
        redis_url: str,
        space: str,
        *,
        profile: str = "rfc9068",
        lifetimes: Lifetimes = LIFETIMES,
        explains_for: str | None = None,
    ) -> None:
        clock = lambda: provider.now  # noqa: E731
        issuer = provider.issuer(profile)
        login = Login(issuer, CLIENT_ID, provider.secret, ("openid", "profile"))
        replays = Replays(redis_url)
        authenticator = Authenticator([issuer], replays, clock=clock)
        self.sessions = Sessions(redis_url, space=space)
        self.browsers = Browsers(
            login, authenticator, self.sessions, replays, lifetimes, clock=clock
        )
        self.graph = replace(
            Library(_Me).graph,
            authenticator=authenticator,
            browsers=Late(lambda: self.browsers),
            public_url=APP,
        )
        rules = replace(SAFE, insight=Insight(role=explains_for))
        self.app = create_app(self.graph, max_body_bytes=10_000, examples=[], rules=rules)
        self._replays = replays

    async def close(self) -> None:
        await self.graph.close()
        await self._replays.close()


class Browser:
    """A browser with its cookies, in front of workers; follows nothing by itself."""

    def __init__(self, *workers: Worker) -> None:
        self._cookies = httpx.Cookies()
        self.clients = [
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=worker.app, raise_app_exceptions=False),
                base_url=APP,
            )
            for worker in workers
        ]
        for client in self.clients:
            client._cookies = self._cookies
        self._web = httpx.AsyncClient()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in (*self.clients, self._web):
            await client.aclose()

    @property
    def here(self) -> httpx.AsyncClient:
        """The first worker."""
        return self.clients[0]

    @property
    def session(self) -> str | None:
        """The cookie that it is known by."""
        return self._cookies.get("__Host-bigraph")

    def set_cookie(self, name: str, value: str) -> None:
        """As if it had got it some way."""
        self._cookies.set(name, value, domain="app.test", path="/")

    def drop_cookies(self) -> None:
        """As if it had never been here."""
        self._cookies.clear()

    async def begin(self, **parameters: str) -> httpx.Response:
        """Open the address of logins."""
        return await self.here.get("/auth/login", params=parameters)

    async def authorize(self, url: str) -> str:
        """Sign in at the issuer; where that sends the browser."""
        return (await self._web.get(url)).headers["location"]

    async def come_back(self, url: str, **changes: str | None) -> httpx.Response:
        """Follow the issuer's answer, with something changed in it; None takes it away."""
        parts = urlsplit(url)
        told: dict[str, Any] = dict(parse_qsl(parts.query)) | changes
        told = {name: value for name, value in told.items() if value is not None}
        return await self.here.get(parts.path, params=told)

    async def log_in(self, **changes: str | None) -> httpx.Response:
        """All of it."""
        begun = await self.begin()
        assert begun.status_code == 303, begun.text
        return await self.come_back(await self.authorize(begun.headers["location"]), **changes)

    async def ask(self, worker: int = 0, **headers: str) -> httpx.Response:
        """Who it is, over HTTP."""
        return await self.clients[worker].post("/graphql", json=QUERY, headers=headers)

    async def me(self, worker: int = 0) -> str | None:
        """The answer to that."""
        answer = await self.ask(worker)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["me"]

    async def log_out(self) -> httpx.Response:
        """As a page of ours does."""
        return await self.here.post("/auth/logout", headers={"graphql-preflight": "1"})


def code_of(answer: httpx.Response) -> str:
    """The code of its only error."""
    (error,) = answer.json()["errors"]
    return error["extensions"]["code"]


__all__ = ["APP", "AUDIENCE", "LIFETIMES", "QUERY", "Browser", "Worker", "code_of"]
