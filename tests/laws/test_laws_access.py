"""The law of access: nobody's answer shows what rules keep from them, whatever others have asked.

Two hundred people ask one graph at the same time, with all that it remembers. Each is answered as
by a graph that remembers nothing; and as by one without any rules, over rows of which all that is
not for them was taken away.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from law_across import across
from law_operations import Operation
from law_rules import Ruled, Viewer, ruled, viewers
from law_sieve import Judge, without_rules
from law_volume import ANEW, THOROUGH
from law_worlds import LIMITS, World, library_catalog, world_of
from patient import sources_at
from strawberry import Schema

from catalog import Access, Catalog, Store, anyone, authenticated
from catalog.access import AnyOf
from catalog.entity import Relation
from catalog.query import DataSource
from datasources.memory import MemorySource
from datasources.redis import Cache, NoCache, RedisCache
from edge.errors import told
from edge.graph import Graph
from resolvers.documents.parsing import parsed, tree_of
from resolvers.operations.operation import Operation as Understood
from resolvers.planning.sights import Sights
from schema import build_schema
from tests.library.answers import comparable_errors
from tests.library.rows import Rows, documents, tables
from tests.library.sources import CountingSource, DictCache

DENIED = "UNAUTHORIZED_FIELD_OR_TYPE"
VIEWERS, OPERATIONS, ACROSSES = 200, 60, 12
THROUGH = re.compile(r"\b(some|every|none): \{|authors\b.*books\b|books\b.*authors\b")
"""What an operation says that looks at rows through others; every second one does."""
ANY = settings(
    max_examples=10 if THOROUGH else 1,
    deadline=None,
    database=None,
    derandomize=not ANEW,
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 2**32)
pytestmark = pytest.mark.timeout(1800 if THOROUGH else 120)


class Answer(NamedTuple):
    """What somebody is told."""

    data: Any
    errors: list[dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """One question of somebody's."""

    viewer: Viewer
    operation: Operation
    variables: Mapping[str, Any]


def _rows() -> Rows:
    """The library's, but for those of which no model knows what they are."""
    catalog, held = _open(), copy.deepcopy(tables() | documents())
    return {
        name: [
            row
            for row in rows
            if catalog.kind_of(catalog[name], row) and row.get("cover") != {"kind": "smell"}
        ]
        for name, rows in held.items()
    }


@cache
def _open() -> Catalog:
    """The library with rules that let everybody in: so all may be null that any rule makes so."""
    every = AnyOf((anyone, authenticated))
    catalog = library_catalog()
    entities = [
        replace(each, access=Access(read=anyone, fields=dict.fromkeys(_ruled(each), every)))
        for each in catalog.values()
    ]
    return Catalog(entities, catalog.interfaces)


def _ruled(entity: Any) -> list[str]:
    tag = entity.kinds.tag if entity.kinds else entity.portion and entity.portion.tag
    return [name for name in entity.fields if name not in {*entity.key, tag}]


@cache
def _schema() -> Schema:
    """That of the library under any rules: they show in what may be null, and in nothing else."""
    return build_schema(_open())


@cache
def _bare() -> tuple[Catalog, Schema]:
    """The library for rows of which all was taken away that rules keep."""
    catalog = without_rules(_open())
    return catalog, build_schema(catalog)


def _in_memory(catalog: Catalog, rows: Rows) -> dict[Store, DataSource]:
    return {
        store: CountingSource(
            MemorySource(
                catalog,
                store,
                {each.name: rows[each.name] for each in catalog.of(store) if each.name in rows},
            )
        )
        for store in Store
    }


def _graph(
    catalog: Catalog,
    schema: Schema,
    sources: Mapping[Store, DataSource],
    cache: Cache | None = None,
) -> Graph:
    """With a cache, all is kept that can be."""
    return Graph(
        catalog=catalog,
        schema=schema,
        sources=sources,
        cache=cache or NoCache(),
        cache_ttl=60 if cache else 0,
        cache_local_bytes=10**7 if cache else 0,
        page_limits=LIMITS,
    )


@pytest.fixture(scope="module")
async def world() -> World:
    """What is known of the rows, so that operations find some."""
    return await world_of("library", _graph(_open(), _schema(), _in_memory(_open(), _rows())))


