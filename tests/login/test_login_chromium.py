"""Three people sign in by GraphiQL, in a browser, with either issuer, and each sees what is his."""

import os
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from datasources.embedded import EmbeddedUrls, Supervisor
from tests.browser.chromium import Chromium
from tests.browser.conftest import program
from tests.login.judging import PEOPLE, Judge
from tests.redis.valkey_server import free_port
from tests.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BUTTON = ".bigraph-session"
ROWS = "{ duties(orderBy: [{ id: ASC }]) { nodes { airline } } }"
PAY = "{ duty(id: 1) { pay } }"
SEEN = {"dispatcher": ["UA"], "engineer": ["UA", "AA"], "admin": ["UA", "AA"]}


@pytest.fixture(scope="module")
async def stores(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """Postgres with two turns of duty, and Valkey."""
    folder = tmp_path_factory.mktemp("crew")
    async with Supervisor(folder, ["postgres", "redis"], say=print) as supervisor:
        with psycopg.connect(supervisor.urls.postgres or "") as connection:
            connection.execute("CREATE TABLE duty (id int PRIMARY KEY, airline text, pay int)")
            connection.execute("INSERT INTO duty VALUES (1, 'UA', 100), (2, 'AA', 200)")
        yield supervisor.urls


@contextmanager
def served(stores: EmbeddedUrls, folder: Path, port: int, **more: str) -> Iterator[Running]:
    """A server of the turns of duty."""
    environment = {
        "DATABASE_URL": stores.postgres or "",
        "REDIS_URL": stores.redis or "",
        "MODELS": "tests.login.crew",
        "DATA_DIR": str(folder / "data"),
        "LOG_FORMAT": "json",
    }
    running = Running(folder / "said", environment | more, "--port", str(port))
    running.url()
    yield running
    assert running.stop() == 0, running.said


@pytest.fixture(scope="module")
def own(stores: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that signs people in itself."""
    with served(stores, tmp_path_factory.mktemp("own"), free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def judged(
    stores: EmbeddedUrls, judge_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """One that has oidc-provider sign people in."""
    folder, port, url = tmp_path_factory.mktemp("judged"), free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    with (
        Judge(
            judge_folder, f"http://127.0.0.1:{url}", origin, folder / "judge", seconds=300
        ) as judge,
        served(stores, folder, port, ISSUERS=judge.issuers(), PUBLIC_URL=origin) as running,
    ):
        yield running


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chromium]:
    """A Chromium with a fresh profile; skips where there is none, unless REQUIRE_BROWSER=1."""
    browser = Chromium(program("chromium", "chromium-browser"), program("chromedriver"), tmp_path)
    yield browser
    browser.close()


def with_own(chromium: Chromium, name: str) -> None:
    """Choose somebody on the page of the development issuer."""
    chromium.click(f'button[value="{name}"]')


def with_judge(chromium: Chromium, name: str) -> None:
    """Sign in at oidc-provider, and consent."""
    chromium.wait_for('input[name="login"]').send_keys(name)
    chromium.wait_for('input[name="password"]').send_keys("any")
    chromium.click("button")
    chromium.wait_for("ul li")
    chromium.click("button", "Continue")


def out_of_judge(chromium: Chromium) -> None:
    """Confirm that one leaves oidc-provider, too."""
    chromium.click('button[value="yes"]')


def ask(chromium: Chromium, query: str) -> dict:
    """What GraphiQL shows for a query."""
    chromium.click(".graphiql-tab-add")
    chromium.type_query(query)
    return chromium.answer()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["subject"])
@pytest.mark.parametrize("issuer", ["own", "judged"])
def test_three_people_see_what_is_theirs(
    request: pytest.FixtureRequest, chromium: Chromium, issuer: str, person: dict
):
    """Nobody before, each his own rows and fields then, and nobody afterwards."""
    name, graphiql = person["subject"], f"{request.getfixturevalue(issuer).url()}/graphiql"
    chromium.open(graphiql)
    assert "errors" in ask(chromium, ROWS)
    chromium.click(BUTTON, "Log in")
    {"own": with_own, "judged": with_judge}[issuer](chromium, name)
    chromium.wait_for(BUTTON, f"Log out {person['name']}")
    assert chromium.driver.current_url == graphiql
    seen = ask(chromium, ROWS)["data"]["duties"]["nodes"]
    assert [row["airline"] for row in seen] == SEEN[name]
    paid = ask(chromium, PAY)
    assert paid["data"]["duty"]["pay"] == (100 if name == "admin" else None)
    assert ("errors" in paid) == (name != "admin")
    if picture := os.environ.get("LOGIN_SCREENSHOT"):
        assert chromium.driver.save_screenshot(picture)
    cookies = chromium.driver.execute_script("return document.cookie")
    assert cookies == ""
    chromium.click(BUTTON, "Log out")
    if issuer == "judged":
        out_of_judge(chromium)
    chromium.wait_for(BUTTON, "Log in")
    assert urlsplit(chromium.driver.current_url).path == "/graphiql"
    assert "errors" in ask(chromium, ROWS)


def test_who_is_here_is_told_in_one_line(own: Running, chromium: Chromium):
    """However many tabs want the room."""
    chromium.open(f"{own.url()}/graphiql")
    chromium.click(BUTTON, "Log in")
    with_own(chromium, "admin")
    chromium.wait_for(BUTTON, "Log out Ada")
    for _ in range(12):
        chromium.click(".graphiql-tab-add")
    line = chromium.wait_for(".graphiql-session-header").rect
    button = chromium.wait_for(BUTTON, "Log out Ada").rect
    assert line["y"] <= button["y"] < line["y"] + line["height"] / 2


def test_a_session_that_is_over(own: Running, chromium: Chromium):
    """The next question is refused, and says so; then the page goes on as nobody's."""
    chromium.open(f"{own.url()}/graphiql")
    chromium.click(BUTTON, "Log in")
    with_own(chromium, "admin")
    chromium.wait_for(BUTTON, "Log out Ada")
    cookie = chromium.driver.get_cookie("__Host-bigraph")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    chromium.driver.add_cookie(cookie | {"value": "A" * 43})
    chromium.click(".graphiql-tab-add")
    chromium.type_query("{ __typename }")
    assert "The session is over." in chromium.start_of_answer()
    chromium.wait_for(BUTTON, "Log in")
    assert ask(chromium, "{ __typename }") == {"data": {"__typename": "Query"}}


@pytest.fixture
def evil(own: Running, tmp_path: Path) -> Iterator[str]:
    """A page at another port, so of another origin, but of the same site: cookies go along."""
    (tmp_path / "evil.html").write_text(
        f"""<form method="post" action="{own.url()}/auth/logout" enctype="text/plain">
        <input name='{{"query": "{{ __typename }}", "x": "' value='"}}'></form>
        <script>document.forms[0].submit()</script>"""
    )
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/evil.html"
        server.shutdown()
        thread.join()


def test_another_origins_page(own: Running, chromium: Chromium, evil: str):
    """Signs nobody out and learns nothing, whatever it has the browser send."""
    chromium.open(f"{own.url()}/graphiql")
    chromium.click(BUTTON, "Log in")
    with_own(chromium, "admin")
    chromium.wait_for(BUTTON, "Log out Ada")
    chromium.driver.get(evil)
    chromium.wait_for("h1", "Another site's page asks with this browser's cookie.")
    chromium.open(f"{own.url()}/graphiql")
    chromium.wait_for(BUTTON, "Log out Ada")
