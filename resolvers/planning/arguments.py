"""In charge of the second stage: a connection's `where` and `orderBy` as filters and orders.

Arguments come coerced by GraphQL, so names and types are right; what GraphQL cannot check is here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from catalog.entity import Entity, Relation
from catalog.filters import all_of
from catalog.gauges import Distance, Gauge, Rank, Similarity
from catalog.names import lower_first
from catalog.query import (
    ALWAYS,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Not,
    Operator,
    Or,
    Order,
    Path,
    Quantifier,
    Searched,
)
from catalog.searches import SEARCH, SIMILARITY
from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    step_to,
)
from resolvers.errors import InputError, SearchError
from resolvers.planning.measuring import MEASURES, measured_value, point
from resolvers.planning.seen import Seen
from resolvers.planning.variables import Variable, assembled

Raw = Mapping[str, Any]


def filter_of(catalog: Seen, entity: Entity, where: Raw | None) -> Filter:
    """The filter that a `where` argument means; none is no filter at all.

    Raises ``InputError``, and ``UnauthorizedError`` for what may not be looked at; also KeyError
    and the like for what GraphQL would not have let through.
    """
    return all_of(list(_entity_filters(catalog, entity, where or {})))


def _entity_filters(catalog: Seen, entity: Entity, where: Raw) -> Iterator[Filter]:
    for name, raw in given(where):
        member = entity.by_api.get(name)
        if member is not None:
            catalog.check(entity, member)
        if isinstance(member, Relation):
            yield _relation_filter(catalog, member, raw)
        elif isinstance(member, Field):
            yield field_filter((member.name,), member.type, raw)
        elif name == SEARCH:
            check_search(catalog, entity)
            yield Searched(value_of(Scalar.STRING, raw))
        else:
            yield logic(name, raw, partial(filter_of, catalog, entity))


def check_search(catalog: Seen, entity: Entity) -> None:
    """Raises ``UnauthorizedError`` unless all may be read that an entity's search looks through."""
    paths = entity.search.paths if entity.search else ()
    # Of a column made ready, nobody knows which fields its words are from.
    for name in [path[0] for path in paths] or entity.fields:
        catalog.check(entity, entity.fields[name])


def _relation_filter(catalog: Seen, relation: Relation, raw: Raw) -> Filter:
    target = catalog[relation.target]
    if not relation.many:
        inner = filter_of(catalog, target, raw)
        return catalog.related(relation, Quantifier.SOME, inner)
    return all_of(
        [
            catalog.related(relation, Quantifier(name), filter_of(catalog, target, inner))
            for name, inner in given(raw)
        ]
    )


def field_filter(path: Path, kind: FieldType, raw: Raw) -> Filter:
    """The filter that an input of a type's operators means for the value at a path."""
    if isinstance(kind, DocumentType):
        return all_of(list(_document_filters(path, kind, raw)))
    if isinstance(kind, UnionType):
        return all_of(list(_union_filters(path, kind, raw)))
    if isinstance(kind, ListType):
        return all_of([_list_filter(path, kind, name, value) for name, value in given(raw)])
    return all_of([_leaf_filter(path, kind, name, value) for name, value in given(raw)])


def _document_filters(path: Path, kind: DocumentType, raw: Raw) -> Iterator[Filter]:
    by_api = {field.api: field for field in kind.fields.values()}
    for name, value in given(raw):
        if name in by_api:
            yield field_filter((*path, by_api[name].name), by_api[name].type, value)
        elif name == "isNull":
            yield _null(path, value)
        else:
            yield logic(name, value, partial(field_filter, path, kind))