@given(SEEDS)
@ANY
async def test_nobody_is_told_what_is_not_for_them(world, seed):
    """In memory."""
    found = ruled(_open(), _rows(), _random(seed))
    await _holds(world, found, _in_memory(found.catalog, _rows()), DictCache(), _random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2 if THOROUGH else 1))
async def test_nor_by_real_stores(world, library_urls, seed):
    """From PostgreSQL, SecantusDB and Valkey; what is left is asked for in memory."""
    found = ruled(_open(), _rows(), _random(seed))
    cache = RedisCache(library_urls.redis, space=f"access{seed}")
    sources = sources_at(found.catalog, library_urls)
    try:
        await _holds(world, found, sources, cache, _random(seed))
    finally:
        await asyncio.gather(*(each.close() for each in (cache, *sources.values())))


async def test_rules_make_a_difference(world):
    """A law over people who are all told everything, or all nothing, would say little."""
    found = ruled(_open(), _rows(), _random(0))
    asked = _asked(world, found, _random(0))
    graph = _graph(found.catalog, _schema(), _in_memory(found.catalog, _rows()))
    ruled_ = [await _answer(graph, each) for each in asked]
    free = [await _answer(world.graph, each) for each in asked]
    told_less = sum(one.data != other.data for one, other in zip(ruled_, free, strict=True))
    denied = sum(any(code == DENIED for code, _ in _told(each)) for each in ruled_)
    assert VIEWERS * 0.8 > told_less > VIEWERS * 0.3
    assert denied < told_less * 0.7


async def test_relations_tell_no_more_than_their_fields():
    """Who may follow one may read all that it compares, unless it has a rule of its own."""
    followed, closed = 0, 0
    for seed in range(30):
        found = ruled(_open(), _rows(), _random(seed))
        sights = Sights(found.catalog, LIMITS)
        for viewer in viewers(found, _random(seed), 5):
            seen = sights.of(viewer.principal).planner.catalog
            for entity in seen.values():
                for relation in entity.relations.values():
                    if relation.name in found.said[entity.name].fields:
                        continue
                    told = all(
                        seen.shows_whole(seen[name], seen[name].fields[field])
                        for name, field in _compared(relation)
                    )
                    assert told or not seen.shows(entity, relation), (relation, viewer)
                    followed, closed = followed + seen.shows(entity, relation), closed + (not told)
    assert followed
    assert closed


def _compared(relation: Relation) -> list[tuple[str, str]]:
    if relation.through is None:
        pairs = [((relation.source, a), (relation.target, b)) for a, b in relation.on]
    else:
        link = relation.through.entity
        pairs = [((relation.source, a), (link, b)) for a, b in relation.through.source_on]
        pairs += [((link, a), (relation.target, b)) for a, b in relation.through.target_on]
    return [end for pair in pairs for end in pair]


