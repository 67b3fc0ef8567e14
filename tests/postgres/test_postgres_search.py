"""In charge of full-text search and likeness in Postgres: what is found, and by which index."""

from collections.abc import AsyncGenerator, Callable
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Computed, Index, MetaData
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Catalog, Search, Store, catalog_of
from catalog.gauges import Likeness, Rank, Similarity
from catalog.query import ALWAYS, And, Compare, Filter, Not, Operator, Or, Order, Read, Searched
from datasources.check import check
from datasources.errors import SearchUnavailable
from datasources.load import load
from datasources.memory import MemorySource
from datasources.postgres import PostgresSource
from datasources.postgres.statements import statement_for


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of these tables."""


class Article(Table, table=True):
    """Searched in English, its title before its body; and by the likeness of its title."""

    __search__: ClassVar = Search("title", "body", language="english", weights={"title": "A"})
    __similar__: ClassVar = ("title",)
    __table_args__ = (
        Index("ix_article_code", "code", postgresql_ops={"code": "text_pattern_ops"}),
    )

    id: int = Field(primary_key=True)
    title: str
    body: str | None = None
    code: str


class Leaflet(Table, table=True):
    """Has a column for searching of its own, which is no field."""

    __search__: ClassVar = Search(column="words", language="english")

    id: int = Field(primary_key=True)
    text: str | None = None
    words: str | None = Field(
        sa_column=Column(TSVECTOR, Computed("to_tsvector('english', text)", persisted=True))
    )


class Label(Table, table=True):
    """Searched word by word, as memory does."""

    __search__: ClassVar = Search("text", "more")

    id: int = Field(primary_key=True)
    text: str | None = None
    more: str | None = None


class Rune(Table, table=True):
    """Searched in a language that no database knows."""

    __search__: ClassVar = Search("text", language="elvish")
    __similar__: ClassVar = ("text",)

    id: int = Field(primary_key=True)
    text: str


WORDS = ("jet", "wing", "engine", "tail")
LABELS = [
    {"id": number, "text": text, "more": more}
    for number, (text, more) in enumerate(
        [("jet wing", "engine"), ("Wing jet", None), (None, None), ("", "ENGINE"), ("tail", "jet")]
        + [(f"{one} {other}", third) for one in WORDS for other in WORDS for third in WORDS],
        start=1,
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def searched() -> Catalog:
    """What can be searched."""
    return catalog_of([Article, Leaflet, Label])


@pytest.fixture(scope="module")
async def library(searched, url, admin) -> AsyncGenerator[psycopg.Connection[Any]]:
    """A database that was made as an embedded one is, with rows enough for plans to matter."""
    admin.execute("create database texts")
    at = url.replace("/app?", "/texts?")
    for _ in range(2):  # made once, it is as it should be
        await load(searched, (), postgres_url=at, mongo_url=None, progress=print)
    with psycopg.connect(at, autocommit=True, prepare_threshold=None) as connection:
        connection.execute(
            "insert into article select n, 'Number ' || md5(n::text), 'about ' || n % 900, 'c' || n"
            " from generate_series(1, 20000) n"
        )
        connection.execute(
            "insert into article values (0, 'Running engines', 'of many a jet', 'zz top'),"
            " (-1, 'Jets', 'the engine that runs', '100%'), (-2, 'Gliding', null, 'c_')"
        )
        connection.execute("insert into leaflet values (1, 'Engines, run!'), (2, null)")
        with connection.cursor() as cursor:
            rows = [(row["id"], row["text"], row["more"]) for row in LABELS]
            cursor.executemany("insert into label values (%s, %s, %s)", rows)
        connection.execute("vacuum analyze")
        yield connection


@pytest.fixture(scope="module")
async def texts(searched, library, url) -> AsyncGenerator[PostgresSource]:
    """A source over it."""
    source = PostgresSource(searched, url.replace("/app?", "/texts?"))
    yield source
    await source.close()


@pytest.fixture
def found(texts, searched) -> Callable[..., Any]:
    """Reads the ids of an entity's rows."""

    async def ids(name: str, filter: Filter, *order: Order) -> list[int]:
        read = Read(searched[name], (("id",),), filter=filter, order=(*order, Order(("id",))))
        (answers,) = await texts.read([read])
        return [row["id"] for row in answers[()].rows]

    return ids


