"""What scanners of GraphQL servers look for: nothing of it is there to be found in production.

graphql-cop's checks, since it is no package that could be installed, each by the very request that
it sends and by what of the answer it calls a finding; CrackQL's way to guess by aliases; and more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from running import Running

FLIGHT = "{ flight(id: 1) { id } }"
_WORDS = " ".join(f"t{n}: __typename" for n in range(201))
CIRCLE = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"

pytestmark = pytest.mark.slow


def posted(url: str, query: Any, **more: Any) -> httpx.Response:
    """The answer to a document, or to a whole body."""
    body = {"query": query} if isinstance(query, str) else query
    return httpx.post(f"{url}/graphql", json=body, timeout=60, **more)


def codes(answer: httpx.Response) -> set[str]:
    """The codes in an answer that refuses all."""
    body = answer.json()
    assert "data" not in body, body
    return {error["extensions"]["code"] for error in body["errors"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"{{ flight(id: 1) {{ {_WORDS} }} }}", "ALIASES_EXCEEDED"),
        ("{ " + "__typename " * 600 + "}", "ROOT_FIELDS_EXCEEDED"),
        ("{ flight(id: 1) { " + "id " * 500 + "} }", "COMPARISONS_EXCEEDED"),
        ("{ __typename " + "@skip(if: false) " * 201 + "}", "DIRECTIVES_EXCEEDED"),
        ("{ __typename " + "@a" * 201 + " }", "DIRECTIVES_EXCEEDED"),
        (CIRCLE, "INTROSPECTION_DISABLED"),
        ("{ __schema { queryType { name } } }", "INTROSPECTION_DISABLED"),
        ([{"query": FLIGHT}] * 10, "BATCHING_DISABLED"),
    ],
    ids=["aliases", "roots", "fields", "directives", "unknown", "circle", "schema", "batch"],
)
def test_nobody_is_made_to_work_by_repetition(production: str, query: Any, expected: str) -> None:
    """Nor told of the schema."""
    assert expected in codes(posted(production, query))


def _asks(query: str) -> tuple[str, dict[str, Any]]:
    return "POST", {"json": {"query": query}}


_CIRCLED = (
    "query { __schema { types { fields { type { fields { type { fields { type { fields { type"
    " { name } } } } } } } } } } }"
)
_SPREAD = """
query { __schema { ...A } }
fragment A on __Schema { __typename ...B }
fragment B on __Schema { ...A }
"""

Finding = Callable[[Any], bool]
"""Whether graphql-cop reports an answer; what is not there to be looked at is no finding."""


@pytest.mark.parametrize(
    ("request_", "is_finding"),
    [
        pytest.param(
            _asks("query { __schema { directive } }"),
            lambda told: "Did you mean" in told["errors"][0]["message"],
            id="suggestions",
        ),
        pytest.param(
            _asks("query { __schema { types { name fields { name } } } }"),
            lambda told: bool(told["data"]["__schema"]["types"]),
            id="introspection",
        ),
        pytest.param(
            _asks(_CIRCLED), lambda told: len(told["data"]["__schema"]["types"]) > 25, id="circle"
        ),
        pytest.param(_asks(_SPREAD), lambda told: "errors" not in told, id="fragments"),
        pytest.param(
            ("GET", {"params": {"query": "{__typename}"}}),
            lambda told: bool(told["data"]["__typename"]),
            id="get",
        ),
        pytest.param(
            ("GET", {"params": {"query": "mutation {__typename}"}}),
            lambda told: bool(told["data"]["__typename"]),
            id="mutation by get",
        ),
        pytest.param(
            ("POST", {"params": {"query": "query {__typename}"}}),
            lambda told: bool(told["data"]["__typename"]),
            id="post of no json",
        ),
        pytest.param(
            _asks("query { " + "".join(f"alias{n}:__typename \n" for n in range(101)) + " }"),
            lambda told: bool(told["data"]["alias100"]),
            id="aliases",
        ),
        pytest.param(
            _asks("query { " + "__typename \n" * 500 + "} "),
            lambda told: bool(told["data"]["__typename"]),
            id="one field",
        ),
        pytest.param(
            _asks("query { __typename " + "@aa" * 10 + " }"),
            lambda told: len(told["errors"]) == 10,
            id="directives",
        ),
        pytest.param(
            ("POST", {"json": [{"query": "query { __typename }"}] * 11}),
            lambda told: isinstance(told, list) and len(told) >= 10,
            id="batch",
        ),
        pytest.param(
            _asks("query { __typename }"),
            lambda told: (
                "tracing" in told.get("extensions", {}) or "stacktrace" in str(told).lower()
            ),
            id="tracing",
        ),
        pytest.param(
            _asks("qwerty cop { abc }"),
            lambda told: "exception" in told["errors"][0]["extensions"],
            id="exception",
        ),
    ],
)
def test_graphql_cop_finds_nothing(
    production: str, request_: tuple[str, dict[str, Any]], is_finding: Finding
) -> None:
    """By none of its requests, each of which is answered in JSON."""
    method, parts = request_
    told = httpx.request(method, f"{production}/graphql", timeout=60, **parts).json()
    try:
        found = is_finding(told)
    except (KeyError, TypeError):
        found = False
    assert not found, told


def test_graphql_cop_finds_no_page(production: str) -> None:
    """At none of the places where it looks for one."""
    for path in ("/graphiql", "/playground", "/console", "/graphql"):
        text = httpx.get(f"{production}{path}", timeout=60).text
        for word in ("graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground"):
            assert word not in text


def test_names_are_not_suggested(production: str) -> None:
    """Of fields, arguments and types alike."""
    for text in (
        "{ flight(id: 1) { carrie } }",
        "{ flight(idd: 1) { id } }",
        "{ ... on Fligh { id } }",
    ):
        answer = posted(production, text)
        assert codes(answer) == {"GRAPHQL_VALIDATION_FAILED"}
        assert "Did you mean" not in answer.text


def test_nothing_is_done_by_get_or_by_a_form(production: str) -> None:
    """Which any page could have a browser send."""
    address, query = f"{production}/graphql", {"query": FLIGHT}
    mutation = {"query": "mutation { __typename }"}
    meant = {"GraphQL-Preflight": "1"}
    assert codes(httpx.get(address, params=query, timeout=60)) == {"CROSS_SITE_REQUEST"}
    refused = httpx.get(address, params=mutation, headers=meant, timeout=60)
    assert (refused.status_code, codes(refused)) == (405, {"METHOD_NOT_ALLOWED"})
    form = httpx.post(address, data=query, timeout=60)
    assert (form.status_code, codes(form)) == (415, {"UNSUPPORTED_MEDIA_TYPE"})


def test_there_is_no_page_and_nothing_is_traced(production: str) -> None:
    """GraphiQL, timings, explanations: all of that is for developers."""
    html = {"accept": "text/html"}
    for path in ("/graphiql", "/", "/playground", "/altair", "/console"):
        assert httpx.get(f"{production}{path}", headers=html, timeout=60).status_code == 404
    assert "<html" not in httpx.get(f"{production}/graphql", headers=html, timeout=60).text
    asked = {"query": FLIGHT, "extensions": {"tracing": True}}
    answer = posted(production, asked, headers={"GraphQL-Timing": "report", "apollo-tracing": "1"})
    assert answer.json() == {"data": {"flight": {"id": 1}}}
    assert "server-timing" not in answer.headers
    explained = {"query": FLIGHT, "extensions": {"explain": True}}
    assert codes(posted(production, explained)) == {"EXPLAIN_REFUSED"}


def test_what_is_wrong_is_told_without_what_is_behind_it(production: str) -> None:
    """No stack, no path of a file, no SQL."""
    for text in ("{", "query ($x: Int!) { flight(id: $x) { id } }", '{ flight(id: "x") { id } }'):
        told = posted(production, text).text
        assert not any(each in told for each in ("Traceback", ".py", "SELECT", "stacktrace"))


def test_few_passwords_can_be_tried_by_one_request(market: Running) -> None:
    """By aliases, in fragments as well, of queries and of mutations: fifty."""
    url, guesses = market.url(), [f'p{n}: opens(password: "p{n}")' for n in range(300)]
    assert "ALIASES_EXCEEDED" in codes(posted(url, "{ " + " ".join(guesses) + " }"))
    assert "ROOT_FIELDS_EXCEEDED" in codes(posted(url, "{ " + " ".join(guesses[:51]) + " }"))
    spread = "{ ...A ...B } " + " ".join(
        f"fragment {name} on Query {{ {' '.join(guesses[at : at + 30])} }}"
        for name, at in (("A", 0), ("B", 30))
    )
    assert "ROOT_FIELDS_EXCEEDED" in codes(posted(url, spread))
    signing = " ".join(f'p{n}: signed(password: "p{n}")' for n in range(51))
    assert "ROOT_FIELDS_EXCEEDED" in codes(posted(url, f"mutation {{ {signing} }}"))
    batch = [{"query": f"{{ {each} }}"} for each in guesses[:6]]
    assert "BATCH_TOO_LARGE" in codes(posted(url, batch))
    few = posted(url, "{ " + " ".join(guesses[:50]) + " }").json()
    assert set(few["data"].values()) == {False}
