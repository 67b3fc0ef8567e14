"""What scanners of GraphQL servers look for: nothing of it is there to be found in production.

The list is that of graphql-cop's checks, and CrackQL's way to guess by aliases; both told here in
requests of our own.
"""

from __future__ import annotations

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
