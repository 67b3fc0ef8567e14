"""In charge of opaque ids: cursors, which say where a row stands in an order, and node ids.

A cursor holds the row's values of the order's terms, so it stays right when rows come and go.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

import orjson

from catalog.codec import decoded, encoded
from catalog.entity import Catalog, Entity
from catalog.errors import StoredValueError
from catalog.gauges import Rank
from catalog.query import (
    NEVER,
    And,
    Compare,
    Filter,
    IsNull,
    Key,
    Not,
    Operator,
    Or,
    Order,
    Path,
    Quantifier,
    Record,
    Related,
)
from catalog.types import DocumentType, Field
from resolvers.errors import CursorError, NodeIdError, SearchError
from resolvers.planning.variables import StructuralError, first_variable


def node_id(entity: Entity, record: Record) -> str:
    """The opaque id of a row that was read with its key; raises ``StoredValueError``."""
    return node_id_of(entity)(*(record[name] for name in entity.key))


def node_id_of(entity: Entity) -> Callable[..., str]:
    """What makes the opaque id of the values of a row's key; it raises ``StoredValueError``."""
    fields = [entity.fields[name] for name in entity.key]

    def made(*values: Any) -> str:
        return _packed([entity.name, *map(_encoded, fields, values)])

    return made


def parsed_node_id(catalog: Catalog, text: str) -> tuple[Entity, tuple[Any, ...]]:
    """The entity and key of a node id; raises ``NodeIdError``."""
    try:
        name, *key = _unpacked(text)
        entity = catalog[name]
        kinds = [entity.fields[part].type for part in entity.key]
        values = tuple(decoded(kind, part) for kind, part in zip(kinds, key, strict=True))
    except (ValueError, KeyError, TypeError):
        raise NodeIdError("This is not a nodeId of this graph.", hint=_HINT) from None
    if None in values or entity.kinds:  # rows of several kinds have the ids of their kinds
        raise NodeIdError("This is not a nodeId of this graph.", hint=_HINT)
    return entity, values


_MARK_BYTES: Final = 4
_HINT = "Use ids and cursors as the server gave them; they are opaque."


def check_cursors(orders: Sequence[Order]) -> None:
    """Raises ``SearchError`` for an order in which a row's place is no value that it holds.

    What an order measures by is part of its cursors, so a plan depends on it: ``StructuralError``.
    """
    for order in orders:
        if isinstance(order.by, Rank):
            message = "A list in order of rank has no cursors: a rank is not stored with its row."
            raise SearchError(message, hint="Page through it by offset.")
        variable = first_variable(order.by.given) if order.by else None
        if variable is not None:
            raise StructuralError(variable.name)


Beyond = Callable[[Order, Key], Any]
"""The value in the other store that an order looks at, by the key that leads there."""


def cursors_of(
    catalog: Catalog, entity: Entity, orders: Sequence[Order], listed: str | None = None
) -> Callable[[Record, Beyond], str]:
    """What makes the cursors of rows that were read with their order's values.

    They belong to the list of the entity's rows, or to one that is ``listed`` by another name. It
    raises ``StoredValueError``.
    """
    mark = list_mark(listed or entity.name, orders)
    terms = [(order_field(catalog, entity, order), _value_of(order)) for order in orders]

    def made(record: Record, beyond: Beyond) -> str:
        values = [_encoded(field, value_of(record, beyond)) for field, value_of in terms]
        return _packed([mark, *values])

    return made


def _value_of(order: Order) -> Callable[[Record, Beyond], Any]:
    """What `order_value` finds, as it is found for every row."""
    if order.relations or order.path[1:]:
        return lambda record, beyond: order_value(record, order, beyond)
    name = order.path[0]
    return lambda record, _: record[name]


def beyond_cursor(
    catalog: Catalog,
    entity: Entity,
    orders: Sequence[Order],
    text: str,
    argument: str,
    listed: str | None = None,
) -> Filter:
    """The filter for the rows past a cursor: those after it, or for ``before`` those before it.

    Raises ``CursorError``.
    """
    check_cursors(orders)
    try:
        mark, *packed = _unpacked(text)
        if mark != list_mark(listed or entity.name, orders):
            raise _cursor_of_another(argument, mark)
        kinds = [order_field(catalog, entity, order).type for order in orders]
        values = [decoded(kind, value) for kind, value in zip(kinds, packed, strict=True)]
    except (ValueError, TypeError):
        raise CursorError(f"{argument!r} is not a cursor of this list.", hint=_HINT) from None
    backward = argument == "before"
    terms = [_Term(entity, order.reversed() if backward else order) for order in orders]
    return _beyond(list(zip(terms, values, strict=True)))