def _union_filters(path: Path, kind: UnionType, raw: Raw) -> Iterator[Filter]:
    by_api = {field.api: field for field in kind.fields.values()}
    members = {lower_first(name): member for name, member in kind.types.items()}
    for name, value in given(raw):
        if name in by_api:
            yield field_filter((*path, by_api[name].name), by_api[name].type, value)
        elif member := members.get(name):
            told = Compare((*path, kind.tag), Operator.IN, kind.values(member.name))
            inner = field_filter((*path, step_to(member.name)), member, value)
            yield all_of((told, inner))
        elif name == "isNull":
            yield _null(path, value)
        else:
            yield logic(name, value, partial(field_filter, path, kind))


def _list_filter(path: Path, kind: ListType, name: str, value: Any) -> Filter:
    if name == "isNull":
        return _null(path, value)
    return Elements(path, Quantifier(name), field_filter((), kind.of, value))


def _leaf_filter(path: Path, kind: FieldType, name: str, value: Any) -> Filter:
    if name == "isNull":
        return _null(path, value)
    operator = Operator(name)
    if operator in (Operator.IN, Operator.NOT_IN):
        if isinstance(value, Variable):
            return Compare(path, operator, value.of(kind, many=True))
        if any(isinstance(item, Variable) for item in value):
            list(map(bool, value))
        return Compare(path, operator, tuple(value_of(kind, item) for item in value))
    if operator in MEASURES:
        return Compare(path, operator, measured_value(operator, value))
    return Compare(path, operator, value_of(kind, value))


def value_of(kind: FieldType, value: Any) -> Any:
    """A coerced argument as sources know it: enum names, times in UTC."""
    if isinstance(value, Variable):
        return value.of(kind)
    if isinstance(kind, EnumType):
        return getattr(value, "_name_", value)
    if kind is Scalar.DATETIME and isinstance(value, datetime.datetime):
        return _in_utc(value)
    if kind is Scalar.TIME and value.tzinfo is not None:
        raise InputError("A Time has no offset.", hint="Leave the offset out: 06:30, not 06:30Z.")
    if kind is Scalar.FLOAT:
        return float(value)
    if kind is Scalar.DECIMAL and not (value.is_finite() and abs(value.adjusted()) < MOST_EXPONENT):
        raise InputError("This is no number that a Decimal may be.", hint=_DECIMAL_HINT)
    return value


MOST_EXPONENT = 6144
_DECIMAL_HINT = (
    f"A Decimal is finite, with an exponent between -{MOST_EXPONENT} and {MOST_EXPONENT}."
)


def _in_utc(value: datetime.datetime) -> datetime.datetime:
    if value.tzinfo is None:
        return value.replace(tzinfo=datetime.UTC)
    try:
        return value.astimezone(datetime.UTC)
    except OverflowError:
        hint = "In UTC, a DateTime lies within the years 1 to 9999."
        raise InputError(f"{value.isoformat()} cannot be told in UTC.", hint=hint) from None


def _null(path: Path, wanted: Any) -> Filter:
    return IsNull(path) if wanted else Not(IsNull(path))


def logic(name: str, raw: Any, inner: Callable[[Any], Filter]) -> Filter:
    """What ``and``, ``or`` and ``not`` mean of filters that ``inner`` reads."""
    match name:
        case "not":
            return Not(inner(raw))
        case "and":
            return all_of(tuple(inner(part) for part in raw))
        case "or":
            return Or(tuple(inner(part) for part in raw))
        case _:
            raise KeyError(name)


def given(raw: Raw) -> Iterator[tuple[str, Any]]:
    """What was given; an explicit null is refused, because it could mean two things."""
    for name, value in raw.items():
        if value is None:
            message = f"The filter {name!r} was null."
            hint = "Ask { isNull: true } for null values, or leave the filter out."
            raise InputError(message, hint=hint)
        yield name, value


