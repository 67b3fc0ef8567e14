"""In charge of reading inputs as trees, before anything is written: all that is wrong is noted.

A value that a relation gives a row must not be given in another way as well, and one that a row
needs must be given in one. Of many rows some are read in a turn of the event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, assert_never

from catalog.entity import Entity, Relation
from catalog.nesting import Side, Word
from resolvers.errors import InputError
from resolvers.writes.edits import edits_of
from resolvers.writes.inputs import Input, Inputs
from resolvers.writes.judging import Judge, Judged
from resolvers.writes.nested import Changes, Nested, NewRow, Said, Sought
from resolvers.writes.plain import plain_rows
from resolvers.writes.refusals import ApiPath
from resolvers.writes.rows import key_name
from resolvers.writes.turns import Turns
from resolvers.writes.values import Raw, Refusals, fields_in

_NOTHING: Final = "Null says nothing of a relation."
_GIVE: Final = "Give it, or what the row is related to by it."
_ONCE: Final = "Give the field, or one relation that gives it a value."


class Trees:
    """Reads the inputs of one field; what will not do is noted in ``amiss``."""

    def __init__(self, inputs: Inputs, amiss: Refusals) -> None:
        self._inputs = inputs
        self._amiss = amiss
        self._turns = Turns()

    async def new(
        self, judge: Judge, raw: Raw, path: ApiPath, within: Relation | None = None
    ) -> NewRow:
        """A new row; one ``within`` what a relation leads to refers to its holder by it."""
        await self._turns.another()
        own_input = self._inputs.of(judge.entity)
        own, nested = raw, dict[str, Nested]()
        if not own_input.relations.keys().isdisjoint(raw):
            own = {api: value for api, value in raw.items() if api not in own_input.relations}
            nested.update(await self._nested(own_input, raw, path))
        supplied = self._supplied(judge.entity, raw, path, nested, within)
        values, later = self._values(judge, own, path, is_whole=not supplied)
        for field in own_input.needed:
            if field.name not in values and field.name not in supplied:
                self._amiss.add((*path, field.api), "A value must be there.", _GIVE)
        later = later or bool(supplied and judge.crossing)
        return NewRow(judge, path, values, nested, supplied, later=later)

    async def change(self, judge: Judge, arguments: Mapping[str, Any], path: ApiPath) -> Changes:
        """What becomes of rows; raises ``InputError`` if that is nothing."""
        relations, before = self._inputs.of(judge.entity).relations, len(self._amiss)
        raw: Raw = arguments.get("input") or {}
        own = {api: value for api, value in raw.items() if api not in relations}
        nested = await self._nested(self._inputs.of(judge.entity), raw, (*path, "input"))
        self._supplied(judge.entity, raw, (*path, "input"), nested, None)
        given = {**arguments, "input": own}
        edits = edits_of(judge, judge.entity, given, path, self._amiss)
        if not edits and not nested and len(self._amiss) == before:
            hint = "Give a field in `input`, or in another argument that changes rows."
            raise InputError("There is nothing to change.", hint=hint)
        return Changes(judge, path, edits, nested)

    def _values(self, judge: Judge, own: Raw, path: ApiPath, *, is_whole: bool) -> Judged:
        entity, before = judge.entity, len(self._amiss)
        given = fields_in(judge.named, own, path, self._amiss)
        portion = entity.portion
        if portion and given.get(portion.tag, portion.values[0]) not in portion.values:
            at = (*path, entity.fields[portion.tag].api)
            self._amiss.add(at, f"This is the kind of another row than a {entity.name}.")
        # What no store can hold cannot be judged either, and has been noted.
        if len(self._amiss) > before:
            return Judged(given)
        return judge.values(given, path, self._amiss, new=True, is_whole=is_whole)

    async def _nested(self, given: Input, raw: Raw, path: ApiPath) -> dict[str, Nested]:
        nested = dict[str, Nested]()
        for api, relation in given.relations.items():
            if api not in raw:
                continue
            at = (*path, api)
            if raw[api] is None:
                self._amiss.add(at, _NOTHING, "Leave it out.")
                continue
            target, through = self._inputs.judges[relation.target], relation.through
            link = self._inputs.judges[through.entity] if through else None
            said = [each async for each in self._said(relation, target, raw[api], at)]
            nested[relation.name] = Nested(relation, target, link, at, said)
        return nested

    async def _said(
        self, relation: Relation, target: Judge, raw: Raw, path: ApiPath
    ) -> AsyncIterator[Said]:
        for name, given in raw.items():
            at, word = (*path, name), Word(name)
            if given is None:
                self._amiss.add(at, _NOTHING, "Leave it out.")
                continue
            rows = [((*at, str(n)), each) for n, each in enumerate(given)] if relation.many else []
            if word is Word.SET:
                named = [(place, self._sought(target, each, place)) for place, each in rows]
                yield Said(word, at, kept=tuple(where for _, where in named))
                for place, where in named:
                    yield Said(Word.CONNECT, place, where)
            else:
                for place, each in rows if relation.many else [(at, given)]:
                    if each is not False:
                        await self._turns.another()
                        yield await self._one(relation, target, word, each, place)

    async def _one(
        self, relation: Relation, target: Judge, word: Word, raw: Any, path: ApiPath
    ) -> Said:
        within = relation if self._inputs.side_of(relation) is Side.TARGETS else None
        named = relation.many or word is Word.CONNECT
        match word:
            case Word.CREATE:
                return Said(word, path, new=await self.new(target, raw, path, within))
            case Word.UPDATE:
                where = self._where(target, raw, path)
                return Said(word, path, where, change=await self.change(target, raw, path))
            case Word.CONNECT_OR_CREATE | Word.UPSERT:
                where = self._where(target, raw, path)
                new = await self.new(target, raw["create"], (*path, "create"), within)
                there = (raw["update"], (*path, "update")) if word is Word.UPSERT else None
                change = await self.change(target, *there) if there else None
                return Said(word, path, where, new, change)
            case Word.CONNECT | Word.DISCONNECT | Word.DELETE | Word.SET:
                where = self._sought(target, raw, path) if named else None
                return Said(word, path, where)
            case _:
                assert_never(word)

    def _where(self, target: Judge, raw: Raw, path: ApiPath) -> Sought | None:
        return self._sought(target, raw["where"], (*path, "where")) if "where" in raw else None

    def _sought(self, judge: Judge, raw: Raw, path: ApiPath) -> Sought:
        entity = judge.entity
        ((name, given),) = raw.items()
        key = next(key for key in (entity.key, *entity.unique) if name == key_name(entity, key))
        parts = {name: given} if len(key) == 1 else given
        values = fields_in(judge.named, parts, path, self._amiss)
        return Sought(key, tuple(values[name] for name in key), (*path, name))

    def _supplied(
        self,
        entity: Entity,
        raw: Raw,
        path: ApiPath,
        nested: Mapping[str, Nested],
        within: Relation | None,
    ) -> Mapping[str, ApiPath]:
        """The fields that relations give a value, each in one way."""
        ways = [(within.target_fields, path)] if within else []
        ways += [
            (each.relation.source_fields, each.path)
            for each in nested.values()
            if each.relation.refers
        ]
        supplied: dict[str, ApiPath] = {}
        for fields, at in ways:
            for name in fields:
                api = entity.fields[name].api
                if name in supplied or api in raw:
                    message = f"What `{api}` becomes is said in another way, too."
                    self._amiss.add((*path, api) if api in raw else at, message, _ONCE)
                supplied[name] = at
        return supplied


async def new_rows(inputs: Inputs, judge: Judge, given: Raw | Sequence[Raw]) -> Sequence[NewRow]:
    """The rows that `input` gives: one, or those of a list.

    Raises ``RefusedError`` with all that is wrong with them.
    """
    amiss = Refusals()
    trees = Trees(inputs, amiss)
    if isinstance(given, Mapping):
        rows = [await trees.new(judge, given, ("input",))]
    elif (plain := plain_rows(inputs.of(judge.entity), judge, given, ("input",))) is not None:
        return plain
    else:
        rows = [await trees.new(judge, raw, ("input", str(at))) for at, raw in enumerate(given)]
    amiss.check()
    return rows


async def changes_of(inputs: Inputs, judge: Judge, arguments: Mapping[str, Any]) -> Changes:
    """What the arguments say that becomes of rows.

    Raises ``RefusedError`` with all that is wrong, and ``InputError``.
    """
    amiss = Refusals()
    changes = await Trees(inputs, amiss).change(judge, arguments, ())
    amiss.check()
    return changes
