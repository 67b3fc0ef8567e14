"""GraphiQL's pane that explains is there for who holds the role, from wherever one comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.login.browsing import Browser, Worker

SHOWN, HIDDEN = '"explains": true', '"explains": false'


@pytest.mark.parametrize(("role", "then"), [("crew", SHOWN), ("captain", HIDDEN), (None, HIDDEN)])
async def test_who_may_be_told_has_the_pane(
    worker_of: Callable[..., Worker], role: str | None, then: str
) -> None:
    """As the session says that the browser brings, and no longer than it lasts."""
    async with Browser(worker_of(explains_for=role)) as browser:
        assert HIDDEN in (await browser.here.get("/graphiql")).text
        await browser.log_in()
        page = await browser.here.get("/graphiql", headers={"sec-fetch-site": "cross-site"})
        assert then in page.text
        assert page.headers["cache-control"] == "private, no-cache"
        await browser.log_out()
        assert HIDDEN in (await browser.here.get("/graphiql")).text


async def test_a_session_that_is_none_opens_the_page_all_the_same(
    worker_of: Callable[..., Worker],
) -> None:
    """What it asks for then is refused, and tells why."""
    async with Browser(worker_of(explains_for="crew")) as browser:
        browser.set_cookie("__Host-bigraph", "made-up")
        page = await browser.here.get("/graphiql")
        assert (page.status_code, HIDDEN in page.text) == (200, True)
