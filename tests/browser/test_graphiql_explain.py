"""The pane of GraphiQL that explains, in a real Chromium."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from edge.graphiql import Example
from tests.browser.chromium import Chromium
from tests.library.library import Library
from tests.live.talking import serving

pytestmark = pytest.mark.slow

QUERY = (
    "query Late($carrier: String!) { flights(where: {carrier: {eq: $carrier}}, first: 3) "
    "{ nodes { id plane { model } weather { visibility } } } }"
)
SIDEBAR = '[aria-label="Show Explain"]'
PANE = ".bigraph-explain"


def explain(chromium: Chromium, query: str, variables: str = "") -> None:
    """Has an operation in a new tab explained."""
    chromium.click(".graphiql-tab-add")
    chromium.type_query(query)
    if variables:
        chromium.click(".graphiql-editor-tools button", "Variables")
        chromium.type_variables(variables)
    chromium.click(f"{PANE} button", "Explain the operation")


def test_a_query_is_explained(chromium: Chromium, graphiql_url: str, tmp_path: Path) -> None:
    """By its variables: its forms, statements of both stores, their plans, rows, times, costs."""
    chromium.open(graphiql_url)
    chromium.click(SIDEBAR)
    explain(chromium, QUERY, '{"carrier": "HA"}')
    chromium.wait_for(f"{PANE} h3", "flights")
    chromium.wait_for(f"{PANE} p", "completed of rows alone")
    chromium.wait_for(f"{PANE} dl", "estimated")
    postgres, mongo = (chromium.wait_for(f"{PANE} li", store) for store in ("postgres", "mongo"))
    assert "3 rows in" in postgres.text
    assert "SELECT flight" in postgres.text
    assert '"$match"' in mongo.text
    assert "estimated" not in postgres.text
    chromium.click(f"{PANE} summary")
    chromium.wait_for(f"{PANE} details pre", "rows of")
    picture = os.environ.get("EXPLAIN_SCREENSHOT") or tmp_path / "explain.png"
    assert chromium.driver.save_screenshot(str(picture))
    assert chromium.console_errors() == []


def test_what_is_wrong_is_told(chromium: Chromium, graphiql_url: str) -> None:
    """By the server, of a document; by the page, of variables; and of what is not made."""
    chromium.open(graphiql_url)
    chromium.click(SIDEBAR)
    errors = f"{PANE}-errors"
    explain(chromium, "{ unknown }")
    chromium.wait_for(errors, "Cannot query field 'unknown'")
    explain(chromium, "{ __typename }", "[")
    chromium.wait_for(errors, "The variables are")
    explain(chromium, "mutation { deleteWatch(id: 1) { __typename } }")
    chromium.wait_for(errors, "EXPLAINED_ONLY")
    chromium.wait_for(f"{PANE} p", "would delete one of Watch in postgres")


async def test_who_may_not_be_told_has_no_pane(chromium: Chromium) -> None:
    """As where an operator says nothing."""
    async with serving(Library().graph, examples=[Example("All", "{ __typename }")]) as (at, _):
        await asyncio.to_thread(chromium.open, f"http://{at}/graphiql")
        buttons = chromium.driver.find_elements("css selector", ".graphiql-sidebar button")
        names = [button.get_attribute("aria-label") for button in buttons]
    assert "Show History" in names
    assert "Show Explain" not in names
