"""In charge of the language between the layers: what to read, without saying how a store does it.

Null is never true: a comparison with a null or missing value is false, for every operator, ``NE``
and ``NOT_IN`` included. ``Not`` is the exact complement. So ``where`` and ``not where`` part any
set of rows in two, on every store.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from catalog.entity import Entity, Relation, Store, Through
from catalog.gauges import Gauge
from catalog.lines import Line
from catalog.routine import Call
from catalog.viewer import Viewer

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from catalog.change import Isolation, Transaction
    from catalog.summary import Summary
    from catalog.templates import Ask

Path = tuple[str, ...]
"""Field names from the entity inwards; ``()`` is the element itself inside a quantifier.

A step may go into a member of a union (`catalog.types.step_to`). It does not ask which one is
stored: a filter says that beside it, and of a read only the stored member's fields are given, if
the tag is asked for as well.
"""

Key = tuple[Any, ...]
"""The values of a batch's fields, in their order."""

Record = dict[str, Any]
"""A row as a source returns it: values by field name, a joined record or None by relation name.

A row of several kinds that was read with its tag holds its own kind's fields, those asked for; one
of no known kind the fields that all have.
"""


class Operator(enum.Enum):
    """Comparisons of a leaf with a value; the value is the GraphQL operator's name.

    ``SIMILAR`` takes a `Likeness`, ``NEAR`` and ``WITHIN`` a `Region` of `catalog.geo`.

    ``PRECEDES`` and ``FOLLOWS`` are for cursors alone: they compare as the store's order does, in
    which whatever is stored has its place, also NaN and values of another type than the field's.
    """

    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "notIn"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    LIKE = "like"
    ILIKE = "ilike"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    CONTAINS = "contains"
    SIMILAR = "similar"
    NEAR = "near"
    WITHIN = "within"
    PRECEDES = "precedes"
    FOLLOWS = "follows"


class Quantifier(enum.Enum):
    """How many elements of a list, or rows of a relation, must match."""

    SOME = "some"
    EVERY = "every"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class And:
    """True if all are; with none, always true."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True if one is; with none, never true."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True exactly where ``filter`` is not."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class Compare:
    """A leaf against a value (a tuple of values for ``IN`` and ``NOT_IN``).

    With a gauge ``by``, what it makes of the one against what it makes of the other.
    """

    path: Path
    operator: Operator
    value: Any
    by: Gauge | None = None


@dataclass(frozen=True, slots=True)
class IsNull:
    """True where the value is null or, in a document, missing."""

    path: Path


@dataclass(frozen=True, slots=True)
class Searched:
    """The row is found by a text, in the words and the language of its entity's ``search``."""

    text: Any


@dataclass(frozen=True, slots=True)
class Elements:
    """A quantifier over a list field; false where the list itself is null."""

    path: Path
    quantifier: Quantifier
    filter: Filter


@dataclass(frozen=True, slots=True)
class Among:
    """The ``fields`` hold one of ``keys`` (a tuple), value by value; a null is in no key."""

    fields: tuple[str, ...]
    keys: Any


@dataclass(frozen=True, slots=True)
class Related:
    """A quantifier over the rows of a relation.

    No source is given one into the other store: `resolvers.across.reach` puts keys in its place.
    """

    relation: Relation
    quantifier: Quantifier
    filter: Filter


Filter = And | Or | Not | Compare | IsNull | Searched | Elements | Among | Related

ALWAYS = And(())
NEVER = Or(())


@dataclass(frozen=True, slots=True)
class Places:
    """Which place each key has in an order that another store has made.

    ``places`` is a tuple of the values of ``fields`` with the place, a small number, at their end:
    each key once, none with a null. Keys may share a place; a row with another key has none, which
    is null.
    """

    fields: tuple[str, ...]
    places: Any


