"""In charge of turning a read into one SQL statement; pure.

The text of a statement depends on the read's shape, limit and offset only, never on the values it
compares with: those are parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog.entity import Catalog
from catalog.flat import FlatReader
from catalog.query import And, Answer, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask, ask_of
from datasources.postgres.filters import condition, filtered
from datasources.postgres.groups import summary_select
from datasources.postgres.lines import lined
from datasources.postgres.parts import Parts
from datasources.postgres.quick import QUICK_KEYS, is_quick
from datasources.postgres.routines import called_rows
from datasources.postgres.rows import Layout, answers_in, reader_of
from datasources.postgres.selection import cut, selection, terms_of
from datasources.postgres.session import Result
from datasources.postgres.tables import Scope
from datasources.postgres.values import DIALECT, Bound, KeyColumn, Parameter, all_storable


class Call(NamedTuple):
    """A statement with the values of its parameters; its rows number ``keys`` from 1."""

    statement: Statement
    values: Sequence[Any]
    keys: tuple[Key, ...]

    @property
    def sql(self) -> str:
        """The statement's text."""
        return self.statement.sql

    @property
    def is_quick(self) -> bool:
        """Whether it takes about as little as a read can."""
        return self.statement.is_quick and len(self.keys) <= QUICK_KEYS


def answers_of(
    asks: Sequence[Ask], calls: Sequence[Call | None], results: Iterable[Result]
) -> list[Mapping[Key, Answer]]:
    """The answers to all reads, of which those without a call have nothing to ask."""
    left = iter(results)
    found: list[Mapping[Key, Answer]] = []
    for at, call in enumerate(calls):
        if call is None:
            found.append(_unasked(asks[at].template.read))
        else:
            found.append(call.statement.answers(next(left), call.keys))
    return found


def _unasked(read: Read | Summary) -> Mapping[Key, Answer]:
    return {} if read.batch else {(): Answer()}


class Statement:
    """SQL with its parameters ``$1``…, and how to read the rows that come back."""

    def __init__(
        self,
        sql: str,
        parameters: Sequence[Parameter],
        layout: Layout,
        table: str,
        *,
        is_quick: bool = False,
        lines: bool = True,
    ) -> None:
        self.sql = sql
        self.layout = layout
        self.table = table
        self.is_quick = is_quick
        self._is_plain = layout.holds_records_alone
        self._parameters = parameters
        self._lines = lines
        self._readers: dict[tuple[int, ...], FlatReader] = {}

    def call(self, values: Sequence[Any], keys: tuple[Key, ...]) -> Call:
        """The statement with these values in its slots, for these keys."""
        sent = [
            each.encode(values[each.slot]) if type(each) is Bound else _value(each, keys)
            for each in self._parameters
        ]
        return Call(self, sent, keys)

    def answers(self, came: Result, keys: tuple[Key, ...]) -> dict[Key, Answer]:
        """What came back of a call for these keys, as answers."""
        rows, types = came
        reader = self._readers.get(types) or self.reader(types)
        if self._is_plain:
            return {(): Answer(rows, None, reader)}
        return answers_in(self.layout, keys, rows, reader)

    def reader(self, types: tuple[int, ...]) -> FlatReader | None:
        """What reads its rows, which differs if the table is not as the model says."""
        reader = self._readers.get(types)
        if reader is None and self.layout.record:
            reader = reader_of(self.layout.record, types, lines=self._lines)
            self._readers = {types: reader}
        return reader


def _value(parameter: Parameter, keys: Sequence[Key]) -> Any:
    return parameter.encode(keys) if isinstance(parameter, KeyColumn) else parameter


def statement_for(catalog: Catalog, read: Read | Summary) -> Call | None:
    """The statement that answers a read; None if neither rows nor a total can come of it."""
    ask = ask_of(read)
    keys = sendable(ask.keys)
    if read.is_idle or (read.batch and not keys):
        return None
    return compiled(catalog, ask.template.read).call(ask.values, keys)


def compiled(catalog: Catalog, read: Read | Summary, *, lines: bool = True) -> Statement:
    """The statement for reads that differ from this one in values only.

    Without ``lines``, nobody is told that its rows could be such.
    """
    if isinstance(read, Summary):
        select, layout = summary_select(catalog, read)
    elif read.batch or read.total or read.line:
        select, layout = _combined(Parts(catalog, _simplified(read)), read)
    else:
        select, layout = _plain(catalog, read)
    text = select.compile(dialect=DIALECT)
    given = text.params  # once: it is made of all of them each time that it is asked for
    parameters = tuple(given[name] for name in text.positiontup or ())
    quick, table = is_quick(catalog, read), read.entity.table
    return Statement(str(text), parameters, layout, table, is_quick=quick, lines=lines)


def sendable(keys: Iterable[Key]) -> tuple[Key, ...]:
    """Each key once, without those that equal nothing."""
    known = [key for key in dict.fromkeys(keys) if None not in key]
    if not all_storable(chain.from_iterable(known)):
        known = [key for key in known if all_storable(key)]
    return tuple(known)


def _simplified(read: Read) -> Read:
    """Without order and limit where no key has a second row, so that a plain join will do."""
    unique = read.batch and not read.batch.through and read.entity.is_key(read.batch.fields)
    if unique and read.limit != 0 and not read.offset:
        return replace(read, order=(), limit=None)
    return read


def _plain(catalog: Catalog, read: Read) -> tuple[sa.Select[Any], Layout]:
    scope = Scope(catalog, read.entity, called_rows(read))
    columns, shape = selection(scope, read.fields, read.joins)
    terms = terms_of(scope, read.order)
    wanted = condition(catalog, scope.root, And((read.filter, read.after)))
    select = filtered(sa.select(*columns).select_from(scope.source), scope.root.portion, wanted)
    select = select.distinct() if read.distinct else select
    return cut(select, terms, read.limit, read.offset), Layout(None, None, shape)


def _combined(parts: Parts, read: Read) -> tuple[sa.Select[Any], Layout]:
    """The keys, their totals and their rows side by side, in the order of keys and of rows.

    The order is stated outside, since a join need not keep that of its parts.
    """
    source, columns, terms = parts.keys, list[sa.ColumnElement[Any]](), []
    number = total = record = None
    if source is not None:
        number, columns, terms = 0, [source.c.n], [source.c.n]
    if read.total:
        total, counted = len(columns), parts.counted()
        source = _beside(source, counted)
        columns.append(counted.c.total)
    if read.limit != 0:
        page = parts.page(len(columns))
        source = _beside(source, page.source, outer=read.total)
        listed, record = page.columns, page.shape
        if read.line:
            listed, record, besides = lined(parts.catalog, page, read.line, len(columns))
            for each in besides:
                source = _beside(source, each)
        columns, terms = [*columns, *listed], [*terms, *page.terms]
    select = sa.select(*columns).select_from(source).order_by(*terms)
    return select, Layout(number, total, record)


def _beside(
    left: sa.FromClause | None, right: sa.FromClause, *, outer: bool = False
) -> sa.FromClause:
    return right if left is None else left.join(right, sa.true(), isouter=outer)
