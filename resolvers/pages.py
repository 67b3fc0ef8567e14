"""In charge of completing pages directly: views of rows, cursors, `pageInfo`, totals, groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple

from catalog.query import Answer, Key
from resolvers.completion import ViolationError
from resolvers.context import Context
from resolvers.cursors import cursor
from resolvers.forms import (
    Constant,
    Edges,
    Info,
    Nodes,
    ObjectForm,
    PageForm,
    PageMember,
    Summed,
    Total,
)
from resolvers.levels import NO_LINKS, Functions, Level, Links, Objects, object_forms

_INT32: Final = 2**31


class Found(NamedTuple):
    """What was read for a level: its rows by key, and the groups of each of its summaries."""

    rows: Mapping[Key, Answer]
    groups: Sequence[Mapping[Key, Answer]] = ()

    def groups_of(self, key: Key) -> list[Answer]:
        """The answers of all summaries for one key."""
        return [answers[key] for answers in self.groups]


def shown_rows(level: Level, answer: Answer) -> Sequence[Any]:
    """The rows of an answer that are in the page, in its order."""
    page = level.island.page
    if page is None:
        return answer.raw[:1]
    rows = answer.raw[: page.size]
    return rows[::-1] if page.backward else rows


def pages_of(
    level: Level,
    form: PageForm,
    found: Found,
    functions: Functions | None,
    links: Links,
    context: Context,
) -> Objects:
    """The connections by key; each view's objects are made for all at once, then dealt out."""
    shown = {key: shown_rows(level, answer) for key, answer in found.rows.items()}
    rows = list(chain.from_iterable(shown.values()))
    views = {
        each: functions.objects(each, rows, links) if functions and rows else []
        for each in object_forms(form)
    }
    cursor_of = partial(_cursor, level, context)
    pages: dict[Key, Any] = {}
    start = 0
    for key, answer in found.rows.items():
        stop = start + len(shown[key])
        page = _Page(
            level,
            answer,
            shown[key],
            {each: objects[start:stop] for each, objects in views.items()},
            found.groups_of(key),
            cursor_of,
        )
        pages[key] = {member.key: page.part(member) for member in form.members}
        start = stop
    return pages


def empty_page(level: Level, form: PageForm, context: Context) -> Any:
    """The connection where nothing is related."""
    groups = [{(): part.summary.nothing} for part in level.island.summaries]
    found = Found({(): Answer((), 0)}, groups)
    return pages_of(level, form, found, None, NO_LINKS, context)[()]


class _Page(NamedTuple):
    """One page: its rows as they came, and as objects of each view."""

    level: Level
    answer: Answer
    rows: Sequence[Any]
    views: Mapping[ObjectForm, list[Any]]
    groups: Sequence[Answer]
    cursor_of: Callable[[Answer, Any], str]

    def part(self, member: PageMember) -> Any:
        """What the page shows for a member of its form."""
        match member:
            case Constant(_, value):
                return value
            case Nodes(_, form):
                return self.views[form]
            case Edges(_, members):
                return _edges(members, self.answer, self.rows, self.views, self.cursor_of)
            case Info(_, members):
                facts = _Place(self.level, self.answer, self.rows, self.cursor_of)
                return {key: facts.told(name) for key, name in members}
            case Total():
                return _total(self.answer)
            case Summed():
                return self.level.groups(member, self.groups)


def _total(answer: Answer) -> int:
    if answer.total is None or answer.total >= _INT32:
        raise ViolationError
    return answer.total


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
    entity = level.island.read.entity
    assert page is not None  # noqa: S101 (only the rows of a page have cursors)
    return cursor(context.catalog, entity, page.orders, record, context.reach.value, page.listed)