@dataclass(frozen=True, slots=True)
class Order:
    """One term of an ordering; ``relations`` are to-one steps before ``path``.

    With a gauge ``by``, the order is that of what it makes of the value.

    No source is given a step into the other store: `resolvers.across.reach` puts ``places`` in its
    stead, which are those of the row at the end of the ``relations`` before it, and there is no
    ``path``.
    """

    path: Path
    relations: tuple[Relation, ...] = ()
    descending: bool = False
    nulls_first: bool = False
    by: Gauge | None = None
    places: Places | None = None

    @property
    def steps_near(self) -> int:
        """How many steps there are before the first one into the other store, if there is one."""
        crossings = (at for at, step in enumerate(self.relations) if step.cross_store)
        return next(crossings, len(self.relations))

    @property
    def is_far(self) -> bool:
        """Whether the value is in the other store, or behind it."""
        return self.steps_near < len(self.relations)

    @property
    def is_own(self) -> bool:
        """Whether it looks at a value of the row itself, as that is."""
        return not (self.relations or self.by or self.places)

    def reversed(self) -> Order:
        """The same term for reading backwards."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)


@dataclass(frozen=True, slots=True)
class Join:
    """A to-one relation within the store, read along with its parent."""

    relation: Relation
    fields: tuple[Path, ...]
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Reads once for many keys: the read applies to each key's rows on their own."""

    fields: tuple[str, ...]
    keys: tuple[Key, ...]
    through: Through | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What to fetch from one entity and the to-one relations joined to it.

    ``filter`` bounds the rows and ``total``; ``after`` bounds the rows only (a cursor's part).
    ``limit`` None is no limit, 0 no rows at all (only a total is wanted). The order is total: the
    planner ends it with the primary key.

    With ``distinct`` rows that are alike are one. Then ``fields`` are stored leaves of the entity,
    and there is neither order nor total, neither joins nor a batch.

    With a ``call`` the rows are those that it gives, in place of the entity's; there is no batch.

    With a ``line`` rows come as lines, whose values are among the fields and joins. Only a store
    whose reader says how it tells them is asked so (`catalog.flat`).
    """

    entity: Entity
    fields: tuple[Path, ...]
    joins: tuple[Join, ...] = ()
    filter: Filter = ALWAYS
    after: Filter = ALWAYS
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    total: bool = False
    batch: Batch | None = None
    distinct: bool = False
    call: Call | None = None
    line: Line | None = None

    @property
    def is_idle(self) -> bool:
        """True if neither rows nor a total are asked for."""
        return self.limit == 0 and not self.total

    @property
    def nothing(self) -> Answer:
        """The answer where no row is."""
        return Answer(total=0 if self.total else None)


class Answer:
    """The rows of one read or the groups of one summary, or those of one key of a batch.

    ``total`` is there if the read asked for it.

    ``raw`` is what the store gave, of which ``reader`` makes records; without one it is records.
    """

    __slots__ = ("_rows", "raw", "reader", "total")

    def __init__(
        self,
        raw: Sequence[Any] = (),
        total: int | None = None,
        reader: Callable[[Any], Record] | None = None,
    ) -> None:
        self.raw = raw
        self.total = total
        self.reader = reader
        self._rows: Sequence[Record] | None = None

    @property
    def rows(self) -> Sequence[Record]:
        """The records, in order."""
        if self._rows is None:
            self._rows = self.raw if self.reader is None else [*map(self.reader, self.raw)]
        return self._rows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Answer):
            return NotImplemented
        return self.total == other.total and list(self.rows) == list(other.rows)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Answer({list(self.rows)!r}, {self.total!r})"


class Readable(Protocol):
    """What can be read: a store, or a transaction in it."""

    store: Store

    @property
    def policy(self) -> str:
        """The fingerprint of whom it reads for, if that makes a difference."""
        ...

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Answers each read, in order: under key ``()`` for a plain read, else by the batch's keys.

        Keys without rows may be absent. Raises ``StoreError`` if the store does not answer.
        """
        ...

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart, and so need not be compiled anew."""
        ...

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """About how many rows each has, by its name, as far as the store knows without counting.

        Raises ``StoreError`` if the store does not answer.
        """
        ...


class DataSource(Readable, Protocol):
    """A store that can be read and changed: Postgres, MongoDB, or memory."""

    def as_seen_by(self, viewer: Viewer) -> DataSource:
        """What reads and writes for a viewer: itself, if the store has no say in who sees what."""
        ...

    def begin(self, isolation: Isolation | None = None) -> AbstractAsyncContextManager[Transaction]:
        """A transaction of `catalog.change`; nothing is asked of the store before its first use.

        Without a level, that of the store's own settings. Ends in ``StoreError`` if it cannot be
        committed.
        """
        ...

    def begin_own(
        self, isolation: Isolation | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """The same for Bigraph itself, with all that its user may do, whoever asks."""
        ...

    async def ping(self) -> str | None:
        """None if the store answers, else a short reason that names no secret."""
        ...

    async def close(self) -> None:
        """Gives back every connection."""
        ...