@pytest.fixture(scope="module")
def plan_of(library, searched) -> Callable[..., str]:
    """Explains a read of articles, with its values, or prepared for any."""

    def explained(filter: Filter, *, generic: bool = True, **options: Any) -> str:
        statement = statement_for(
            searched, Read(searched["Article"], (("id",),), filter=filter, **options)
        )
        assert statement
        if generic:
            rows = library.execute(f"explain (generic_plan, costs off) {statement.sql}".encode())
        else:
            library.execute(f"prepare asked as {statement.sql}".encode())
            values = ", ".join(psycopg.sql.Literal(v).as_string() for v in statement.values)
            rows = library.execute(f"explain (costs off) execute asked({values})".encode())
            library.execute("deallocate asked")
        return "\n".join(line for (line,) in rows)

    return explained


async def test_words_are_found_in_their_forms(found):
    """As the language has it, in any of the fields; null is no text."""
    assert await found("Article", Searched("engine run")) == [-1, 0]
    assert await found("Article", Searched("jet -gliding")) == [-1, 0]
    assert await found("Article", Searched('"running engine" or glide')) == [-2, 0]
    assert await found("Article", And((Searched("jets"), Not(Searched("running"))))) == []
    assert len(await found("Article", Not(Searched("jet")))) == 20_001
    assert await found("Leaflet", Searched("engine")) == [1]
    assert await found("Leaflet", Not(Searched("engine"))) == [2]


async def test_rank_goes_by_weights(found):
    """A word in the title counts for more."""
    rank = Order((), descending=True, by=Rank("engine"))
    assert await found("Article", Searched("engine"), rank) == [0, -1]
    rank = Order((), descending=True, by=Rank("jet"))
    assert await found("Article", Searched("jet"), rank) == [-1, 0]


@settings(max_examples=60, deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@example("\0")
@example("'!&|():*<->\\")
@example('"')
@example("\ud800 jet")
@given(st.text())
async def test_no_text_is_a_wrong_query(found, text):
    """Whatever people type; and what matches and what does not part all rows."""
    those = await found("Label", Searched(text))
    others = await found("Label", Not(Searched(text)))
    assert sorted(those + others) == [row["id"] for row in LABELS]
    assert await found("Leaflet", Compare(("id",), Operator.EQ, 1), Order((), by=Rank(text))) == [1]


_TERMS = st.sampled_from([*WORDS, "-jet", "-wing", '"jet wing"', '"wing jet"', "or", "rudder"])


@settings(max_examples=80, deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.lists(st.lists(_TERMS, max_size=4).map(" ".join), min_size=2, max_size=2))
async def test_plain_words_are_found_as_memory_finds_them(found, searched, queries):
    """In a search without language, alone and combined."""
    memory = MemorySource(searched, Store.POSTGRES, {"Label": LABELS})
    one, other = map(Searched, queries)
    for filter in (one, And((one, Not(other))), Or((Not(one), other))):
        read = Read(searched["Label"], (("id",),), filter=filter, order=(Order(("id",)),))
        (expected,) = await memory.read([read])
        assert await found("Label", filter) == [row["id"] for row in expected[()].rows]


def test_a_search_reads_its_index(plan_of):
    """The very expression of the condition is what was indexed, even in a plan for any text."""
    assert "ix_article_search" in plan_of(Searched("jet"))
    rank = Order((), descending=True, by=Rank("jet"))
    assert "ix_article_search" in plan_of(Searched("jet"), order=(rank,), limit=10)
    assert "ix_article_search" in plan_of(Searched("jet"), total=True, limit=0)


def test_likeness_reads_its_index(plan_of):
    """By the operator; the function alone could not."""
    alike = Compare(("title",), Operator.SIMILAR, Likeness("a running engine", 0.4))
    assert "ix_article_title_trgm" in plan_of(alike)


async def test_the_most_similar_come_first(found):
    """And below the bound nothing is found."""
    alike = Compare(("title",), Operator.SIMILAR, Likeness("a running engine", 0.4))
    order = Order(("title",), descending=True, by=Similarity("a running engine"))
    assert await found("Article", alike, order) == [0]
    assert (
        await found("Article", Compare(("title",), Operator.SIMILAR, Likeness("jet", 0.99))) == []
    )
    assert (await found("Article", ALWAYS, order))[0] == 0


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        (Operator.ILIKE, "%ENGINE%"),
        (Operator.LIKE, "%engine%"),
        (Operator.CONTAINS, "engine"),
        (Operator.ENDS_WITH, "engines"),
        (Operator.STARTS_WITH, "Running"),
    ],
)
def test_patterns_read_an_index_of_trigrams(plan_of, operator, text):
    """Wherever in the text they look; even if the pattern is not known as yet."""
    pattern = Compare(("title",), operator, text)
    assert "ix_article_title_trgm" in plan_of(pattern)
    assert "ix_article_title_trgm" in plan_of(pattern, generic=False)


