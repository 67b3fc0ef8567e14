"""What the issuer gives holds for its time, with or without a Redis."""

from pathlib import Path

import httpx
import pytest
from issuer_parts import Clock, own_issuer
from starlette.applications import Starlette
from starlette.routing import Mount
from visiting import Visit, wrong

from datasources.redis import Replays
from edge.issuer.grants import CODE_SECONDS, SESSION_SECONDS
from edge.issuer.site import app_of

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def clock() -> Clock:
    """Moved by the test."""
    return Clock()


def visit_of(folder: Path, clock: Clock) -> Visit:
    """Somebody before a worker of its own, which no Redis tells of the others."""
    app = Starlette(routes=[Mount("/issuer", app_of(own_issuer(folder), Replays(None), clock))])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
    return Visit(http, ORIGIN)


async def test_a_code_is_good_for_a_minute(tmp_path: Path, clock: Clock):
    """And not a moment longer."""
    visit = visit_of(tmp_path, clock)
    codes = [await visit.code("ada") for _ in range(2)]
    clock.now += CODE_SECONDS - 1
    assert (await visit.redeem(codes[0])).status_code == 200
    clock.now += 1
    assert wrong(await visit.redeem(codes[1])) == "invalid_grant"


async def test_a_session_is_refreshed_until_its_end(tmp_path: Path, clock: Clock):
    """However often; each refresh token ends with it."""
    visit = visit_of(tmp_path, clock)
    tokens = await visit.tokens("ada")
    for _ in range(5):
        clock.now += SESSION_SECONDS / 5 - 1
        answer = await visit.refresh(tokens["refresh_token"])
        assert answer.status_code == 200
        tokens = answer.json()
    clock.now += 5
    assert wrong(await visit.refresh(tokens["refresh_token"])) == "invalid_grant"


async def test_without_redis(tmp_path: Path, clock: Clock):
    """A code of one worker is good at another, but each then knows its own alone."""
    here, there = visit_of(tmp_path, clock), visit_of(tmp_path, clock)
    code = await here.code("ada")
    assert (await here.redeem(code, there.http)).status_code == 200
    assert wrong(await here.redeem(code, there.http)) == "invalid_grant"
    assert (await here.redeem(code)).status_code == 200
    assert wrong(await here.redeem(code)) == "invalid_grant"
