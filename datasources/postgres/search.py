"""In charge of full-text search and likeness in SQL: conditions, what to order by, and indexes.

An index is over the very expression that a condition holds, so both are made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import dialect

from catalog.entity import Entity, TextSearch
from catalog.gauges import Distance, Gauge, Rank, Similarity
from catalog.query import Path
from datasources.postgres.tables import Aliased, table_of
from datasources.postgres.values import Encoding, parameter, worded

TRIGRAMS: Final = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
TRIGRAM_OPS: Final = "gin_trgm_ops"

_TEXT: Final = Encoding("text", worded)
_REAL: Final = Encoding("real", float)
_EMPTY: Final[sa.ColumnElement[Any]] = sa.literal_column("''")
_DIALECT: Final = dialect(paramstyle="named")
_LONGEST_NAME: Final = 63

Column = Callable[[Path], sa.ColumnElement[Any]]


class SearchIndex(NamedTuple):
    """An index that a search needs: its quoted name, with its schema, and what makes it.

    ``on`` says what it is an index of: the ``expression`` over the entity's table, or trigrams of
    the ``column``. ``bare`` is the name as it is.
    """

    name: str
    statement: str
    on: str
    bare: str
    expression: str
    entity: Entity
    column: str | None = None


def found(table: Aliased, text: Any) -> sa.ColumnElement[bool]:
    """Whether the search of the table's entity finds the row; any text is a query."""
    search = _search(table.entity)
    return _vector(table, search).op("@@", is_comparison=True)(_query(search, text))


def resembles(expression: sa.ColumnElement[Any], likeness: Any) -> sa.ColumnElement[bool]:
    """Whether a text is like another; the operator is for the index, and says no less."""
    to = parameter(_TEXT, likeness, lambda wanted: wanted.to)
    least = parameter(_REAL, likeness, lambda wanted: wanted.at_least)
    near = expression.op("%", is_comparison=True)(to)
    return sa.and_(near, sa.func.similarity(expression, to) >= least)


def gauged(table: Aliased, path: Path, gauge: Gauge) -> sa.ColumnElement[Any]:
    """What a gauge makes of the value at a path, or of the row."""
    match gauge:
        case Similarity(to):
            return sa.func.similarity(table.leaf(path).expression, parameter(_TEXT, to))
        case Rank(text):
            search = _search(table.entity)
            return sa.func.ts_rank(_vector(table, search), _query(search, text))
        case Distance():
            raise TypeError("points are not stored in Postgres")
        case _:
            assert_never(gauge)


def gauged_value(value: Any, gauge: Gauge) -> sa.ColumnElement[Any]:
    """What a gauge makes of a value that is given."""
    match gauge:
        case Similarity(to):
            return sa.func.similarity(parameter(_TEXT, value), parameter(_TEXT, to))
        case Rank() | Distance():
            raise TypeError(f"{gauge} is not of a value in Postgres")
        case _:
            assert_never(gauge)


def search_indexes(entities: Iterable[Entity]) -> list[SearchIndex]:
    """The indexes that serve searches and likeness, each once: kinds of rows may share them."""
    indexes = [index for entity in entities for index in _indexes(entity)]
    return list({index.on: index for index in reversed(indexes)}.values())[::-1]


def _indexes(entity: Entity) -> Iterator[SearchIndex]:
    table = table_of(entity)
    if entity.search is not None:
        vector = _written(_vector(Aliased(entity, table), entity.search))
        yield _index(entity, "search", f"({vector})")
    for field in entity.fields.values():
        if field.similar:
            column = _written(table.c[field.stored])
            named = f"{field.stored}_trgm"
            yield _index(entity, named, f"{column} {TRIGRAM_OPS}", field.stored)


def needs_trigrams(entities: Sequence[Entity]) -> bool:
    """Whether a field of these can be compared by likeness."""
    return any(field.similar for entity in entities for field in entity.fields.values())


def _search(entity: Entity) -> TextSearch:
    if entity.search is None:
        raise TypeError(f"{entity} cannot be searched")
    return entity.search


def _vector(table: Aliased, search: TextSearch) -> sa.ColumnElement[Any]:
    if search.column is not None:
        return table.source.c[search.column]
    weighed = [
        _weighed(table.leaf(path).expression, search.language, weight)
        for path, weight in zip(search.paths, search.weights, strict=True)
    ]
    vector, *others = weighed
    for other in others:
        vector = vector.op("||")(other)
    return vector


def _weighed(column: sa.ColumnElement[Any], language: str, weight: str) -> sa.ColumnElement[Any]:
    vector = sa.func.to_tsvector(_configuration(language), sa.func.coalesce(column, _EMPTY))
    return sa.func.setweight(vector, sa.literal_column(f"'{weight}'"))


def _query(search: TextSearch, text: Any) -> sa.ColumnElement[Any]:
    # Of all the functions that read a query this is the one that refuses none.
    return sa.func.websearch_to_tsquery(_configuration(search.language), parameter(_TEXT, text))


def _configuration(language: str) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"'{language}'::regconfig")


def _index(entity: Entity, suffix: str, expression: str, column: str | None = None) -> SearchIndex:
    prepare, table = _DIALECT.identifier_preparer, table_of(entity)
    bare = f"ix_{entity.name.lower()}_{suffix}"[:_LONGEST_NAME]
    name = prepare.quote(bare)
    schema = f"{prepare.quote_schema(table.schema)}." if table.schema else ""
    on = f"{prepare.format_table(table)} USING gin ({expression})"
    statement = f"CREATE INDEX {name} ON {on}"
    return SearchIndex(f"{schema}{name}", statement, on, bare, expression, entity, column)


def _written(expression: sa.ColumnElement[Any]) -> str:
    """An expression of a table's columns, as the table itself would write it."""
    compiler: Any = _DIALECT.statement_compiler(_DIALECT, None)
    return compiler.process(expression, include_table=False, literal_binds=True)
