"""Signing in with oidc-provider, which was written by others, and certified: two real servers."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from tests.login.judging import PEOPLE, Judge, Person
from tests.npm import NEEDS_NODE
from tests.redis.valkey_server import free_port
from tests.running import Running, eventually

SECONDS = 12
"""How long tokens last: a quarter before that they are renewed."""

pytestmark = NEEDS_NODE


@pytest.fixture(scope="module")
def parties(
    judge_folder: Path, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[tuple[Judge, list[Running]]]:
    """The judge, and two workers of one server that has no store but Redis."""
    folder, port = tmp_path_factory.mktemp("said"), free_port()
    origin = f"http://127.0.0.1:{port}"
    url = f"http://127.0.0.1:{free_port()}"
    with Judge(judge_folder, url, origin, folder / "judge", seconds=SECONDS) as judge:
        environment = {
            "ENVIRONMENT": "production",
            "ISSUERS": judge.issuers(),
            "PUBLIC_URL": origin,
            "REDIS_URL": redis_url,
            "MODELS": "tests.login.crew",
            "DATABASE_URL": "postgresql://127.0.0.1:1/none",
            "LOG_FORMAT": "json",
        }
        servers = [
            Running(folder / "first", environment, "--port", str(port)),
            Running(folder / "second", environment),
        ]
        for server in servers:
            server.url()
        yield judge, servers
        for server in servers:
            assert server.stop() == 0, server.said


@pytest.fixture
def judge(parties: tuple[Judge, list[Running]]) -> Judge:
    """What it did so far, and where it is."""
    return parties[0]


@pytest.fixture
async def person(parties: tuple[Judge, list[Running]]) -> AsyncGenerator[Person]:
    """Somebody who was never here."""
    async with Person(*parties[1]) as person:
        yield person


async def session(person: Person, server: int = 0) -> dict:
    """Who the server says that it is."""
    answer = await person.asked("/auth/session", server)
    return answer.json()["session"] if answer.is_success else answer.json()


@pytest.mark.parametrize("expected", PEOPLE, ids=lambda expected: expected["subject"])
async def test_each_of_three_people(person: Person, judge: Judge, expected: dict):
    """With roles and rights of his own, by either worker; and signs out, here and there."""
    assert await session(person) is None
    arrived = await person.sign_in(expected["subject"])
    assert (arrived.url.path, arrived.status_code) == ("/health/live", 200), arrived.text
    for server in (0, 1):
        found = await session(person, server)
        assert (found["subject"], found["name"]) == (expected["subject"], expected["name"])
        assert found["roles"] == expected["roles"]
        assert found["scopes"] == expected.get("scopes", [])
    before = judge.said.count("given back")
    location = (await person.asked("/auth/logout")).json()["location"]
    assert await session(person) is None
    assert eventually(lambda: judge.said.count("given back") > before), judge.said
    confirm = await person.visit(location)
    left = await person.fill_in(confirm, logout="yes")
    assert str(left.url) == f"{person.urls[0]}/"


async def test_renewed_by_one_of_two(person: Person, judge: Judge):
    """Of forty requests to two processes one asks for new tokens; the old ones are spent."""
    await person.sign_in("dispatcher")
    before = judge.said.count("granted refresh_token")
    for turn in (1, 2):
        await asyncio.sleep(SECONDS * 3 / 4 + 0.5)
        asked = [session(person, server) for _ in range(20) for server in (0, 1)]
        assert {each["subject"] for each in await asyncio.gather(*asked)} == {"dispatcher"}
        await asyncio.sleep(1)
        assert judge.said.count("granted refresh_token") == before + turn, judge.said
    assert "refused" not in judge.said


async def test_signed_out_at_the_judge(person: Person, judge: Judge):
    """Which tells it by the back channel: with that the session is gone, for both workers."""
    await person.sign_in("engineer")
    assert await session(person)
    confirm = await person.visit(f"{judge.url}/session/end")
    told = judge.said.count("told\n")
    await person.fill_in(confirm, logout="yes")
    assert eventually(lambda: judge.said.count("told\n") > told), judge.said
    codes = [
        (await session(person, server))["errors"][0]["extensions"]["code"] for server in (0, 1)
    ]
    assert codes == ["SESSION_EXPIRED"] * 2
    assert "not told" not in judge.said
