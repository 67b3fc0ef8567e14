"""In charge of levels: an island with its form, what to ask for it, and what writes its objects."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final, NamedTuple

from graphql import GraphQLSchema

from catalog.entity import Catalog
from catalog.flat import FlatReader
from catalog.query import Answer, Key, Record
from resolvers.completion.forms import Edges, Linked, Nodes, ObjectForm, PageForm, Summed
from resolvers.completion.groups import groups_function
from resolvers.completion.line_writer import Below
from resolvers.completion.lining import Lining, lining_of
from resolvers.completion.objects import hops_in, keys_functions, objects_function
from resolvers.completion.telling import Teller
from resolvers.documents.fields import Place
from resolvers.planning.cursors import Beyond, cursors_of
from resolvers.planning.plan import Island
from resolvers.planning.questions import Question
from telemetry import logger

_log = logger("completion")

Objects = Mapping[Key, Any]
"""Completed values by the key that they were found by."""

Links = tuple[Sequence[Objects], Sequence[Any]]
"""For each hop its values by key, and what stands where there is none."""

NO_LINKS: Links = ((), ())

TIMES_UNTIL_LINES: Final = 3
"""How often rows come before the next are asked for as lines."""
LINES_SECONDS: Final = 10.0
"""For how long they are, until rows come once more."""
_READERS = 8  # at a time, of one summary: that of its groups, and none where there are no rows


class Lines(NamedTuple):
    """What to ask for a level's rows as lines, and what they are shown by."""

    question: Question
    form: PageForm
    lining: Lining
    teller: Teller


class Level:
    """One island with its form, and below it those that its hops lead to."""

    def __init__(
        self,
        schema: GraphQLSchema,
        island: Island,
        form: ObjectForm | PageForm,
        parents: int = 1,
    ) -> None:
        """Below so many ``parents`` at most."""
        self.schema = schema
        self.island = island
        self.form = form
        self.question, *self.summaries = island.questions
        forms = dict(_linked_in(form))
        self._rows = parents * (island.page.size if island.page else 1)
        self.hops = [
            (hop, Level(schema, hop.island, forms[hop.place], self._rows))
            for hop in hops_in(island.part)
        ]
        self.ends = not (self.hops or self.summaries or self.question.reaches)
        """Whether its rows are all that it takes."""
        self.nothing: Any = None
        """The page where nothing is related, once somebody has made it."""
        self.learns = isinstance(form, PageForm)
        """Whether its rows may come as lines, as far as is known."""
        self.lined: Lines | None = None
        """How its rows come as lines, if they do."""
        self._lines_until = 0.0
        self._learnt = 0
        self._learnt_enough = TIMES_UNTIL_LINES
        self.reader: Any = None
        """What its rows came with lately, if there were any."""
        self._cursors: Callable[[Record, Beyond], str] | None = None
        self._functions: dict[Any, Functions] = {}
        self._groups: dict[tuple[str, Any], Any] = {}

    def functions(self, reader: Any) -> Functions:
        """What makes objects of rows that come with this reader."""
        if reader not in self._functions:
            self._functions = {reader: Functions(self, reader)}
            self.reader = reader or self.reader
        return self._functions[reader]

    def cursors(self, catalog: Catalog) -> Callable[[Record, Beyond], str]:
        """What makes the cursors of its rows."""
        if self._cursors is None:
            page, entity = self.island.page, self.island.read.entity
            assert page is not None  # noqa: S101 (only the rows of a page have cursors)
            self._cursors = cursors_of(catalog, entity, page.orders, page.listed)
        return self._cursors

    def lines_at(self, now: float) -> Lines | None:
        """If its rows are to come as lines at this time of the monotonic clock."""
        return self.lined if now < self._lines_until else None

    def learn(self, reader: Any) -> None:
        """Takes note of rows that have come: after some, the next come as lines for a while.

        What comes once or twice is not worth another statement. What is in the columns only the
        rows' readers know, and somebody may alter them, so now and then there are rows again. What
        the cache gives has no reader, and neither has a page without rows. As long as there were
        none below, there may be some later.
        """
        if not isinstance(reader, FlatReader):
            return
        self._learnt += 1
        if self._learnt < self._learnt_enough:
            return
        self._lines_until = time.monotonic() + LINES_SECONDS
        self.lined = self._lines(reader)
        if self.lined is None:
            self._learnt_enough *= 2
            self.learns = any(below.reader is None for _, below in self.hops)

    def forgo_lines(self) -> None:
        """There is something in these rows, or below them, that lines cannot show: no more of them.

        The next answer may well hold it, too.
        """
        for _, below in self.hops:
            below.forgo_lines()
        if self.lined is not None:
            _log.info("lines_forgone", of=self.island.read.entity.name)
        self.learns, self.lined = False, None

    @property
    def below(self) -> dict[Place, Below]:
        """What its hops lead to, as far as that has come."""
        return {hop.place: Below(hop, level.reader, level.below) for hop, level in self.hops}

    def _lines(self, reader: FlatReader) -> Lines | None:
        form, known = self.form, self.lined
        if not isinstance(form, PageForm):
            return None
        lining = lining_of(form, self.island, reader, self.below, self._rows)
        if lining is None:
            return None
        if known and lining == known.lining:
            return known
        question = Question(replace(self.island.read, line=lining.line))
        return Lines(question, form, lining, Teller(lining))

    def groups(self, asked: Summed, answers: Sequence[Answer]) -> Any:
        """What is shown of a page's groups; ``answers`` are those of all its summaries."""
        parts = self.island.summaries
        number = next(at for at, part in enumerate(parts) if asked.place in part.places)
        part, answer = parts[number], answers[number]
        known = (asked.key, answer.reader)
        if known not in self._groups:
            if len(self._groups) >= _READERS * len(parts):
                self._groups = {}
            made = groups_function(self.schema, asked.form, part.summary, answer.reader)
            self._groups[known] = made
        objects = self._groups[known](answer.raw)
        return objects if part.listed else objects[0]


class Functions:
    """The functions that are written for one reader: keys to follow, and objects by form."""

    def __init__(self, level: Level, reader: Any) -> None:
        part = level.island.part
        self.keys = keys_functions(part, reader)
        self._objects = {
            form: objects_function(level.schema, form, part, reader)
            for form in object_forms(level.form)
        }

    def objects(self, form: ObjectForm, rows: Sequence[Any], links: Links) -> list[Any]:
        """The rows as objects of one form."""
        return self._objects[form](rows, *links)


def object_forms(form: ObjectForm | PageForm) -> Iterator[ObjectForm]:
    """The forms of the rows themselves: of a page, of each view of them."""
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
    concrete = chain.from_iterable(each.concrete for each in object_forms(form))
    for member in chain.from_iterable(each.members for each in concrete):
        if isinstance(member, Linked):
            yield member.place, member.form
            if isinstance(member.form, ObjectForm):
                yield from _linked_in(member.form)
