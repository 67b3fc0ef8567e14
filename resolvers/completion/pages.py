"""In charge of completing pages directly: views of rows, cursors, `pageInfo`, totals, groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate, chain, pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from catalog.query import Answer, Key
from resolvers.completion.forms import (
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
from resolvers.completion.levels import (
    NO_LINKS,
    Functions,
    Level,
    Lines,
    Links,
    Objects,
    object_forms,
)
from resolvers.completion.objects import ViolationError
from resolvers.context import Context

_INT32: Final = 2**31


class Found(NamedTuple):
    """What was read for a level: its rows by key, and the groups of each of its summaries."""

    rows: Mapping[Key, Answer]
    groups: Sequence[Mapping[Key, Answer]] = ()

    def groups_of(self, key: Key) -> list[Answer]:
        """The answers of all summaries for one key."""
        return [answers[key] for answers in self.groups]


class Shown(NamedTuple):
    """What was found, and which of its rows are shown: those of each answer, and all of them."""

    found: Found
    lists: Sequence[Sequence[Any]]
    rows: Sequence[Any]

    def dealt(self, made: Sequence[Any]) -> list[Sequence[Any]]:
        """What was made of all rows, or nothing, in a list for each answer."""
        stops = accumulate(map(len, self.lists), initial=0)
        return [made[start:stop] for start, stop in pairwise(stops)]


def shown_of(level: Level, found: Found) -> Shown:
    """The rows of each answer that are in its page, in the page's order."""
    page, answers = level.island.page, found.rows.values()
    size = 1 if page is None else page.size
    lists = [answer.raw[:size] for answer in answers]
    if page is not None and page.backward:
        lists = [rows[::-1] for rows in lists]
    return Shown(found, lists, list(chain.from_iterable(lists)))


def pages_of(
    level: Level,
    form: PageForm,
    shown: Shown,
    functions: Functions | None,
    links: Links,
    context: Context,
) -> Objects:
    """The connections by key, made member by member, each for all pages at once."""
    views = {
        each: functions.objects(each, shown.rows, links) if functions and shown.rows else []
        for each in object_forms(form)
    }
    return _Pages(level, shown, views, partial(_cursor, level, context)).made(form)


def pages_told(level: Level, lines: Lines, shown: Shown, context: Context) -> Objects:
    """The same of rows that are lines. Raises ``LineError``."""
    pages = _Pages(level, shown, {}, partial(_cursor, level, context))
    texts = shown.dealt([row[-1] for row in shown.rows])
    told = lines.teller.lists(texts, lines.teller.counts(shown.rows))
    return pages._replace(lists={lines.lining.member: told}).made(lines.form)


def empty_page(level: Level, form: PageForm, context: Context) -> Any:
    """The connection where nothing is related; always the same one of a level."""
    if level.nothing is None:
        groups = [{(): part.summary.nothing} for part in level.island.summaries]
        shown = shown_of(level, Found({(): Answer((), 0)}, groups))
        level.nothing = pages_of(level, form, shown, None, NO_LINKS, context)[()]
    return level.nothing


class _Pages(NamedTuple):
    """All pages of a level: their rows as they came, and all rows as objects of each view."""

    level: Level
    shown: Shown
    views: Mapping[ObjectForm, list[Any]]
    cursor_of: Callable[[Any, Any], str]
    lists: Mapping[PageMember, Sequence[Any]] = MappingProxyType({})
    """What all pages show for some members, if it is made already."""

    def made(self, form: PageForm) -> Objects:
        """The connections by key."""
        keys, names = self.shown.found.rows, [member.key for member in form.members]
        if not names:  # all that was asked was skipped
            return {key: {} for key in keys}
        columns = [
            self.lists[member] if self.lists and member in self.lists else self.column(member)
            for member in form.members
        ]
        return {
            key: dict(zip(names, each, strict=True))
            for key, each in zip(keys, zip(*columns, strict=True), strict=True)
        }

    def column(self, member: PageMember) -> Sequence[Any]:
        """What the pages show for a member of their form, one after the other."""
        answers = self.shown.found.rows.values()
        match member:
            case Constant(_, value):
                return [value] * len(answers)
            case Nodes(_, form):
                return self.shown.dealt(self.views[form])
            case Edges(_, members):
                return self.shown.dealt(self._edges(members))
            case Info(_, members):
                return [
                    self._info(members, answer, rows)
                    for answer, rows in zip(answers, self.shown.lists, strict=True)
                ]
            case Total():
                return [_total(answer) for answer in answers]
            case Summed():
                keys = self.shown.found.rows
                return [self.level.groups(member, self.shown.found.groups_of(key)) for key in keys]

    def _edges(
        self, members: Sequence[tuple[str, ObjectForm | str | None]]
    ) -> list[dict[str, Any]]:
        rows = self.shown.rows
        columns: list[Sequence[Any]] = []
        for _, what in members:
            if isinstance(what, ObjectForm):
                columns.append(self.views[what])
            elif what is None:
                columns.append(self.cursors())
            else:
                columns.append([what] * len(rows))
        if not columns:  # all that was asked was skipped
            return [{} for _ in rows]
        names = [key for key, _ in members]
        values = zip(*columns, strict=True)
        return [dict(zip(names, each, strict=True)) for each in values]

    def cursors(self) -> list[str]:
        """The cursors of all rows."""
        answers = self.shown.found.rows.values()
        return [
            self.cursor_of(answer, row)
            for answer, rows in zip(answers, self.shown.lists, strict=True)
            for row in rows
        ]

    def _info(
        self, members: Sequence[tuple[str, str]], answer: Answer, rows: Sequence[Any]
    ) -> dict[str, Any]:
        facts = _Place(self.level, answer, rows, self.cursor_of)
        return {key: facts.told(name) for key, name in members}


def _total(answer: Answer) -> int:
    if answer.total is None or answer.total >= _INT32:
        raise ViolationError
    return answer.total


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
    record = answer.reader(row) if answer.reader else row
    return level.cursors(context.catalog)(record, context.reach.value)
