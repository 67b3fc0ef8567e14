"""In charge of full-text search in MongoDB, as far as can be tried without a server that has it.

SecantusDB has no text indexes: what is sent is held to what MongoDB's documentation asks for, and
what SecantusDB says of it is tried for real.
"""

from typing import ClassVar, Literal

import pytest
from pydantic import BaseModel

from catalog import Index, Link, Search, Store, catalog_of
from catalog.gauges import Rank
from catalog.query import (
    ALWAYS,
    And,
    Batch,
    Compare,
    Not,
    Operator,
    Or,
    Order,
    Quantifier,
    Read,
    Related,
    Searched,
)
from catalog.summary import Function, Measure, Summary
from datasources.check import check
from datasources.errors import SearchMisplaced, SearchUnavailable
from datasources.load import LoadError, load
from datasources.mongo import MongoSource, client_of, database_of
from datasources.mongo.pipelines import command_of
from datasources.mongo.search import check_index, text_index


class Text(BaseModel):
    heading: str | None = None


class Article(BaseModel):
    __collection__ = "articles"
    __indexes__: ClassVar = (Index("series"),)
    __links__: ClassVar = (Link("first", to="Article", on={"series": "id"}, back="later"),)
    __search__: ClassVar = Search(
        "title", "text.heading", language="english", weights={"title": "A"}
    )

    id: int
    series: int | None = None
    title: str
    text: Text | None = None


class Plain(BaseModel):
    __collection__ = "plain"
    __search__: ClassVar = Search("text")

    id: int
    text: str


class Unsearched(BaseModel):
    __collection__ = "articles"

    id: int


CATALOG = catalog_of([Article, Plain])
UNSEARCHED = catalog_of([Unsearched])
ARTICLE = CATALOG["Article"]
FOUND = Searched("jet -wing")
MATCH = {"$match": {"$text": {"$search": "jet -wing"}, "series": {"$gt": 3}}}
SERIES = Compare(("series",), Operator.GT, 3)


def pipeline(*reads: Read | Summary):
    """What is sent."""
    command = command_of(CATALOG, reads)
    assert command
    return command.pipeline


def test_a_search_stands_in_the_first_stage():
    """Beside the other conditions, wherever they stand in the filter."""
    read = Read(ARTICLE, (("title",),), filter=And((SERIES, And((FOUND,)))), limit=2)
    match, *rest = pipeline(read)
    assert match == MATCH
    assert rest == [{"$limit": 2}, {"$project": {"_id": 0, "title": 1}}]


def test_rank_is_the_text_score():
    """The best first, then by the key."""
    order = (Order((), descending=True, by=Rank("jet -wing")), Order(("id",)))
    read = Read(ARTICLE, (("id",),), filter=And((FOUND, SERIES)), order=order)
    match, *ranking, sort, _ = pipeline(read)
    assert match == MATCH
    assert ranking[0] == {"$set": {"~gauge0": {"$meta": "textScore"}}}
    assert list(sort["$sort"])[-2:] == ["~gauge0", "_id"]
    assert sort["$sort"]["~gauge0"] == -1


def test_totals_and_aggregates_search_first_as_well():
    """Each in a pipeline of its own on the collection, of which it is the first stage."""
    read = Read(ARTICLE, (("id",),), filter=And((FOUND, SERIES)), total=True)
    summary = Summary(ARTICLE, (), (Measure(Function.COUNT),), And((FOUND, SERIES)))
    first, *stages = pipeline(read, summary)
    unions = [stage["$unionWith"]["pipeline"][0] for stage in stages if "$unionWith" in stage]
    assert [first, *unions] == [MATCH] * 3


@pytest.mark.parametrize(
    "filter",
    [
        Not(FOUND),
        Or((FOUND, SERIES)),
        And((FOUND, Searched("tail"))),
        And((SERIES, Not(Or((SERIES, FOUND))))),
        Related(ARTICLE.relations["first"], Quantifier.SOME, FOUND),
        Related(ARTICLE.relations["later"], Quantifier.NONE, And((SERIES, FOUND))),
    ],
)
def test_elsewhere_it_is_refused(filter):
    """Before anything is sent."""
    with pytest.raises(SearchMisplaced):
        command_of(CATALOG, [Read(ARTICLE, (("id",),), filter=filter)])


