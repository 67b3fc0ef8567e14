"""In charge of what the browser tests need: GraphiQL's address, and a Chromium to open it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium
from tests.tools import need


@pytest.fixture(scope="session")
def graphiql_url(server_url: str) -> str:
    """The page of the server that serves the sample."""
    return f"{server_url}/graphiql"


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chromium]:
    """A Chromium with a fresh profile; skips where there is none, unless REQUIRE_BROWSER=1."""
    browser = Chromium(program("chromium", "chromium-browser"), program("chromedriver"), tmp_path)
    yield browser
    browser.close()


@pytest.fixture
def screenshot(tmp_path: Path) -> Path:
    """Where the picture of the page goes: GRAPHIQL_SCREENSHOT, else a temporary file."""
    return Path(os.environ.get("GRAPHIQL_SCREENSHOT") or tmp_path / "graphiql.png")


def program(*names: str) -> str:
    """The path of the first of these programs, all names of one thing, that is installed."""
    if os.environ.get("REQUIRE_BROWSER") == "1" and not any(map(shutil.which, names)):
        pytest.fail(f"{names[0]} is not installed, and REQUIRE_BROWSER=1 asks for it")
    return need(f"{names[0]} (Debian: apt-get install chromium-driver)", *names)
