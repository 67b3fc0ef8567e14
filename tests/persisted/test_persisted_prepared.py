"""Trusted documents are ready before anybody asks: understood, planned, and there for good."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from auth import ANONYMOUS
from catalog import Store
from catalog.templates import Template
from datasources.memory import MemorySource
from edge.persisted.documents import Documents
from edge.persisted.manifest import Manifest
from edge.persisted.preparing import prepare
from edge.persisted.trusted import Mode, Trusted
from resolvers.operations.operation import Operation
from tests.library.library import Library, catalog

BOOKS = """query Books($n: Int = 3, $title: String!, $isbn: String) {
  books(first: $n, where: { title: { eq: $title }, isbn: { ne: $isbn } }) {
    nodes { title loans(first: 2) { totalCount nodes { number } } }
  }
}"""
PAGE = "query Page($n: Int!) { books(first: $n) { nodes { title } } }"
TWO = "query A { openingHours } query B { __typename }"
LONG = f"query Long {{ openingHours }} # {'x' * 30_000}"
UNFIT = "{ gone }"
MUTATION = "mutation M { nope }"


def manifest(*texts: str) -> Manifest:
    """Of these documents."""
    return Manifest({str(number): text for number, text in enumerate(texts)})


@pytest.fixture
def library() -> Library:
    """A library with operations of its own."""
    return Library()


async def ready(library: Library, *texts: str) -> Callable[[str, str | None], Operation | None]:
    """What finds operations, once these are ready."""
    planner = library.graph.context(ANONYMOUS).planner
    await prepare(manifest(*texts), library.graph.operations, planner)
    return library.graph.operations.find


async def test_it_is_planned_for_requests_that_are_likely(library: Library):
    """Those that give all variables, and those that give only what they must: no plan is new."""
    find = await ready(library, BOOKS)
    books = find(BOOKS, "Books")
    assert books is not None
    assert find(BOOKS, None) is books
    assert find(BOOKS, "Other") is None
    planned = books.plans
    for given in ({"title": "Emma"}, {"title": "Emma", "isbn": "i9"}, {"title": "Emma", "n": 3}):
        answered = await books.run(library.graph.context(ANONYMOUS), given)
        assert answered is not None
        assert not answered.errors
    assert books.plans == planned == 2


async def test_what_depends_on_a_value_waits_for_it(library: Library):
    """It is understood all the same."""
    page = (await ready(library, PAGE))(PAGE, None)
    assert page is not None
    assert page.plans == 0
    assert await page.run(library.graph.context(ANONYMOUS), {"n": 2}) is not None
    assert page.plans == 1


async def test_each_operation_of_a_document(library: Library):
    """By its name; without one only what is alone."""
    find = await ready(library, TWO, LONG)
    assert find(TWO, None) is None
    assert find(TWO, "A") is not find(TWO, "B") is not None
    assert find(LONG, None) is find(LONG, "Long") is not None


async def test_it_stays(library: Library):
    """However much else is asked for, and through changes of the manifest."""
    find = await ready(library, BOOKS, TWO)
    books = find(BOOKS, None)
    for number in range(500):
        find(f"{{ a{number}: openingHours }} # {'x' * 2_000}", None)
    assert find(BOOKS, None) is books
    find = await ready(library, BOOKS)
    assert find(BOOKS, None) is books


async def test_what_does_not_fit_is_told(
    library: Library, lines: Callable[[], list[dict[str, Any]]]
):
    """In the log; the others are ready."""
    find = await ready(library, UNFIT, PAGE, MUTATION)
    assert find(UNFIT, None) is None
    assert find(PAGE, None) is not None
    unfit = [line for line in lines() if line["event"] == "trusted_document_unfit"]
    assert {line["document"] for line in unfit} == {UNFIT, MUTATION}
    assert "Cannot query field 'gone'" in str(unfit)


async def test_a_graph_that_works_has_them_ready_and_a_change_too(library: Library, tmp_path: Path):
    """Without a restart."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"books": BOOKS}))
    trusted = Trusted(path, Mode.LOG, pause=0.01)
    graph = dataclasses.replace(library.graph, documents=Documents(trusted=trusted))
    async with graph.working(), asyncio.timeout(60):
        await _trusts(graph.operations, BOOKS)
        path.write_text(json.dumps({"page": PAGE}))
        await _trusts(graph.operations, PAGE)


async def test_sources_are_told_what_they_will_be_asked(library: Library):
    """The reads of all levels, each store its own."""
    told: list[str] = []

    class Foreseeing(MemorySource):
        async def foresee(self, templates: Iterable[Template]) -> None:
            told.extend(each.read.entity.name for each in templates)

    sources = [Foreseeing(catalog(), store, {}) for store in Store]
    planner = library.graph.context(ANONYMOUS).planner
    deep = "{ books(first: 2) { nodes { title loans { totalCount } shelf { code } } } }"
    await prepare(manifest(deep), library.graph.operations, planner, sources)
    assert sorted(told) == ["Book", "Loan", "Shelf"]


async def _trusts(operations: Any, text: str) -> None:
    while text not in operations._trusted:  # noqa: ASYNC110 (it is a dict)
        await asyncio.sleep(0.01)
