"""Pages of other origins, which browsers let ask where an operator says so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from edge.app import create_app
from edge.cors import SENT, TOLD
from edge.rules import HttpRules
from settings import Settings
from tests.library.library import Library

PAGE = "https://app.example"
HELLO = {"query": "{ openingHours }"}
ASKING = {
    "origin": PAGE,
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,authorization",
}


def client_of(*origins: str) -> httpx.AsyncClient:
    """A client of a library that lets these pages ask."""
    rules = HttpRules(origins=origins)
    app = create_app(Library().graph, max_body_bytes=1000, examples=None, rules=rules)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://library")


def said(response: httpx.Response) -> dict[str, str]:
    """What an answer says to browsers."""
    names = [name for name in response.headers if name.startswith("access-control-")]
    return {name.removeprefix("access-control-"): response.headers[name] for name in names}


async def test_nothing_is_said_if_nothing_is_set():
    """Neither before a request nor in its answer."""
    async with client_of() as client:
        assert not said(await client.options("/graphql", headers=ASKING))
        answer = await client.post("/graphql", json=HELLO, headers={"origin": PAGE})
    assert not said(answer)
    assert answer.json() == {"data": {"openingHours": "9 to 5"}}


async def test_a_page_that_may_ask():
    """It is told so, by name and not to be mixed up by caches; and never with a cookie."""
    async with client_of(PAGE, "http://localhost:3000") as client:
        before = await client.options("/graphql", headers=ASKING)
        answer = await client.post("/graphql", json=HELLO, headers={"origin": PAGE})
    assert before.status_code == 200
    assert said(before)["allow-origin"] == said(answer)["allow-origin"] == PAGE
    assert said(before)["allow-methods"] == "GET, POST, PUT, DELETE"
    assert said(before)["max-age"] == "7200"
    assert "allow-credentials" not in {**said(before), **said(answer)}
    assert "Origin" in before.headers["vary"]
    assert "Origin" in answer.headers["vary"]
    assert answer.json() == {"data": {"openingHours": "9 to 5"}}


@pytest.mark.parametrize("origin", ["https://evil.example", f"{PAGE}.evil.example", "null"])
async def test_a_page_that_may_not(origin: str):
    """Its browser keeps the answer from it, and does not even ask where it would be more."""
    async with client_of(PAGE) as client:
        before = await client.options("/graphql", headers=ASKING | {"origin": origin})
        answer = await client.post("/graphql", json=HELLO, headers={"origin": origin})
    (error,) = before.json()["errors"]
    assert (before.status_code, error["extensions"]["code"]) == (400, "CORS_REFUSED")
    assert error["message"] == "Disallowed CORS origin."
    assert "allow-origin" not in {**said(before), **said(answer)}


@pytest.mark.parametrize(
    "more",
    [
        {"access-control-request-method": "PATCH"},
        {"access-control-request-headers": "content-type,x-evil"},
    ],
)
async def test_what_no_page_may_send(more: dict[str, str]):
    """Other methods, and headers that mean nothing here."""
    async with client_of(PAGE) as client:
        before = await client.options("/graphql", headers=ASKING | more)
    assert before.status_code == 400
    assert before.json()["errors"][0]["extensions"]["code"] == "CORS_REFUSED"


@pytest.mark.parametrize("name", SENT)
async def test_what_clients_need_to_send(name: str):
    """Each header that means something here."""
    async with client_of("*") as client:
        headers = ASKING | {"access-control-request-headers": f"content-type, {name.lower()}"}
        before = await client.options("/graphql", headers=headers)
    assert (before.status_code, said(before)["allow-origin"]) == (200, "*")


async def test_errors_can_be_read_as_well():
    """Whatever the status, with what tells when to ask again."""
    async with client_of(PAGE) as client:
        for content, status in ((b"{", 400), (b" " * 1001, 413)):
            headers = {"origin": PAGE, "content-type": "application/json"}
            answer = await client.post("/graphql", content=content, headers=headers)
            assert (answer.status_code, said(answer)["allow-origin"]) == (status, PAGE)
            assert said(answer)["expose-headers"] == ", ".join(TOLD)
        answer = await client.get("/nope", headers={"origin": PAGE})
        assert (answer.status_code, said(answer)["allow-origin"]) == (404, PAGE)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ()),
        ("*", ("*",)),
        (f"{PAGE}/, http://localhost:3000", (PAGE, "http://localhost:3000")),
    ],
)
def test_the_setting(written: str, read: tuple[str, ...]):
    """Origins with commas between them."""
    assert settings(written).cors_origins == read


@pytest.mark.parametrize("written", ["app.example", f"{PAGE}/x", "ftp://a", "null", f"{PAGE} *"])
def test_a_setting_that_no_browser_would_match(written: str):
    """Is told at the start."""
    with pytest.raises(ValidationError, match="is no origin"):
        settings(written)


def settings(written: Any) -> Settings:
    """Settings with these origins."""
    return Settings(_env_file=None, cors_origins=written)  # type: ignore[call-arg]
