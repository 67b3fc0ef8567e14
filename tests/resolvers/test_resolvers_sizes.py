"""Which side of a relation is asked first, by how many rows the stores think they have."""

import asyncio
import math
from types import SimpleNamespace

import pytest

import resolvers.across.sizes
from catalog import Store
from catalog.query import ALWAYS, And, Compare, Filter, IsNull, Not, Operator, Or
from resolvers.across.sizes import Sizes
from tests.library.library import Library, catalog
from tests.library.rows import book_id
from tests.library.sources import CountingSource, DownSource

BOOK = catalog()["Book"]


def many_books(**options) -> Library:
    """A hundred shelves, and five books on each."""
    library = Library(**options)
    shelf, book = library.documents["Shelf"][0], library.tables["Book"][0]
    library.documents["Shelf"][:] = [shelf | {"code": f"s{n}"} for n in range(100)]
    library.tables["Book"][:] = [
        book | {"id": book_id(n), "isbn": f"i{n}", "pages": n, "shelf_code": f"s{n % 100}"}
        for n in range(500)
    ]
    return library


@pytest.mark.parametrize(
    ("where", "keys", "calls"),
    [
        # One book of this number: its own shelf is asked about, out of about 33.
        ('{isbn: {eq: "i7"}, shelf: {code: {gt: ""}}}', 1, {"postgres": 2, "mongo": 1}),
        # Every book whose number is no smaller: the shelves are fewer.
        ('{isbn: {gte: ""}, shelf: {code: {gt: ""}}}', 100, {"postgres": 1, "mongo": 1}),
    ],
)  # fmt: skip
async def test_the_smaller_side_goes_first(where, keys, calls):
    """Counted by calls, and by the keys that are read."""
    library = many_books()
    await library.data(f"{{ books(where: {where}) {{ totalCount }} }}")
    assert {store: len(made) for store, made in library.calls().items()} == calls
    (answers,) = [read for read in library.reads() if read.entity.name == "Shelf"]
    assert (len(answers.batch.keys) if answers.batch else len(library.documents["Shelf"])) == keys


async def test_keys_that_the_filter_names_are_not_asked_for():
    """The source's own keys are plain to see."""
    library = many_books()
    where = '{shelfCode: {eq: "s3"}, shelf: {}}'
    data = await library.data(f"{{ books(where: {where}) {{ totalCount }} }}")
    assert data["books"]["totalCount"] == 5
    assert library.calls() == {"mongo": [["Shelf"]], "postgres": [["Book"]]}


@pytest.mark.parametrize(
    ("filter_", "rows"),
    [
        (ALWAYS, 500),
        (Compare(("isbn",), Operator.EQ, "x"), 1),
        (Compare(("isbn",), Operator.IN, ("x", "y")), 2),
        (Compare(("pages",), Operator.EQ, 1), 50),
        (Not(IsNull(("pages",))), 450),
        (And((Compare(("pages",), Operator.EQ, 1), IsNull(("genre",)))), 5),
        (Or((Compare(("pages",), Operator.NE, 1), IsNull(("genre",)))), 500),
    ],
)
async def test_what_is_guessed(filter_: Filter, rows):
    """By the operators alone."""
    sizes = Sizes(catalog(), many_books().graph.sources)
    await sizes.ready()
    assert sizes.rows(BOOK, filter_) == pytest.approx(rows)


async def test_the_stores_are_asked_once_in_a_while(monkeypatch):
    """Whoever asks meanwhile waits for the same answer; later numbers come in the background."""
    asked = []

    class Noted(CountingSource):
        async def sizes(self, entities):
            asked.append(self.store)
            return await super().sizes(entities)

    library = many_books(postgres=Noted, mongo=Noted)
    sizes = Sizes(catalog(), library.graph.sources)
    await asyncio.gather(sizes.ready(), sizes.ready())
    assert sorted(store.value for store in asked) == ["mongo", "postgres"]
    await sizes.ready()
    assert len(asked) == 2
    library.tables["Book"].clear()
    # Not the clock of all: the event loop's timers go by it.
    monkeypatch.setattr(resolvers.across.sizes, "time", SimpleNamespace(monotonic=lambda: math.inf))
    await sizes.ready()
    assert sizes.rows(BOOK, ALWAYS) == 500  # as it was: nobody waits
    await sizes.close()


async def test_a_store_that_is_away_has_no_numbers():
    """The other one's are known; nothing fails."""
    library = many_books(mongo=DownSource)
    sizes = Sizes(catalog(), library.graph.sources)
    await sizes.ready()
    assert sizes.rows(BOOK, ALWAYS) == 500
    assert sizes.rows(catalog()["Shelf"], ALWAYS) is None
    await sizes.close()


async def test_closing_ends_a_question(library):
    """No task is left behind."""

    class Slow(CountingSource):
        async def sizes(self, entities):
            await asyncio.sleep(60)
            return await super().sizes(entities)

    sizes = Sizes(catalog(), {Store.MONGO: Slow(library.mongo)})
    waiting = asyncio.create_task(sizes.ready())
    await asyncio.sleep(0)
    await sizes.close()
    await waiting
