"""The server with `POSTGRES_ROLE`: what it says at its start, and as whom it reads."""

from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from running import Running

from settings import Settings

FOLDER = Path(__file__).parent
QUERY = {"query": "{ letters { totalCount nodes { owner } } }"}


@pytest.fixture
def start(urls, tmp_path) -> Generator[Callable[..., Running]]:
    """Starts a server of the post office, with settings besides."""
    started: list[Running] = []

    def run(**more: str) -> Running:
        stores = {"DATABASE_URL": urls.postgres, "MONGO_URL": urls.mongo, "REDIS_URL": urls.redis}
        package = {"MODELS": "viewers_models", "PYTHONPATH": str(FOLDER)}
        said = tmp_path / f"said-{len(started)}"
        started.append(Running(said, {**stores, **package, **more}))
        return started[-1]

    yield run
    for running in started:
        running.stop()


@pytest.mark.slow
def test_strangers_have_their_role(start):
    """And their rows."""
    running = start(POSTGRES_ROLE="web", POSTGRES_ANONYMOUS_ROLE="visitor")
    answer = httpx.post(f"{running.url()}/graphql", json=QUERY).json()
    assert answer["data"]["letters"]["totalCount"] == 10
    assert {node["owner"] for node in answer["data"]["letters"]["nodes"]} == {"all"}
    assert "No row-level security" not in running.said


@pytest.mark.slow
def test_without_one_they_have_the_other(start, admin):
    """Whose policies find nothing that is a stranger's; what has none is told."""
    admin.execute("ALTER TABLE post.box DISABLE ROW LEVEL SECURITY")
    try:
        running = start(POSTGRES_ROLE="web")
        answer = httpx.post(f"{running.url()}/graphql", json=QUERY).json()
    finally:
        admin.execute("ALTER TABLE post.box ENABLE ROW LEVEL SECURITY")
    assert answer["data"]["letters"] == {"totalCount": 0, "nodes": []}
    assert "No row-level security guards post.box; see docs/rules.md." in running.said


@pytest.mark.slow
def test_a_role_that_does_not_do(start):
    """One line, and that is the end."""
    running = start(POSTGRES_ROLE="app")
    assert running.process.wait(60) == 1
    assert running.said.strip().splitlines()[-1] == (
        "Row-level security would not hold: the role 'app' is a superuser. Set it to one without"
        " such rights, of which the user of DATABASE_URL is a member."
    )


def test_a_role_for_strangers_alone():
    """It would not be used."""
    with pytest.raises(ValidationError, match="POSTGRES_ANONYMOUS_ROLE is set, and POSTGRES_ROLE"):
        Settings(_env_file=None, postgres_anonymous_role="visitor")  # type: ignore[call-arg]
