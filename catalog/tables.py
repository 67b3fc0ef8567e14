"""In charge of reading SQLModel tables (and plain SQLAlchemy ones) into entities."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapper, RelationshipDirection, RelationshipProperty
from sqlalchemy.sql import operators

from catalog.entity import Entity, Relation, Store, Through
from catalog.errors import ModelError
from catalog.heirs import is_heir, is_mapped
from catalog.json_columns import json_type
from catalog.names import (
    api_name,
    cache_ttl_of,
    check_members,
    checked_ttl,
    description_of,
    lower_first,
    member_names,
    plural_of,
)
from catalog.searches import search_of, with_similar
from catalog.types import EnumType, Field, FieldType, ListType, Scalar

_POSTGRES = postgresql.dialect()

# The first class that matches wins, so subclasses stand before their bases.
_SCALARS: tuple[tuple[type[sa.types.TypeEngine[Any]], Scalar], ...] = (
    (sa.Boolean, Scalar.BOOLEAN),
    (sa.BigInteger, Scalar.BIGINT),
    (sa.Integer, Scalar.INT),
    (sa.Float, Scalar.FLOAT),
    (sa.Numeric, Scalar.DECIMAL),
    (sa.String, Scalar.STRING),
    (sa.DateTime, Scalar.DATETIME),
    (sa.Date, Scalar.DATE),
    (sa.Time, Scalar.TIME),
    (sa.Uuid, Scalar.UUID),
    (sa.LargeBinary, Scalar.BYTES),
    (postgresql.BYTEA, Scalar.BYTES),
    (sa.JSON, Scalar.JSON),
)


def is_table(model: type) -> bool:
    """True for a class that SQLAlchemy has mapped to a table, or that `heirs` will map."""
    return hasattr(model, "__table__") and (is_mapped(model) or is_heir(model))


def entity_of_table(model: type) -> Entity:
    """The entity that one mapped class describes, with the relations within Postgres."""
    mapper = cast("Mapper[Any]", sa.inspect(model))
    if mapper.inherits is not None and not mapper.single:
        mend = "Relate the two tables instead."
        raise ModelError(model.__name__, None, "inherits from another table", mend=mend)
    table = cast("sa.Table", mapper.local_table)
    fields = with_similar(
        model, Store.POSTGRES, {field.name: field for field in _fields(model, mapper)}
    )
    names = {column.name: name for name, column in _columns(mapper)}
    key = tuple(names[column.name] for column in mapper.primary_key)
    indexes = tuple(_indexes(table, names))
    return Entity(
        name=model.__name__,
        store=Store.POSTGRES,
        table=table.name,
        namespace=table.schema,
        fields=fields,
        key=key,
        unique=tuple(columns for columns, unique in indexes if unique and columns != key),
        indexes=(key, *(columns for columns, _ in indexes)),
        relations=dict(_relations(model, mapper)),
        singular=lower_first(model.__name__),
        plural=plural_of(model),
        model=model,
        description=description_of(model),
        cache_ttl=cache_ttl_of(model),
        search=search_of(model, Store.POSTGRES, fields, _vectors(mapper)),
    )


def _columns(mapper: Mapper[Any]) -> Iterator[tuple[str, sa.Column[Any]]]:
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if isinstance(column, sa.Column):
            yield attribute.key, column


def _fields(model: type, mapper: Mapper[Any]) -> Iterator[Field]:
    described = cast("Mapping[str, Any]", getattr(model, "model_fields", {}))
    for name, column in _columns(mapper):
        if isinstance(column.type, postgresql.TSVECTOR):
            continue  # it is for searching, and nothing to show
        description = getattr(described.get(name), "description", None) or column.comment
        yield Field(
            name=name,
            api=api_name(model.__name__, name),
            stored=column.name,
            type=_type(model, name, column, described.get(name)),
            nullable=bool(column.nullable),
            description=description,
        )


def _type(model: type, name: str, column: sa.Column[Any], info: Any) -> FieldType:
    kind = column_type(model.__name__, name, column.type)
    return json_type(model, name, info) if kind is Scalar.JSON else kind


def _vectors(mapper: Mapper[Any]) -> list[str]:
    """The columns that hold texts made ready for search."""
    columns = mapper.local_table.columns
    return [column.name for column in columns if isinstance(column.type, postgresql.TSVECTOR)]


def column_type(model: str, name: str, kind: sa.types.TypeEngine[Any]) -> FieldType:
    """What a column of this SQL type holds; raises ``ModelError`` if it cannot be served."""
    if isinstance(kind, sa.types.TypeDecorator):
        # SQLModel's own AutoString and UTCDateTime, for instance: what the column holds counts.
        return column_type(model, name, kind.type_engine(_POSTGRES))
    if isinstance(kind, sa.Enum):
        return _enum(model, name, kind)
    if isinstance(kind, sa.ARRAY) and kind.dimensions in (None, 1):
        return ListType(column_type(model, name, cast("Any", kind).item_type), items_nullable=True)
    if isinstance(kind, sa.Numeric) and not kind.asdecimal:
        return Scalar.FLOAT
    for base, scalar in _SCALARS:
        if isinstance(kind, base):
            return scalar
    mend = "Use a type that docs/models.md lists, or leave the column out of the model."
    raise ModelError(model, name, f"the column type {kind!r} cannot be served", mend=mend)


def _enum(model: str, name: str, kind: sa.Enum) -> EnumType:
    # SQLAlchemy stores an enum's labels: the members' names, or what values_callable gives.
    labels = kind.enums
    python = cast("Any", kind.enum_class)
    names = labels if python is None else _labelled(python, len(labels))
    type_name = python.__name__ if python is not None else kind.name
    if not type_name:
        mend = "Use a Python enum, whose name becomes the GraphQL type's."
        raise ModelError(model, name, "this enum has no name", mend=mend)
    description = description_of(python) if python is not None else None
    members = dict(zip(names, labels, strict=True))
    served = EnumType(type_name, members, description, python)
    check_members(model, name, served)
    return served


def _labelled(python: type[Enum], count: int) -> list[str]:
    """The names of so many members: aliases are among them only where they have labels."""
    names = member_names(python)
    return names if len(names) == count else list(python.__members__)


def _indexes(table: sa.Table, names: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], bool]]:
    for constraint in table.constraints:
        if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)):
            columns = [column.name for column in constraint.columns]
            # A kind's own columns are not those of all who share the table.
            if all(column in names for column in columns):
                yield tuple(names[column] for column in columns), True
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        columns = [_bare(expression) for expression in index.expressions]
        partial = index.dialect_options["postgresql"]["where"] is not None
        # An index over part of the rows, or over lower(name), finds no row by name alone.
        if not partial and all(column in names for column in columns):
            yield tuple(names[column] for column in columns), bool(index.unique)


def _bare(expression: Any) -> str:
    """The name of the column that an index holds as it is, in either direction; else none."""
    inner = expression.element if isinstance(expression, sa.UnaryExpression) else expression
    return inner.name if isinstance(inner, sa.Column) else ""


def _relations(model: type, mapper: Mapper[Any]) -> Iterator[tuple[str, Relation]]:
    for relationship in mapper.relationships:
        relation = _relation(model, mapper, relationship)
        yield relation.name, relation


def _relation(model: type, mapper: Mapper[Any], edge: RelationshipProperty[Any]) -> Relation:
    target = edge.mapper
    _check_equality(model, edge)
    through = _through(edge) if edge.secondary is not None else None
    on = () if through else tuple(
        (_name(mapper, local), _name(target, remote)) for local, remote in edge.local_remote_pairs
    )  # fmt: skip
    return Relation(
        name=edge.key,
        api=api_name(model.__name__, edge.key),
        source=model.__name__,
        target=target.class_.__name__,
        on=on,
        many=bool(edge.uselist),
        cross_store=False,
        through=through,
        description=edge.doc,
        cache_ttl=checked_ttl(model.__name__, edge.key, "cache", edge.info.get("cache")),
        refers=edge.direction is RelationshipDirection.MANYTOONE,
    )


def _check_equality(model: type, edge: RelationshipProperty[Any]) -> None:
    """Refuses a join that asks for more than equal fields: the rest would be left out silently."""
    conditions = [*_parts(edge.primaryjoin), *_parts(edge.secondaryjoin)]
    if not all(getattr(condition, "operator", None) is operator.eq for condition in conditions):
        mend = "Leave that to a filter, or to a resolver in extensions/."
        raise ModelError(model.__name__, edge.key, "joins by more than equal fields", mend=mend)


def _parts(condition: Any) -> Iterator[Any]:
    if isinstance(condition, sa.BooleanClauseList) and condition.operator is operators.and_:
        for part in condition.clauses:
            yield from _parts(part)
    elif condition is not None:
        yield condition


def _through(edge: RelationshipProperty[Any]) -> Through:
    table = cast("sa.Table", edge.secondary)
    link = next((m for m in edge.mapper.registry.mappers if m.local_table is table), None)
    if link is None:
        mend = "Declare it as a SQLModel class and pass it as link_model."
        reason = f"the link table {table.name!r} is not a model"
        raise ModelError(edge.parent.class_.__name__, edge.key, reason, mend=mend)
    inwards = tuple((_name(edge.parent, a), _name(link, b)) for a, b in edge.synchronize_pairs)
    pairs = edge.secondary_synchronize_pairs or ()
    outwards = tuple((_name(link, b), _name(edge.mapper, a)) for a, b in pairs)
    return Through(link.class_.__name__, inwards, outwards)


def _name(mapper: Mapper[Any], column: Any) -> str:
    return mapper.get_property_by_column(column).key
