"""In charge of levels: an island with its form, what to ask for it, and what writes its objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from graphql import GraphQLSchema

from catalog.query import Answer, Key
from resolvers.completion import hops_in, keys_functions, objects_function
from resolvers.documents import Place
from resolvers.forms import Edges, Linked, Nodes, ObjectForm, PageForm, Summed
from resolvers.group_completion import groups_function
from resolvers.plan import Island

Objects = Mapping[Key, Any]
"""Completed values by the key that they were found by."""

Links = tuple[Sequence[Objects], Sequence[Any]]
"""For each hop its values by key, and what stands where there is none."""

NO_LINKS: Links = ((), ())

_READERS = 8  # at a time, of one summary: that of its groups, and none where there are no rows


class Level:
    """One island with its form, and below it those that its hops lead to."""

    def __init__(self, schema: GraphQLSchema, island: Island, form: ObjectForm | PageForm) -> None:
        self.schema = schema
        self.island = island
        self.form = form
        self.question, *self.summaries = island.questions
        forms = dict(_linked_in(form))
        self.hops = [
            (hop, Level(schema, hop.island, forms[hop.place])) for hop in hops_in(island.part)
        ]
        self.ends = not (self.hops or self.summaries or self.question.reaches)
        """Whether its rows are all that it takes."""
        self.nothing: Any = None
        """The page where nothing is related, once somebody has made it."""
        self._functions: dict[Any, Functions] = {}
        self._groups: dict[tuple[str, Any], Any] = {}

    def functions(self, reader: Any) -> Functions:
        """What makes objects of rows that come with this reader."""
        if reader not in self._functions:
            self._functions = {reader: Functions(self, reader)}
        return self._functions[reader]

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
