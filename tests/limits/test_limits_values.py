"""How much variables may hold: it is counted, and nothing is done for what holds more."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import strawberry
from limit_libraries import client_of, limited, limits_with

import models
from catalog import catalog_of, models_in
from datasources.redis import Buckets
from edge.insight import Insight
from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.rates import Rates
from edge.rules import SAFE
from resolvers.documents.info import core_of
from resolvers.documents.parsing import tree_in
from resolvers.limits.held import Held
from resolvers.limits.limits import DEFAULTS
from schema import build_schema, extends
from tests.library.library import Library
from tests.library.parts import MIXED
from tests.live.talking import serving, talking
from tests.persisted.persisted_asking import by_hash, hash_of

MOST = 100
FILTER = "query Q($w: BookFilter) { books(where: $w, first: 1) { nodes { id } } }"
LATER = "query Q($w: BookFilter) { books(where: $w) { ... @defer { nodes { id } } } }"
EACH = "subscription S($n: [Int!]!) { each(of: $n) }"
FEW, MANY = ({"w": {"or": [{"title": {"eq": "x"}}] * number}} for number in (1, 4))
HEADERS = {"graphql-preflight": "1"}
COERCING = ("/resolvers/documents/coercers.py", "/graphql/utilities/coerce_input_value.py")
COMPILING = (
    "/resolvers/planning/plan.py",
    "/resolvers/planning/arguments.py",
    "/datasources/memory/source.py",
)


@extends("Subscription")
class Telling:
    """What is told over time."""

    @strawberry.subscription
    async def each(self, of: list[int]) -> AsyncGenerator[int, None]:
        """All of them."""
        for number in of:
            yield number


@pytest.fixture(scope="module")
def library() -> Library:
    """In which variables may hold little."""
    made = limited(limits_with(variable_values=MOST), Telling)
    made.graph = replace(made.graph, documents=Documents(Kept(None)))
    return made


@contextmanager
def worked(names: tuple[str, ...]) -> Generator[Callable[[], int]]:
    """Counts calls of what stands in these files."""
    count = 0

    def noted(frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_filename.endswith(names)

    before: Any = sys.getprofile()
    sys.setprofile(noted)
    try:
        yield lambda: count
    finally:
        sys.setprofile(before)


async def _post(client: httpx.AsyncClient, variables: Any, **more: Any) -> Any:
    response = await client.post("/graphql", json={"query": FILTER, "variables": variables, **more})
    return response.json()


async def _get(client: httpx.AsyncClient, variables: Any) -> Any:
    said = {"query": FILTER, "variables": json.dumps(variables)}
    return (await client.get("/graphql", params=said, headers=HEADERS)).json()


async def _batch(client: httpx.AsyncClient, variables: Any) -> Any:
    response = await client.post("/graphql", json=[{"query": FILTER, "variables": variables}])
    return response.json()[0]


async def _by_hash(client: httpx.AsyncClient, variables: Any) -> Any:
    said = {"extensions": by_hash(hash_of(FILTER)), "variables": variables}
    return (await client.post("/graphql", json=said)).json()


async def _explained(client: httpx.AsyncClient, variables: Any) -> Any:
    return await _post(client, variables, extensions={"explain": True})


async def _events(client: httpx.AsyncClient, variables: Any) -> Any:
    said = {"query": FILTER, "variables": variables}
    response = await client.post("/graphql", json=said, headers={"accept": "text/event-stream"})
    lines = response.text.splitlines()
    return json.loads(next(x for x in lines if x.startswith("data: {")).removeprefix("data: "))


async def _in_parts(client: httpx.AsyncClient, variables: Any) -> Any:
    said = {"query": LATER, "variables": variables}
    response = await client.post("/graphql", json=said, headers=MIXED)
    return response.json() if "errors" in response.text else {"data": response.text}


WAYS = (_post, _get, _batch, _by_hash, _explained, _events, _in_parts)


@pytest.mark.parametrize("ask", WAYS)
async def test_whichever_way_it_comes_nothing_is_coerced_or_planned(library: Library, ask: Any):
    """What holds as much as may be is; of what holds more the amount is told."""
    rules = replace(SAFE, batch_limit=5, insight=Insight(everybody=True))
    async with client_of(library, rules=rules) as client:
        await _post(client, FEW, extensions=by_hash(hash_of(FILTER)))
        with worked(COERCING) as coerced:
            assert "data" in await ask(client, FEW)
        await ask(client, MANY)  # what is made once for a document is there now
        asked = len(library.postgres.calls)
        with worked((*COERCING, *COMPILING)) as done:
            answer = await ask(client, MANY)
    (error,) = answer["errors"]
    assert error["extensions"] == {
        "code": "VARIABLE_VALUES_EXCEEDED",
        "hint": "Give fewer at once, by several requests; an object counts as ten values.",
        "measured": 10 + 1 + 4 * (1 + 10 + 1 + 10 + 1),
        "limit": MOST,
    }
    assert "data" not in answer
    assert coerced() > 0
    assert (done(), len(library.postgres.calls)) == (0, asked)


async def test_by_a_socket_as_well_also_for_subscriptions(library: Library):
    """A list of so many numbers is as many values."""
    async with serving(library.graph) as (address, _), talking(address, init={}) as talk:
        for id_, query, variables in (
            ("1", FILTER, MANY),
            ("2", EACH, {"n": [1] * (MOST + 1)}),
        ):
            await talk.ask(id_, query, variables=variables)
            (error,) = (await talk.hear())["payload"]
            assert error["extensions"]["code"] == "VARIABLE_VALUES_EXCEEDED"
        await talk.ask("3", EACH, variables={"n": [1] * MOST})
        *told, last = await talk.heard(MOST + 1)
        assert [each["payload"] for each in told] == [{"data": {"each": 1}}] * MOST
        assert last["type"] == "complete"


@pytest.mark.parametrize("text", [FILTER, LATER])
async def test_it_is_counted_before_it_is_weighed_for_rates(library: Library, text: str):
    """What is refused takes one from its client's bucket, and nothing of it is looked at."""
    made = Library()
    slow = Rates(100, window=3600)  # so that nothing comes back meanwhile
    made.graph = replace(library.graph, rates=slow, buckets=Buckets(None))
    calls = []
    async with client_of(made) as client:
        for left, many in ((99, 5), (98, 500), (97, 5)):
            variables = {"w": {"or": [{"shelf": {"code": {"eq": "x"}}}] * many}}
            with worked(("/limits/inputs.py",)) as weighed:
                answer = await client.post("/graphql", json={"query": text, "variables": variables})
            assert answer.json()["errors"][0]["extensions"]["code"] == "VARIABLE_VALUES_EXCEEDED"
            assert answer.headers["ratelimit"].startswith(f'"client";r={left};')
            calls.append(weighed())
    assert calls[1] == calls[2]  # those of the document


