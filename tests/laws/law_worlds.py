"""In charge of the worlds that operations are asked of: graphs over rows in memory.

Nothing is said here of what a schema offers: values that find something are asked of the graph.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import law_yards
from graphql import (
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from law_operations import Operation, Writer, operation_of
from law_values import Known

import extensions
import models
import tests.library.extensions
import tests.library.models
from auth import ANONYMOUS
from catalog import Catalog, Store, catalog_of, models_in
from catalog.query import DataSource
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.graph import Graph
from models.sample import tables
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in
from tests.catalog.hero_models import Hero, HeroMissionLink, Mission, Team
from tests.library.rows import Rows, documents
from tests.library.rows import tables as library_tables
from tests.resolvers.reach_models import CATALOG as TRAINS

LIMITS = PageLimits(default=20, most=50)


@dataclass(frozen=True, eq=False)
class World:
    """A graph with few rows, and what is known of them."""

    name: str
    graph: Graph
    known: Known
    cursors: Mapping[str, Sequence[str]]
    before: int = 0
    """How often an operation is asked before its answer counts."""

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core has it."""
        return core_of(self.graph)

    def operation(self, seed: int, writes: Callable[..., Writer] = Writer) -> Operation:
        """The operation of this number: always the same."""
        return operation_of(self.core, Random(seed), self.known, self.cursors, writes)  # noqa: S311

    def with_sources(self, sources: Mapping[Store, DataSource]) -> World:
        """The same graph on other sources."""
        return dataclasses.replace(self, graph=dataclasses.replace(self.graph, sources=sources))


def core_of(graph: Graph) -> GraphQLSchema:
    """The schema as graphql-core has it."""
    return graph.schema._schema


def graph_of(catalog: Catalog, sources: Mapping[Store, DataSource], more: Sequence[type]) -> Graph:
    """A graph without a cache, so that both ways of completion read for themselves."""
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, more),
        sources=sources,
        cache=NoCache(),
        cache_ttl=0,
        page_limits=LIMITS,
    )


def _in_memory(catalog: Catalog, rows: Rows, more: Sequence[type] = ()) -> Graph:
    sources: dict[Store, DataSource] = {}
    for store in Store:
        if held := catalog.of(store):
            records = {entity.name: rows.get(entity.name, []) for entity in held}
            sources[store] = MemorySource(catalog, store, records)
    return graph_of(catalog, sources, more)


def library(sources: Mapping[Store, DataSource] | None = None) -> Graph:
    """Every type of value, and relations of every kind; in memory, or in these sources."""
    more = extensions_in(tests.library.extensions)
    if sources is not None:
        return graph_of(library_catalog(), sources, more)
    return _in_memory(library_catalog(), library_tables() | documents(), more)


def library_catalog() -> Catalog:
    """The catalog of the library's models."""
    return catalog_of(models_in(tests.library.models))


def flights() -> Graph:
    """The sample, of one morning."""
    # Without its routines, which memory cannot call; the library's have a form for it.
    tables = [each for each in models_in(models) if isinstance(each, type)]
    return _in_memory(catalog_of(tables), morning(), extensions_in(extensions))


def heroes() -> Graph:
    """Tables that know nothing of Bigraph."""
    return _in_memory(catalog_of([Team, Hero, Mission, HeroMissionLink]), team())


def trains(more: Sequence[type] = ()) -> Graph:
    """Links between the stores by two fields, either of which may be null."""
    lines: Sequence[str | None] = ("a", "b", None)
    rows: Rows = {
        "Train": [{"id": n, "size": n % 3 or None} for n in range(5)],
        "Stop": [
            {"id": n, "line": lines[n % 3], "hour": n % 4 or None, "size": n, "train_id": n % 7}
            for n in range(12)
        ],
        "Forecast": [
            {"id": n, "line": line, "hour": hour, "size": n % 2, "region_id": n % 4}
            for n, (line, hour) in enumerate(itertools.product(lines, (1, 2, None)))
        ],
        "Region": [{"id": n, "size": n, "train_id": n or None} for n in range(4)],
    }
    return _in_memory(TRAINS, rows, more)


def yards() -> Graph:
    """The trains, among objects of interfaces and unions that no model knows."""
    return trains([law_yards.Sidings, law_yards.Yard])


def team() -> Rows:
    """The rows of the heroes."""
    return {
        "Team": [{"id": 1, "name": "Preventers", "headquarters": "Sharp Tower"},
                 {"id": 2, "name": "Z-Force", "headquarters": ""}],
        "Hero": [{"id": 1, "name": "Deadpond", "secret_name": "Dive Wilson", "team_id": 2},
                 {"id": 2, "name": "Rusty", "secret_name": "Tommy", "age": 48, "team_id": 1},
                 {"id": 3, "name": "Spider", "secret_name": "Pedro", "age": 16}],
        "Mission": [{"id": 1, "title": "Save the day"}, {"id": 2, "title": "Rest"}],
        "HeroMissionLink": [{"hero_id": 1, "mission_id": 1}, {"hero_id": 2, "mission_id": 1}],
    }  # fmt: skip