@pytest.mark.parametrize(
    ("operator", "text"), [(Operator.LIKE, "c123%"), (Operator.STARTS_WITH, "c123")]
)
def test_beginnings_read_an_index_by_text_pattern(plan_of, operator, text):
    """Which a plan for any pattern cannot; so Postgres goes on planning for each."""
    beginning = Compare(("code",), operator, text)
    assert "ix_article_code" in plan_of(beginning, generic=False)
    assert "Seq Scan" in plan_of(beginning)


async def test_a_database_that_is_not_ours_is_asked_at_start_up(searched, library, url):
    """Only for what the models rely on; and if it does not answer, it may later."""
    await check(searched, postgres_url=url.replace("/app?", "/texts?"), mongo_url=None)
    with pytest.raises(SearchUnavailable) as failure:
        await check(searched, postgres_url=url.replace("/app?", "/postgres?"), mongo_url=None)
    assert failure.value.message.startswith("__similar__ of Article needs pg_trgm")
    await check(searched, postgres_url="postgresql://127.0.0.1:1/app", mongo_url=None)
    assert library


@pytest.fixture
async def bare(url, admin) -> AsyncGenerator[PostgresSource]:
    """A source over a database that has neither the extension nor the language."""
    admin.execute("create database plain")
    at = url.replace("/app?", "/plain?")
    with psycopg.connect(at) as connection:
        connection.execute("create table rune (id int primary key, text text not null)")
    source = PostgresSource(catalog_of([Rune]), at)
    yield source
    await source.close()
    admin.execute("drop database plain")


@pytest.mark.parametrize(
    ("filter", "order", "hint"),
    [
        (Compare(("text",), Operator.SIMILAR, Likeness("a", 0.3)), (), "CREATE EXTENSION pg_trgm"),
        (ALWAYS, (Order(("text",), by=Similarity("a")),), "CREATE EXTENSION pg_trgm"),
        (Searched("a"), (), "__search__"),
    ],
)
async def test_what_the_database_lacks_is_said(bare, filter, order, hint):
    """With a code of its own, and what to do."""
    rune = catalog_of([Rune])["Rune"]
    with pytest.raises(SearchUnavailable) as failure:
        await bare.read([Read(rune, (("id",),), filter=filter, order=order)])
    assert failure.value.code == "SEARCH_UNAVAILABLE"
    assert hint in (failure.value.hint or "")
