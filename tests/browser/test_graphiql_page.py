"""GraphiQL in a real Chromium: ask, read the answer, look into the documentation."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser.chromium import Chromium

pytestmark = pytest.mark.slow

QUERY = "{ airlines(first: 3) { nodes { carrier name } } }"
STORED_TABS = "bigraph:graphiql:tabState"


def test_a_typed_query_is_answered_and_documented(chromium: Chromium, graphiql_url: str) -> None:
    """The answer on the page is the endpoint's, the docs lead to its type, nothing goes astray."""
    chromium.open(graphiql_url)
    chromium.click(".graphiql-tab-add")
    chromium.type_query(QUERY)
    assert chromium.answer()["data"] == answered(graphiql_url, QUERY)["data"]

    open_documentation(chromium, "AirlineConnection")
    chromium.wait_for(".graphiql-doc-explorer-title", "AirlineConnection")

    assert chromium.console_errors() == []
    chromium.close()
    assert chromium.hosts_asked() == {urlsplit(graphiql_url).netloc}


def test_examples_open_in_tabs(chromium: Chromium, graphiql_url: str, screenshot: Path) -> None:
    """A first visit finds a named tab for each example; the first is the longest delay."""
    chromium.open(graphiql_url)
    assert len(chromium.tabs()) > 1
    assert "<untitled>" not in chromium.tabs()
    assert '"depDelay": 483' in chromium.start_of_answer()

    open_documentation(chromium, "AirlineConnection")
    assert chromium.driver.save_screenshot(str(screenshot))
    assert chromium.console_errors() == []


def test_tabs_of_an_earlier_visit_stay(chromium: Chromium, graphiql_url: str) -> None:
    """Own tabs come back in place of the examples."""
    chromium.open(graphiql_url)
    examples = chromium.tabs()
    chromium.click(".graphiql-tab-add")
    chromium.type_query("query Mine { __typename }")
    chromium.until(lambda: "Mine" in stored_tabs(chromium), "the tab to be stored")

    chromium.open(graphiql_url)
    assert chromium.tabs() == [*examples, "Mine"]
    assert chromium.query() == "query Mine { __typename }"
    assert chromium.console_errors() == []


def test_tabs_that_cannot_be_read_do_no_harm(chromium: Chromium, graphiql_url: str) -> None:
    """Whatever local storage holds, the page opens and asks."""
    for stored in ("no JSON", '{"tabs": 7}', '{"activeTabIndex": 9, "tabs": []}'):
        store(chromium, graphiql_url, {STORED_TABS: stored})
        chromium.open(graphiql_url)
        chromium.click(".graphiql-tab-add")
        chromium.type_query("{ __typename }")
        assert chromium.answer() == {"data": {"__typename": "Query"}}
    assert chromium.console_errors() == []


def test_tabs_of_another_graphiql_are_not_ours(chromium: Chromium, graphiql_url: str) -> None:
    """What another GraphiQL on this origin, perhaps of another project, left does not show."""
    tab = {"id": "1", "title": "Theirs", "query": "query Theirs { theirs }"}
    tab |= dict.fromkeys(["variables", "headers", "operationName", "response"])
    theirs = json.dumps({"activeTabIndex": 0, "tabs": [tab]})
    store(chromium, graphiql_url, {"graphiql:tabState": theirs})
    chromium.open(graphiql_url)
    assert chromium.tabs()
    assert "Theirs" not in chromium.tabs()


def answered(graphiql_url: str, query: str) -> dict[str, object]:
    """What the endpoint beside the page answers, asked without a browser."""
    endpoint = f"{graphiql_url.removesuffix('/graphiql')}/graphql"
    return httpx.post(endpoint, json={"query": query}).raise_for_status().json()


def open_documentation(chromium: Chromium, type_name: str) -> None:
    """Open the documentation, and in it the query type and a type that one of its fields gives."""
    chromium.click('[aria-label="Show Documentation Explorer"]')
    chromium.click(".graphiql-doc-explorer-type-name", "Query")
    chromium.click(".graphiql-doc-explorer-type-name", type_name)


def stored_tabs(chromium: Chromium) -> str:
    """What local storage holds of the tabs."""
    return chromium.driver.execute_script("return localStorage[arguments[0]] ?? ''", STORED_TABS)


def store(chromium: Chromium, graphiql_url: str, items: dict[str, str]) -> None:
    """Put this, alone, into the local storage, from a page of the origin that is not GraphiQL."""
    chromium.driver.get(f"{graphiql_url}/assets/LICENSES.txt")
    script = "localStorage.clear(); Object.assign(localStorage, arguments[0])"
    chromium.driver.execute_script(script, items)
    chromium.console_errors()  # Forget that a plain text, unlike GraphiQL, names no icon.