def morning() -> Rows:
    """The rows of the flights."""
    held = {table.model.__name__: table.rows for table in tables()}
    flown = list(itertools.islice(held["Flight"](), 30))
    planes, places = ({f[n] for f in flown} for n in ("tailnum", "dest"))
    hours = {(flight["origin"], flight["time_hour"]) for flight in flown}
    known = ({"subject": "ann"}, {"subject": "bob"})
    return {
        "Airline": list(held["Airline"]()),
        "Flight": flown,
        "Plane": [plane for plane in held["Plane"]() if plane["tailnum"] in planes],
        "Airport": [a for a in held["Airport"]() if a["faa"] in {"EWR", "LGA", "JFK", *places}],
        "Weather": [w for w in held["Weather"]() if (w["origin"], w["time_hour"]) in hours],
        "Watch": [
            {"id": n, "flight_id": n % 5, "created_at": flown[n]["time_hour"], **known[n % 2]}
            for n in range(6)
        ],
        "Note": [
            {"id": f"{n:024x}", "flight_id": n % 3, "author": "ann", "text": "Late.",
             "tags": ["late", "snow"][: n % 3], "created_at": flown[n]["time_hour"]}
            for n in range(5)
        ],
    }  # fmt: skip


GRAPHS = (library, flights, heroes, trains, yards)


_NAMED: dict[str, World] = {}


async def world_named(name: str) -> World:
    """The one of these graphs that has the name; made once in a process."""
    if name not in _NAMED:
        (make,) = (each for each in GRAPHS if each.__name__ == name)
        _NAMED[name] = await world_of(name, make())
    return _NAMED[name]


async def world_of(name: str, graph: Graph) -> World:
    """A world, once the graph has been asked what its rows hold."""
    met = _Met({}, {}, {})
    core = core_of(graph)
    for field in core.query_type.fields.values():  # type: ignore[union-attr]
        kind = get_named_type(field.type)
        required = any(isinstance(each.type, GraphQLNonNull) for each in field.args.values())
        if getattr(kind, "name", "").endswith("Connection") and not required:
            text = _everything(core, kind)
            result = await graph.schema.execute(
                text.replace("?", _name_of(core, field)), context_value=graph.context(ANONYMOUS)
            )
            # Some rows are wrong on purpose, and null.
            page = next(iter((result.data or {}).values()))
            if page:
                met.note(kind, page)
                known = met.cursors.setdefault(kind.name, [])
                # Other lists of the kind have cursors of their own.
                known += [edge["cursor"] for edge in page["edges"]][: 3 if known else None]
    return World(name, graph, Known(met.by_field, met.by_scalar), met.cursors)


def _name_of(core: GraphQLSchema, field: Any) -> str:
    fields: Any = core.query_type
    return next(name for name, each in fields.fields.items() if each is field)


def _everything(core: GraphQLSchema, kind: Any) -> str:
    """A question for a page with all its leaves, those of nested documents included."""
    node = get_named_type(kind.fields["nodes"].type)
    return f"{{ ?(first: 50) {{ edges {{ cursor }} nodes {{ {_leaves(core, node)} }} }} }}"


def _leaves(core: GraphQLSchema, kind: Any, depth: int = 3) -> str:
    names = ["__typename"]
    for name, field in getattr(kind, "fields", {}).items():
        inner: Any = get_named_type(field.type)
        if is_leaf_type(inner) and not field.args:
            names.append(name)
        elif depth and _is_document(inner) and not field.args:
            names.append(f"{name} {{ {_leaves(core, inner, depth - 1)} }}")
    return " ".join(names)


def _is_document(kind: Any) -> bool:
    return isinstance(kind, GraphQLObjectType) and not kind.interfaces


@dataclass
class _Met:
    """Values met in an answer."""

    by_field: dict[tuple[str, str], list[Any]]
    by_scalar: dict[str, list[Any]]
    cursors: dict[str, list[str]]

    def note(self, kind: Any, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                self.note(kind, item)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name in getattr(kind, "fields", ()):
                    self._note_field(name, get_named_type(kind.fields[name].type), inner)

    def _note_field(self, name: str, kind: Any, value: Any) -> None:
        if not is_leaf_type(kind):
            self.note(kind, value)
            return
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                self.by_field.setdefault((name, kind.name), []).append(each)
                self.by_scalar.setdefault(kind.name, []).append(each)
