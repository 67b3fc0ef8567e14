"""In charge of answering a root field directly: its rows become the answer's own dicts and lists.

Nothing here knows how a wrong value is to be told: whatever is amiss raises, and the root is
completed again by graphql-core from the same reads, which the loaders remember.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from graphql import GraphQLSchema

from catalog.errors import StoredValueError
from catalog.query import Answer, Key
from catalog.templates import Ask, ask_of
from resolvers.arguments import value_of
from resolvers.completion import ViolationError, hops_in, keys_functions, objects_function
from resolvers.context import Context
from resolvers.cursors import cursor
from resolvers.documents import Place
from resolvers.forms import Constant, Edges, Info, Linked, Nodes, ObjectForm, PageForm, Total
from resolvers.plan import Hop, Island
from resolvers.reach import reaches
from resolvers.variables import bound
from telemetry.spans import span

Variables = Mapping[str, Any]
Objects = Mapping[Key, Any]
"""Completed values by the key that they were found by."""


class Level:
    """One island with its form, and below it those that its hops lead to."""

    def __init__(self, schema: GraphQLSchema, island: Island, form: ObjectForm | PageForm) -> None:
        self.schema = schema
        self.island = island
        self.form = form
        self.ask = ask_of(island.read)
        self._reaches = reaches(island.read.filter)
        forms = dict(_linked_in(form))
        self.hops = [
            (hop, Level(schema, hop.island, forms[hop.place])) for hop in hops_in(island.part)
        ]
        self._functions: dict[Any, _Functions] = {}

    async def asked(self, context: Context, variables: Variables, keys: tuple[Key, ...]) -> Ask:
        """What to ask of the store with this request's values. Raises ``ReachError``."""
        ask = Ask(self.ask.template, bound(self.ask.values, variables, value_of), keys)
        if not self._reaches:
            return ask
        return ask_of(await context.reach.within(ask.read, keys))

    def functions(self, reader: Any) -> _Functions:
        """What makes objects of rows that come with this reader."""
        if reader not in self._functions:
            self._functions = {reader: _Functions(self, reader)}
        return self._functions[reader]


class _Functions:
    """The functions that are written for one reader: keys to follow, and objects by form."""

    def __init__(self, level: Level, reader: Any) -> None:
        part = level.island.part
        self.keys = keys_functions(part, reader)
        self._objects = {
            form: objects_function(level.schema, form, part, reader)
            for form in _object_forms(level.form)
        }

    def objects(self, form: ObjectForm, rows: Sequence[Any], links: _Links) -> list[Any]:
        """The rows as objects of one form."""
        return self._objects[form](rows, *links)


_Links = tuple[Sequence[Objects], Sequence[Any]]
"""For each hop its values by key, and what stands where there is none."""


async def answer_directly(level: Level, context: Context, variables: Variables) -> Any:
    """The completed value of a root field.

    Raises ``StoreError``, and all kinds of errors for a value that GraphQL forbids.
    """
    ask = await level.asked(context, variables, ())
    (answer,) = await context.loaders.roots([ask])
    return (await _completed(level, {(): answer}, context, variables)).get(())


async def _completed(
    level: Level, answers: Mapping[Key, Answer], context: Context, variables: Variables
) -> Objects:
    page = level.island.page
    shown: dict[Key, Sequence[Any]] = {
        key: _turned(answer.raw[: page.size], page.backward) if page else answer.raw[:1]
        for key, answer in answers.items()
    }
    rows = list(chain.from_iterable(shown.values()))
    # All answers of a read come with one reader; without rows nobody asks.
    reader = next((answer.reader for answer in answers.values() if answer.raw), None)
    functions = level.functions(reader)
    links = await _links(level, functions, rows, context, variables)
    if isinstance(level.form, ObjectForm):
        found = [key for key, some in shown.items() if some]
        return dict(zip(found, functions.objects(level.form, rows, links), strict=True))
    return _pages(level, level.form, answers, shown, functions, links, context)


def _turned(rows: Sequence[Any], backward: bool) -> Sequence[Any]:  # noqa: FBT001
    return rows[::-1] if backward else rows


async def _links(
    level: Level,
    functions: _Functions,
    rows: Sequence[Any],
    context: Context,
    variables: Variables,
) -> _Links:
    if not level.hops:
        return (), ()
    found = await asyncio.gather(
        *(
            _followed(hop, below, keys(rows), len(rows), context, variables)
            for (hop, below), keys in zip(level.hops, functions.keys, strict=True)
        )
    )
    return found, [_missing(below, context) for _, below in level.hops]


async def _followed(
    hop: Hop,
    below: Level,
    keys: Sequence[Key],
    parents: int,
    context: Context,
    variables: Variables,
) -> Objects:
    relation = hop.relation
    wanted = [key for key in dict.fromkeys(keys) if None not in key]
    if any(isinstance(value, StoredValueError) for key in wanted for value in key):
        raise ViolationError
    with span(f"{relation.source}.{relation.api}", attributes={"bigraph.parents": parents}):
        if not wanted:
            return {}
        wanted.sort(key=repr)
        ask = await below.asked(context, variables, tuple(wanted))
        known = await context.loaders.load(ask, cached=relation.cross_store)
        return await _completed(below, {key: known[key] for key in wanted}, context, variables)