def orders_of(
    catalog: Seen, entity: Entity, raw: Sequence[Raw] | None, filter_: Filter = ALWAYS
) -> tuple[Order, ...]:
    """The ordering that `orderBy` means, ended by the primary key so that it is total.

    A rank is by the search in ``filter_``.
    """
    orders = [_order(catalog, entity, term, filter_) for term in raw or ()]
    if any(order.by and order.is_far for order in orders):
        hint = "Distances, likenesses and ranks are ordered by within one store."
        raise InputError("orderBy measures a value of the other store.", hint=hint)
    plain = {order.path for order in orders if not order.relations and not order.by}
    ties = [Order((name,)) for name in entity.key if (name,) not in plain]
    return (*orders, *ties)


def _order(catalog: Seen, entity: Entity, term: Raw, filter_: Filter) -> Order:
    relations, target, name, value = _reached(catalog, entity, term)
    if name == SEARCH and target.search:
        check_search(catalog, target)
        # What `where` searches is this entity, not one that a relation leads to.
        return ordering(
            (), "DESC", relations, Rank(searched_text(ALWAYS if relations else filter_))
        )
    if name == SIMILARITY and name not in target.by_api:
        ((name, value),) = value.items()
        catalog.check(target, target.by_api[name])
        by = Similarity(value_of(Scalar.STRING, value["to"]))
        return ordering((target.by_api[name].name,), value["direction"], relations, by)
    leaf = leaf_of(catalog, entity, term)
    if leaf.field.type is Scalar.POINT:
        by = Distance(assembled(point, leaf.value["distanceFrom"]))
        return ordering(leaf.path, leaf.value["direction"], leaf.relations, by)
    return ordering(leaf.path, leaf.value, leaf.relations)


def searched_text(filter_: Filter) -> Any:
    """What rows that match are searched by. Raises ``SearchError`` if that is not said once."""
    parts = filter_.filters if isinstance(filter_, And) else (filter_,)
    texts = [part.text for part in parts if isinstance(part, Searched)]
    if len(texts) != 1:
        hint = "Give where a search, beside its other conditions and not inside or, and or not."
        raise SearchError("orderBy has a rank, but where has no search to rank by.", hint=hint)
    return texts[0]


def ordering(
    path: Path,
    direction: Any,
    relations: tuple[Relation, ...] = (),
    by: Gauge | None = None,
) -> Order:
    """The order by one value, in a direction of the GraphQL enum."""
    direction = str(getattr(direction, "value", direction))
    return Order(
        path,
        relations,
        descending=direction.startswith("DESC"),
        nulls_first=direction.endswith("NULLS_FIRST"),
        by=by,
    )


class Leaf(NamedTuple):
    """What an input that names one field leads to, and what it says of it."""

    relations: tuple[Relation, ...]
    path: Path
    field: Field
    value: Any


def names_leaf(catalog: Seen, entity: Entity, term: Raw) -> bool:
    """Whether a term of an order names a field, and not a rank or a likeness."""
    _, target, name, _ = _reached(catalog, entity, term)
    return name in target.by_api


def leaf_of(catalog: Seen, entity: Entity, term: Raw) -> Leaf:
    """The field that a `@oneOf` term names, through relations to one and nested documents."""
    relations, entity, name, value = _reached(catalog, entity, term)
    field = entity.by_api[name]
    assert isinstance(field, Field)  # noqa: S101 (relations are behind it)
    catalog.check(entity, field)
    path = [field.name]
    while isinstance(field.type, DocumentType):
        ((name, value),) = value.items()
        field = next(inner for inner in field.type.fields.values() if inner.api == name)
        path.append(field.name)
    return Leaf(relations, tuple(path), field, value)


def _reached(
    catalog: Seen, entity: Entity, term: Raw
) -> tuple[tuple[Relation, ...], Entity, str, Any]:
    """The relations that a `@oneOf` term follows, the entity there, and what is said of it."""
    relations: list[Relation] = []
    ((name, value),) = term.items()
    while isinstance(member := entity.by_api.get(name), Relation):
        catalog.check_whole(entity, member)
        relations.append(member)
        entity = catalog[member.target]
        ((name, value),) = value.items()
    return tuple(relations), entity, name, value
