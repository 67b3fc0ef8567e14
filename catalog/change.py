"""In charge of the language of changes: what to write, without saying how a store does it.

Null is what it is to reads: a missing field of a document counts as null. Nothing here edits a
primary key, or writes what a store computes.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from catalog.entity import Entity
from catalog.query import ALWAYS, Filter, Key, Path, Readable


@dataclass(frozen=True, slots=True)
class Conflict:
    """What to do where a row with the same values of ``target``, a unique key, is there already.

    The new row's values of the fields ``update`` replace the old ones; what the new row lacks stays
    as it is. With none, the row is found, and stays. A row for which ``filter`` does not hold may
    not be touched: it raises ``UniqueViolation``, as if there were no word on conflicts. So do two
    new rows with one target. A target that holds a null meets no row.
    """

    target: tuple[str, ...]
    update: tuple[str, ...]
    filter: Filter = ALWAYS


@dataclass(frozen=True, slots=True)
class Insert:
    """New rows, by field name, in the form in which sources return them.

    What a row lacks is the store's affair: a default of the column, an identity, a new ObjectId;
    in a document it stays missing. The rows need not have the same fields. A row of a kind may
    lack the tag that tells it.
    """

    entity: Entity
    rows: Sequence[Mapping[str, Any]]
    conflict: Conflict | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """The value at ``path`` becomes ``value``; on the way, null becomes a document."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Increment:
    """The number at ``path`` grows by ``by``, of its own type; null stays null."""

    path: Path
    by: Any


@dataclass(frozen=True, slots=True)
class Push:
    """The list at ``path`` gets these values at its end; null becomes a list of them."""

    path: Path
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Pull:
    """The list at ``path``, of leaves, loses all that equal one of these values, none of them null.

    What is null in it stays, and so does a list that is null.
    """

    path: Path
    values: tuple[Any, ...]


Edit = Set | Increment | Push | Pull


@dataclass(frozen=True, slots=True)
class Update:
    """Edits, one after the other, of all rows that the filter lets through.

    A path leads through nested documents, not into lists or unions. Without edits the rows are
    found, and stay.
    """

    entity: Entity
    filter: Filter
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Delete:
    """The end of all rows that the filter lets through."""

    entity: Entity
    filter: Filter


Change = Insert | Update | Delete


class Changed(NamedTuple):
    """What came of a change.

    ``keys`` are the primary keys of the rows that it touched: of an Insert in the order of its
    rows. ``made`` are those of rows that were not there before.
    """

    keys: tuple[Key, ...]
    made: frozenset[Key] = frozenset()


class Isolation(enum.Enum):
    """What a transaction sees of others, in SQL's words.

    MongoDB has one level: each of its transactions sees one state, and two that write the same
    document are in conflict. That is more than REPEATABLE_READ promises; it is not SERIALIZABLE.
    """

    READ_COMMITTED = "READ COMMITTED"
    REPEATABLE_READ = "REPEATABLE READ"
    SERIALIZABLE = "SERIALIZABLE"


def stricter(one: Isolation, other: Isolation) -> Isolation:
    """The one of two levels that promises more."""
    return max(one, other, key=list(Isolation).index)


class Transaction(Readable, Protocol):
    """Changes of one store, and reads that see them: all of it comes to be, or nothing does.

    It is committed when its ``async with`` ends well, and rolled back when that raises or is
    cancelled. What is asked of it at the same time is done one after the other. After an error it
    is over: whatever it is asked raises that error again, and so does its end.
    """

    async def change(self, change: Change) -> Changed:
        """Makes the change. Raises ``StoreError``, among them `datasources.errors.ChangeRefused`.

        ``WriteConflict``, here or at the end, says that all may be tried again.
        """
        ...
