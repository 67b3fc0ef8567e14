"""In charge of summaries: what to compute over many rows, without saying how a store does it.

A group is a row of its own kind: its keys and measures are the fields of the entity
``Summary.groups``, and ``having`` and ``order`` are a filter and an order of that entity's rows.

Null and missing values are left out of every measure but ``COUNT``, which counts rows. Over no
values counts are 0, and all else is null; ``STDDEV`` and ``VARIANCE`` are the sample's, so null
below two values.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from catalog.entity import Entity, Relation
from catalog.query import ALWAYS, Answer, Batch, Filter, Order, Path, Read
from catalog.routine import Call
from catalog.types import DocumentType, Field, FieldType, Scalar, is_leaf, type_after


class Function(enum.Enum):
    """What is computed of a group's values; the value is the GraphQL name."""

    COUNT = "count"
    COUNT_DISTINCT = "countDistinct"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    STDDEV = "stddev"
    VARIANCE = "variance"


class Unit(enum.Enum):
    """The spans of time that dates and moments may be grouped by; weeks begin on Mondays."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """A unit of time and, for moments, the IANA time zone in whose clock it begins."""

    unit: Unit
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Measure:
    """A function of the values at a path of the entity; of none for ``COUNT``."""

    function: Function
    path: Path = ()

    @property
    def name(self) -> str:
        """Its name among a group's fields: ``avg(dep_delay)``."""
        return f"{self.function.value}({'.'.join(self.path)})"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """A value by which rows are grouped; ``relations`` are to-one steps within the store.

    With a ``span``, the moment or the day at which the value's span begins. Null and missing, or
    no related row, make one group of their own.
    """

    path: Path
    type: FieldType
    relations: tuple[Relation, ...] = ()
    span: Span | None = None

    @property
    def name(self) -> str:
        """Its name among a group's fields: ``airline.name``, ``month(time_hour, UTC)``."""
        reached = ".".join((*(relation.name for relation in self.relations), *self.path))
        if self.span is None:
            return reached
        return f"{self.span.unit.value}({reached}, {self.span.time_zone})"


@dataclass(frozen=True)
class Summary:
    """Groups of an entity's rows by their keys, with their measures; without keys, one group.

    ``filter`` bounds the rows; with a ``call``, they are those that it gives. Where there are keys,
    ``having`` bounds the groups, and ``order`` is total; the one group of all rows is always given.
    """

    entity: Entity
    keys: tuple[GroupKey, ...] = ()
    measures: tuple[Measure, ...] = ()
    filter: Filter = ALWAYS
    having: Filter = ALWAYS
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    batch: Batch | None = None
    call: Call | None = None

    total: ClassVar[bool] = False

    @cached_property
    def groups(self) -> Entity:
        """The groups as an entity, whose fields are named as keys and measures are."""
        fields = {field.name: field for field in self._fields()}
        return Entity(
            name=f"{self.entity.name}Group",
            store=self.entity.store,
            table=self.entity.table,
            fields=fields,
            key=tuple(key.name for key in self.keys) or tuple(fields),
            unique=(),
            indexes=(),
            relations={},
            singular="group",
            plural="groups",
            model=self.entity.model,
        )

    @cached_property
    def listing(self) -> Read:
        """What is read of the groups, seen as rows that are there already."""
        return Read(
            self.groups,
            tuple((name,) for name in self.groups.fields),
            filter=self.having,
            order=self.order,
            limit=self.limit,
            offset=self.offset,
        )

    @property
    def is_idle(self) -> bool:
        """True if no groups are asked for."""
        return self.limit == 0

    @property
    def nothing(self) -> Answer:
        """The answer where no row is: no groups, or without keys the one of no rows."""
        if self.keys:
            return Answer()
        return Answer([{measure.name: _of_nothing(measure) for measure in self.measures}])

    def _fields(self) -> list[Field]:
        keys = [
            Field(key.name, key.name, f"key{place}", key.type, nullable=True)
            for place, key in enumerate(self.keys)
        ]
        measures = [
            Field(m.name, m.name, f"value{place}", kind, nullable=_of_nothing(m) is None)
            for place, m in enumerate(self.measures)
            for kind in [measured(self.entity, m)]
        ]
        return [*keys, *measures]


def measured(entity: Entity, measure: Measure) -> Scalar:
    """The type of a measure's value; TypeError if it makes no sense."""
    if measure.function is Function.COUNT:
        return Scalar.INT
    kind = type_at(entity, measure.path)
    result = result_of(measure.function, kind)
    if result is None:
        raise TypeError(f"{measure.name}: there is no such measure of {kind}")
    return result


def result_of(function: Function, kind: FieldType) -> Scalar | None:
    """The type of a function of values of a type; None where it makes no sense."""
    match function:
        case Function.COUNT | Function.COUNT_DISTINCT:
            return Scalar.INT if is_leaf(kind) else None
        case Function.MIN | Function.MAX:
            return kind if isinstance(kind, Scalar) and kind in _ORDERED else None
        case _:
            return _NUMBERS[function].get(kind) if isinstance(kind, Scalar) else None


def measurable(fields: Mapping[str, Field], function: Function, path: Path = ()) -> Iterator[Path]:
    """The paths, through nested documents, of all values that a function makes sense of."""
    for name, field in fields.items():
        if isinstance(field.type, DocumentType):
            yield from measurable(field.type.fields, function, (*path, name))
        elif result_of(function, field.type):
            yield (*path, name)


def type_at(entity: Entity, path: Path) -> FieldType:
    """The type at the end of a path into an entity."""
    kind: FieldType = entity.document
    for step in path:
        kind = type_after(kind, step)
    return kind


def _of_nothing(measure: Measure) -> int | None:
    return 0 if measure.function in (Function.COUNT, Function.COUNT_DISTINCT) else None


_NUMERIC = (Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL)
_ORDERED = frozenset(Scalar) - {Scalar.BOOLEAN, Scalar.BYTES, Scalar.JSON, Scalar.POINT}
_FLOATS: Mapping[Scalar, Scalar] = dict.fromkeys(_NUMERIC, Scalar.FLOAT)
_NUMBERS: Mapping[Function, Mapping[Scalar, Scalar]] = {
    Function.SUM: {
        Scalar.INT: Scalar.BIGINT,
        Scalar.BIGINT: Scalar.DECIMAL,
        Scalar.FLOAT: Scalar.FLOAT,
        Scalar.DECIMAL: Scalar.DECIMAL,
    },
    Function.AVG: {**_FLOATS, Scalar.DECIMAL: Scalar.DECIMAL},
    Function.STDDEV: _FLOATS,
    Function.VARIANCE: _FLOATS,
}
