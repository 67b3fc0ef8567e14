"""In charge of what one write asks of its transactions: changes, rules, and rows for the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from graphql import FieldNode

from catalog.change import Change, Changed, Delete
from catalog.entity import Entity, Store
from catalog.errors import StoredValueError, stored_errors
from catalog.filters import all_of
from catalog.query import ALWAYS, Batch, Filter, Key, Not, Path, Read, Record
from catalog.writing import Action
from datasources.memory.tables import Tables
from resolvers.across.keys import among
from resolvers.context import Context
from resolvers.documents.fields import Scope
from resolvers.errors import UnauthorizedError
from resolvers.execute import found
from resolvers.planning.questions import Question
from resolvers.planning.selection import Selector, union_of
from resolvers.rows import Row
from resolvers.writes.refuting import refuted


class Changes(Protocol):
    """What makes changes: a transaction of one store, or what notes them as well."""

    async def change(self, change: Change) -> Changed:
        """As `Transaction.change`."""
        ...


class Changing:
    """Transactions as one write sees them; ``context`` reads by them."""

    def __init__(
        self, transactions: Mapping[Store, Changes], context: Context, scope: Scope
    ) -> None:
        self.context = context
        self.scope = scope
        self._transactions = transactions
        self.ended = set[Entity]()
        """Whose rows were ended."""

    async def change(self, change: Change) -> Changed:
        """Makes the change; what is read from then on sees it. Raises ``StoreError``."""
        if isinstance(change, Delete):
            self.ended.add(change.entity)
        changed = await self._transactions[change.entity.store].change(change)
        self.context.afresh()
        return changed

    def may(self, entity: Entity, action: Action) -> Filter:
        """For which rows the viewer may do this. Raises ``UnauthorizedError`` if for none."""
        return self.context.catalog.may(entity, action)

    async def settled(self, entity: Entity, filter_: Filter) -> Filter:
        """A filter that the store alone can answer, with the values of claims in it.

        Raises ``ReachError`` and ``StoreError``.
        """
        question = Question(Read(entity, _key_paths(entity), filter=filter_))
        asked = (await question.asked(self.context, {})).read
        return asked.filter

    async def keys(self, entity: Entity, filter_: Filter) -> tuple[Key, ...]:
        """The primary keys of the rows that match."""
        rows = await self._read(Read(entity, _key_paths(entity), filter=filter_))
        return tuple(tuple(row[name] for name in entity.key) for row in rows)

    async def records(
        self, entity: Entity, keys: Sequence[Key], paths: Iterable[Path]
    ) -> Sequence[Record]:
        """These rows as they are now, be they seen or not.

        Raises ``StoredValueError`` for a value that is not what its model says.
        """
        return await self.found(entity, _with_keys(entity, keys), paths) if keys else []

    async def found(
        self, entity: Entity, filter_: Filter, paths: Iterable[Path]
    ) -> Sequence[Record]:
        """The rows that match, as they are now. Raises as ``records`` does."""
        records = await self._read(Read(entity, tuple(paths), filter=filter_))
        for error in (error for record in records for error in stored_errors(record)):
            raise error
        return records

    async def check(self, entity: Entity, action: Action, keys: Sequence[Key]) -> None:
        """Raises ``UnauthorizedError`` if one of these rows is now none that may become so."""
        rule = self.may(entity, action) if keys else ALWAYS
        if rule == ALWAYS:
            return
        others = all_of((_with_keys(entity, keys), Not(rule)))
        if await self._read(Read(entity, _key_paths(entity), filter=others, limit=1)):
            raise _unauthorized(entity, action)

    def check_given(self, entity: Entity, action: Action, rows: Iterable[Record]) -> None:
        """Raises ``UnauthorizedError`` if what is given shows that one of the rows may not be so.

        Nobody is asked, so that it can be told when the transaction has failed.
        """
        rule = self.may(entity, action)
        bound = Question(Read(entity, (), filter=rule)).bound(self.context, {}).read.filter
        tables = Tables(self.context.catalog, entity.store, {})
        if any(refuted(tables, entity, bound, row) for row in rows):
            raise _unauthorized(entity, action)

    async def rows(
        self, entity: Entity, keys: Sequence[Key], views: Sequence[Sequence[FieldNode]]
    ) -> list[Row]:
        """Those of the rows that the viewer sees, in this order, for all views that are asked."""
        _check_keys(keys)
        selector = Selector(self.context.catalog, self.scope, strict=True)
        selection = union_of(entity, [selector.entity(entity, nodes) for nodes in views])
        island = self.context.planner.one(selection, ALWAYS).batched(Batch(entity.key, ()))
        values = await found(island, keys, self.context)
        return [row for key in keys if isinstance(row := values.get(key), Row)]

    async def _read(self, read: Read) -> Sequence[Record]:
        (answer,) = await self.context.loaders.roots([await Question(read).asked(self.context, {})])
        return answer.rows


def _unauthorized(entity: Entity, action: Action) -> UnauthorizedError:
    message = f"You may not {action.value} a {entity.name} so."
    return UnauthorizedError(message, hint="Its rule does not hold for the row as it becomes.")


def _with_keys(entity: Entity, keys: Sequence[Key]) -> Filter:
    """True of the rows with these keys."""
    _check_keys(keys)
    return among(entity.key, keys)


def _check_keys(keys: Sequence[Key]) -> None:
    """Raises ``StoredValueError`` for a key that is not what its model says, and finds nothing."""
    for value in (value for key in keys for value in key):
        if isinstance(value, StoredValueError):
            raise value


def _key_paths(entity: Entity) -> tuple[Path, ...]:
    return tuple((name,) for name in entity.key)