def _cursor_of_another(argument: str, mark: Any) -> CursorError:
    """What is wrong with an opaque id whose mark is not that of the list and its order."""
    if not (isinstance(mark, str) and len(mark) == 2 * _MARK_BYTES):
        return CursorError(f"{argument!r} is not a cursor of this list.", hint=_HINT)
    message = f"{argument!r} is a cursor of another list, or of this list in another order."
    return CursorError(message, hint="Keep orderBy as it was where the cursor came from.")


def order_field(catalog: Catalog, entity: Entity, order: Order) -> Field:
    """The field that an order term sorts by."""
    for relation in order.relations:
        entity = catalog[relation.target]
    name, *rest = order.path
    field = entity.fields[name]
    for name in rest:
        assert isinstance(field.type, DocumentType)  # noqa: S101 (orders reach through documents)
        field = field.type.fields[name]
    return field


def order_value(record: Any, order: Order, beyond: Beyond) -> Any:
    """What an order's term looks at in a row; a ``StoredValueError`` where that is amiss."""
    near = order.relations[: order.steps_near]
    if not order.is_far:
        return _at(record, [*(relation.name for relation in near), *order.path])
    source = _at(record, [relation.name for relation in near])
    if source is None:
        return None
    key = tuple(source[name] for name in order.relations[len(near)].source_fields)
    wrong = (part for part in key if isinstance(part, StoredValueError))
    return next(wrong, None) or beyond(order, key)


def _at(record: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        if record is None or isinstance(record, StoredValueError):
            break
        record = record[step]
    return record


def _encoded(field: Field, value: Any) -> Any:
    if isinstance(value, StoredValueError):
        raise value
    return encoded(field.type, value)


class _Term:
    """Comparisons with one order term, where null has its place too."""

    def __init__(self, entity: Entity, order: Order) -> None:
        self.order = order
        self.nullable = bool(order.relations) or _nullable(entity, order.path)

    def equal(self, value: Any) -> Filter:
        return self._null() if value is None else self._compare(Operator.EQ, value)

    def beyond(self, value: Any) -> Filter:
        if value is None:
            return Not(self._null()) if self.order.nulls_first else NEVER
        ahead = Operator.PRECEDES if self.order.descending else Operator.FOLLOWS
        further = self._compare(ahead, value)
        if self.order.nulls_first or not self.nullable:
            return further
        return Or((further, self._null()))

    def _null(self) -> Filter:
        # The value behind a relation is null, too, where no row is related.
        if not self.order.relations:
            return IsNull(self.order.path)
        return Not(self._related(Not(IsNull(self.order.path))))

    def _compare(self, operator: Operator, value: Any) -> Filter:
        return self._related(Compare(self.order.path, operator, value, self.order.by))

    def _related(self, inner: Filter) -> Filter:
        for relation in reversed(self.order.relations):
            inner = Related(relation, Quantifier.SOME, inner)
        return inner


def _nullable(entity: Entity, path: Path) -> bool:
    # A value inside a nested document is missing where the document is.
    name, *inner = path
    return bool(inner) or entity.fields[name].nullable


def _beyond(terms: Sequence[tuple[_Term, Any]]) -> Filter:
    """Lexicographic: beyond in the first term, or equal there and beyond in the rest."""
    (term, value), rest = terms[0], terms[1:]
    further = term.beyond(value)
    if not rest:
        return further
    tied = And((term.equal(value), _beyond(rest)))
    return tied if further == NEVER else Or((further, tied))


def list_mark(listed: str, orders: Sequence[Order]) -> str:
    """Says which list and order a cursor belongs to; the direction of reading is not part of it."""
    terms = [
        ([relation.name for relation in order.relations], order.path, order.descending)
        for order in orders
    ]
    gauges = [order.by for order in orders if order.by]
    text = repr((listed, terms, [order.nulls_first for order in orders], *gauges))
    return hashlib.blake2b(text.encode(), digest_size=_MARK_BYTES).hexdigest()


_as_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _packed(parts: list[Any]) -> str:
    try:
        # What orjson writes otherwise: NaN and infinity, which are floats, or takes for an error.
        text = orjson.dumps(parts) if float not in map(type, parts) else _as_json(parts).encode()
    except TypeError:
        text = _as_json(parts).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _unpacked(text: str) -> list[Any]:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        parts: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(parts, list) or not parts:
        message = "not an opaque id"
        raise ValueError(message)
    return cast("list[Any]", parts)