def _random(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (no secret)


async def _holds(
    world: World,
    found: Ruled,
    sources: Mapping[Store, DataSource],
    cache: Cache,
    random: Random,
) -> None:
    asked = _asked(world, found, random)
    graph = _graph(found.catalog, _schema(), sources, cache)
    # The first hundred make what is kept, all at once; the others find it.
    half = len(asked) // 2
    together = await asyncio.gather(*(_answer(graph, each) for each in asked[:half]))
    together += await asyncio.gather(*(_answer(graph, each) for each in asked[half:]))
    # Another process finds in Redis what they have left there.
    beside = replace(graph, cache_local_bytes=0)
    again = await asyncio.gather(*(_answer(beside, each) for each in asked))
    for each, shared, other in zip(asked, together, again, strict=True):
        assert _comparable(other) == _comparable(shared), _said(found, each)
    for each, shared in zip(asked, together, strict=True):
        alone = await _answer_anew(_graph(found.catalog, _schema(), sources), each)
        assert _comparable(shared) == _comparable(alone), _said(found, each)
    for viewer in {id(each.viewer): each.viewer for each in asked}.values():
        left = Judge(found.catalog, _rows(), viewer).left()
        catalog, schema = _bare()
        bare = _graph(catalog, schema, _in_memory(catalog, left))
        for each, shared in zip(asked, together, strict=True):
            if each.viewer is viewer:
                _check(shared, await _answer_anew(bare, each), _said(found, each))


def _asked(world: World, found: Ruled, random: Random) -> list[Asked]:
    """Two hundred questions by as many people: many ask the same, some with other values."""
    operations = list[Operation]()
    while len(operations) < OPERATIONS:
        operation = world.operation(random.randrange(2**32))
        through = len(operations) % 2 == 0 or THROUGH.search(operation.text)
        if through and world.graph.operations.find(operation.text, operation.name):
            operations.append(operation)
    alike = [across(random) for _ in range(ACROSSES)]
    questions = [
        (viewer, random.choice(random.choice((operations, alike))))
        for viewer in viewers(found, random, VIEWERS)
    ]
    return [Asked(who, what, random.choice(what.variables)) for who, what in questions]


async def _answer(graph: Graph, asked: Asked) -> Answer:
    """From the graph, and all that it remembers."""
    operation = graph.operations.find(asked.operation.text, asked.operation.name)
    assert operation
    return await _run(graph, operation, asked)


async def _answer_anew(graph: Graph, asked: Asked) -> Answer:
    """As of an operation that nobody has asked before."""
    tree = tree_of(parsed(asked.operation.text, None), asked.operation.name)
    assert tree
    operation = Understood(graph.schema, graph.catalog, asked.operation.text, tree)
    return await _run(graph, operation, asked)


async def _run(graph: Graph, operation: Understood, asked: Asked) -> Answer:
    answered = await operation.run(graph.context(asked.viewer.principal), asked.variables)
    assert answered
    # Not by orjson: it takes no number beyond a double's, which a column of JSON may well hold.
    data = None if answered.data is None else json.loads(answered.data)
    return Answer(data, [told(error, before_execution=False) for error in answered.errors])


def _comparable(answer: Answer) -> Any:
    return answer.data, comparable_errors(answer.data, answer.errors)


def _said(found: Ruled, asked: Asked) -> str:
    rules = {
        name: (entity.access.read, dict(entity.access.fields))
        for name, entity in found.catalog.items()
        if entity.access
    }
    lines = [f"{name}: {rule}" for name, rule in rules.items()]
    who = asked.viewer.principal
    return "\n".join([str(who), asked.operation.text, json.dumps(asked.variables), *lines])


# --- An answer, and one over what is left ---

Place = Sequence[str | int]


def _check(shared: Answer, left: Answer, said: str) -> None:
    """Where somebody was told that a thing is not for them there must be nothing; else the same."""
    said = f"{said}\n{shared}\n{left}"
    data, other = _rounded(shared.data), _rounded(left.data)
    denied = [path for code, path in _told(shared) if code == DENIED]
    for path in denied:
        other = _with_null(other, _null_at(data, path))
    for _, path in _told(left):
        # Nobody asked whether the arguments are right of what was denied, or would have been.
        data, other = _with_null(data, path[:1]), _with_null(other, path[:1])
    assert data == other, said


def _rounded(data: Any) -> Any:
    """Stores add up floats in orders of their own."""
    match data:
        case float():
            return float(f"{data:.12g}")
        case list():
            return [_rounded(each) for each in data]
        case dict():
            return {key: _rounded(each) for key, each in data.items()}
        case _:
            return data


def _told(answer: Answer) -> list[tuple[str, Place]]:
    return [(error["extensions"]["code"], error.get("path", [])) for error in answer.errors]


def _null_at(data: Any, path: Place) -> Place:
    """Where the null stands to which an error at a path has led; fails if there is none."""
    for length, key in enumerate(path):
        if data is None:
            return path[:length]
        data = data[key]
    assert data is None, path
    return path


def _with_null(data: Any, path: Place) -> Any:
    """The same with null at a place, if there is such a place."""
    if not path or data is None:
        return None
    if isinstance(data, list):
        return [_with_null(x, path[1:]) if n == path[0] else x for n, x in enumerate(data)]
    return {k: _with_null(x, path[1:]) if k == path[0] else x for k, x in data.items()}