@pytest.mark.parametrize(
    "text",
    [
        "query Q($w: BookFilter) { ...Nope books(where: $w) { nodes { ...A } } }",
        "query Q($w: [Nope!]) { ...A books(where: $w) { nope(x: $y) } } fragment A on Q { ...A }",
    ],
)
async def test_what_is_not_valid_is_told_with_rates_too(library: Library, text: str):
    """Its variables may be counted before that is known."""
    made = Library()
    made.graph = replace(library.graph, rates=Rates(100), buckets=Buckets(None))
    async with client_of(made) as client:
        answer = await client.post("/graphql", json={"query": text, "variables": MANY})
    (error, *_) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert answer.headers["ratelimit"].startswith('"client";r=99;')


HOLDING = {
    "each use": ("query ($n: [Int!]) { a: T(where: {id: {in: $n}}) @skip(if: $b) { x } }", 1),
    "uses": ("query ($n: [Int!]) { a(n: {in: $n}) b(n: [$n, $n]) @x(n: $n) }", 4),
    "fragments": (
        """query ($n: [Int!]) { ...A ...A } fragment A on T { a(n: $n) ...B }
        fragment B on T { b(n: $n) ... on T { c(n: $n) } }""",
        6,
    ),
    "a filter": ("query ($n: FlightFilter) { a(n: $n) }", 1),
    "what is in a filter": ("mutation ($n: IntFilter) { a(n: $n) }", 1),
    "a list in place of a date": ("query ($n: DateTime) { a(n: $n) }", 1),
    "a text": (f"query ($n: String!) {{ {'a(n: $n) ' * 11} }}", 11),
    "an id": (f"query ($n: ID) {{ {'a(n: $n) ' * 11} }}", 11),
    "a text that is used seldom": (f"query ($n: String) {{ {'a(n: $n) ' * 10} }}", None),
    "a number": ("query ($n: Int, $m: ID, $o: Ordering) { a(n: $n) }", None),
    "rows": ("mutation ($n: [NoteCreate!]!) { a(n: $n) }", None),
    "changes": ("mutation ($n: FlightUpdate) { a(n: $n) }", None),
    "what is in a change": ("mutation ($n: AlertUpdate) { a(n: $n) }", None),
}


@pytest.fixture(scope="module")
def held() -> Held:
    """Of the sample, which has all kinds of writes."""
    return Held(core_of(build_schema(catalog_of(models_in(models)))), MOST)


@pytest.mark.parametrize(("text", "times"), HOLDING.values(), ids=HOLDING)
def test_what_counts_is_counted_as_often_as_it_is_used(held: Held, text: str, times: int | None):
    """What only writes take counts for nothing; nor does what can hold nothing."""
    holding = held.by(*_tree(text))
    if times is None:
        assert holding is None
        return
    assert holding is not None
    assert holding.beyond({"n": [1] * (MOST // times)}) is None
    error = holding.beyond({"n": [1] * MOST + [2]})
    assert error is not None
    assert error.details["measured"] == times * (MOST + 1)


def test_a_text_counts_by_its_length_wherever_it_is(held: Held):
    """Each use of it is sent to a store."""
    filters = held.by(*_tree("query ($n: StringFilter) { a(n: $n) }"))
    texts = held.by(*_tree(HOLDING["a text"][0]))
    assert filters is not None
    assert texts is not None
    assert texts.beyond({"n": "x" * 9_999}) is None
    for holding, value, measured in (
        (texts, "x" * 10_000, 11 * 10),
        (filters, {"in": ["x" * 50_000, "x" * 50_000]}, 10 + 1 + 2 + 2 * 50),
    ):
        error = holding.beyond({"n": value})
        assert error is not None
        assert error.details["measured"] == measured


async def test_what_is_far_too_much_is_not_counted_to_its_end():
    """Nor is it gone into by calls: it may be deep."""
    holding = Held(core_of(Library().graph.schema), MOST).by(*_tree(FILTER))
    assert holding is not None
    deep: Any = []
    for _ in range(300_000):
        deep = [deep]
    error = holding.beyond({"w": deep})
    assert error is not None
    assert error.details["measured"] == 100_001


def _tree(text: str) -> Any:
    return tree_in(text, None, DEFAULTS)