def _missing(level: Level, context: Context) -> Any:
    if isinstance(level.form, ObjectForm):
        return None
    none = {(): Answer((), 0)}
    return _pages(level, level.form, none, {(): ()}, None, ((), ()), context)[()]


def _pages(  # noqa: PLR0913, PLR0917 (all of one level)
    level: Level,
    form: PageForm,
    answers: Mapping[Key, Answer],
    shown: Mapping[Key, Sequence[Any]],
    functions: _Functions | None,
    links: _Links,
    context: Context,
) -> Objects:
    """The connections; each view's objects are made for all of them at once, then dealt out."""
    rows = list(chain.from_iterable(shown.values()))
    views = {
        each: functions.objects(each, rows, links) if functions and rows else []
        for each in _object_forms(form)
    }
    cursor_of = partial(_cursor, level, context)
    pages: dict[Key, Any] = {}
    start = 0
    for key, answer in answers.items():
        stop = start + len(shown[key])
        dealt = {each: objects[start:stop] for each, objects in views.items()}
        pages[key] = {
            member.key: _part(level, member, answer, shown[key], dealt, cursor_of)
            for member in form.members
        }
        start = stop
    return pages


def _part(
    level: Level,
    member: Any,
    answer: Answer,
    rows: Sequence[Any],
    views: Mapping[ObjectForm, list[Any]],
    cursor_of: Callable[[Answer, Any], str],
) -> Any:
    match member:
        case Constant(_, value):
            return value
        case Nodes(_, form):
            return views[form]
        case Edges(_, members):
            return _edges(members, answer, rows, views, cursor_of)
        case Info(_, members):
            facts = _Place(level, answer, rows, cursor_of)
            return {key: facts.told(name) for key, name in members}
        case Total():
            if answer.total is None or answer.total >= 2**31:
                raise ViolationError
            return answer.total
        case _:
            raise TypeError(member)


def _edges(
    members: Sequence[tuple[str, ObjectForm | str | None]],
    answer: Answer,
    rows: Sequence[Any],
    views: Mapping[ObjectForm, list[Any]],
    cursor_of: Callable[[Answer, Any], str],
) -> list[dict[str, Any]]:
    columns: list[tuple[str, Sequence[Any]]] = []
    for key, what in members:
        if isinstance(what, ObjectForm):
            columns.append((key, views[what]))
        elif what is None:
            columns.append((key, [cursor_of(answer, row) for row in rows]))
        else:
            columns.append((key, [what] * len(rows)))
    if not columns:  # all that was asked was skipped
        return [{} for _ in rows]
    names = [key for key, _ in columns]
    values = zip(*(column for _, column in columns), strict=True)
    return [dict(zip(names, each, strict=True)) for each in values]


class _Place:
    """What `pageInfo` tells of one page."""

    def __init__(
        self,
        level: Level,
        answer: Answer,
        rows: Sequence[Any],
        cursor_of: Callable[[Answer, Any], str],
    ) -> None:
        page = level.island.page
        assert page is not None  # noqa: S101 (connections are pages)
        self._page = page
        self._more = len(answer.raw) > page.size
        self._ends = (rows[0], rows[-1]) if rows else None
        self._cursor = partial(cursor_of, answer)

    def told(self, name: str) -> Any:
        """A field of `PageInfo`, or the name of the type itself."""
        match name:
            case ".hasNextPage":
                return self._page.ends_inside or (self._more and not self._page.backward)
            case ".hasPreviousPage":
                return self._page.starts_inside or (self._more and self._page.backward)
            case ".startCursor":
                return self._cursor(self._ends[0]) if self._ends else None
            case ".endCursor":
                return self._cursor(self._ends[1]) if self._ends else None
            case _:
                return name


def _cursor(level: Level, context: Context, answer: Answer, row: Any) -> str:
    page = level.island.page
    record = answer.reader(row) if answer.reader else row
    orders = page.orders if page else ()
    return cursor(context.catalog, level.island.read.entity, orders, record)


def _object_forms(form: ObjectForm | PageForm) -> Iterator[ObjectForm]:
    if isinstance(form, ObjectForm):
        yield form
        return
    for member in form.members:
        if isinstance(member, Nodes):
            yield member.form
        elif isinstance(member, Edges):
            yield from (what for _, what in member.members if isinstance(what, ObjectForm))


def _linked_in(form: ObjectForm | PageForm) -> Iterator[tuple[Place, ObjectForm | PageForm]]:
    """The forms of relations, by what asked for them; those that are joined lie among the hops."""
    for each in _object_forms(form):
        for member in each.members:
            if isinstance(member, Linked):
                yield member.place, member.form
                if isinstance(member.form, ObjectForm):
                    yield from _linked_in(member.form)