def test_for_each_of_many_keys_it_is_refused():
    """There a join comes first."""
    batch = Batch(("series",), ((1,), (2,)))
    with pytest.raises(SearchMisplaced):
        command_of(CATALOG, [Read(ARTICLE, (("id",),), filter=FOUND, batch=batch)])
    assert command_of(CATALOG, [Read(ARTICLE, (("id",),), filter=ALWAYS, batch=batch)])


def test_the_index_holds_what_the_model_says():
    """Its fields by their stored names, in the proportions of Postgres's weights."""
    index = text_index(ARTICLE)
    assert index
    assert index.document["key"] == {"title": "text", "text.heading": "text"}
    assert index.document["weights"] == {"title": 10, "text.heading": 1}
    assert index.document["default_language"] == "english"
    plain = text_index(CATALOG["Plain"])
    assert plain
    assert plain.document["default_language"] == "none"


async def test_a_server_without_text_indexes_says_so_at_the_field(raw, server, driver):
    """With a code of its own, whichever driver tells it; what does not search is unharmed."""
    raw["unsearched"]["articles"].insert_one({"_id": 1, "title": "Jet"})
    source = MongoSource(database_of(client_of(server.url("unsearched"), driver)), CATALOG)
    with pytest.raises(SearchUnavailable) as failure:
        await source.read([Read(ARTICLE, (("id",),), filter=FOUND)])
    assert failure.value.code == "SEARCH_UNAVAILABLE"
    assert "text index" in failure.value.message
    (answers,) = await source.read([Read(ARTICLE, (("id",),))])
    assert answers[()].rows == [{"id": 1}]
    await source.close()


async def test_a_server_without_text_indexes_is_an_error_at_start_up(server):
    """It names the model, the reason and the mend."""
    url = server.url("unsearchable")
    with pytest.raises(LoadError) as failure:
        await load(CATALOG, (), postgres_url=None, mongo_url=url, progress=print)
    assert "Article cannot be searched" in failure.value.message
    assert "not supported" in failure.value.message
    assert "__search__" in (failure.value.hint or "")
    assert CATALOG.of(Store.MONGO)


class Letter(BaseModel):
    __collection__ = "letters"
    __discriminator__ = "kind"
    __search__: ClassVar = Search("text")

    id: int
    kind: str
    text: str


class Invoice(Letter):
    kind: Literal["invoice"]


def test_of_one_kind_of_documents_the_search_still_comes_first():
    """What tells the kind is asked after it."""
    catalog = catalog_of([Letter, Invoice])
    read = Read(catalog["Invoice"], (("id",),), filter=FOUND)
    command = command_of(catalog, [read])
    assert command
    assert command.pipeline[0] == {"$match": {"$text": {"$search": "jet -wing"}}}
    assert "kind" in command.pipeline[1]["$match"]


async def test_a_server_that_is_not_ours_is_asked_at_start_up(server, raw):
    """Only for what is searched; and if it does not answer, it may later."""
    raw["asked"]["articles"].insert_one({"_id": 1, "title": "Jet"})
    with pytest.raises(SearchUnavailable) as failure:
        await check(CATALOG, postgres_url=None, mongo_url=server.url("asked"))
    assert failure.value.message == "Article cannot be searched: articles has no text index."
    assert "docs/models.md" in (failure.value.hint or "")
    await check(UNSEARCHED, postgres_url=None, mongo_url=server.url("asked"))
    away = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50"
    await check(CATALOG, postgres_url=None, mongo_url=away)


@pytest.mark.parametrize("more", [{"secret": 1}, {"$**": 1}])
def test_an_index_that_looks_through_more_is_refused(more):
    """A rule about a field that the model does not name could not hold for a search."""
    entity = catalog_of([Plain])["Plain"]
    index = {"key": [("_fts", "text"), ("_ftsx", 1)], "weights": {"text": 1}}
    check_index(entity, {"search": index})
    with pytest.raises(SearchUnavailable, match=r"has .* as well"):
        check_index(entity, {"search": index | {"weights": {"text": 1} | more}})
