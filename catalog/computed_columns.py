"""In charge of SQL expressions as fields: those that mapped classes hold, and declared ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import CompileError, SQLAlchemyError
from sqlalchemy.ext.hybrid import HybridExtensionType, hybrid_property
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import coercions, roles

from catalog.declare import Computed
from catalog.entity import Entity
from catalog.errors import ModelError
from catalog.expressions import POSTGRES, SQL_TYPES, Expression, bare, with_constants
from catalog.names import api_name
from catalog.tables import column_type
from catalog.types import Computation, EnumType, Field, FieldType, ListType, Scalar


def held_columns(entity: Entity) -> Iterator[Field]:
    """The fields of a mapped class's `column_property` and `hybrid_property` expressions.

    A hybrid whose Python alone works is none, and neither is what has a name that begins with an
    underscore, as SQLAlchemy's own have.
    """
    mapper = cast("Mapper[Any]", sa.inspect(entity.model))
    for attribute in mapper.column_attrs:
        if not isinstance(attribute.columns[0], sa.Column) and attribute.key[0] != "_":
            yield _held(entity, attribute.key, attribute.columns[0], None, attribute.doc)
    for name, descriptor in mapper.all_orm_descriptors.items():
        if descriptor.extension_type is HybridExtensionType.HYBRID_PROPERTY and name[0] != "_":
            hybrid = cast("hybrid_property[Any]", descriptor)
            expression = _of_hybrid(entity, name, hybrid)
            if expression is not None:
                yield _held(entity, name, expression, hybrid.fget, hybrid.__doc__)


def sql_computation(
    entity: Entity, declared: Computed, kind: FieldType
) -> tuple[FieldType, Computation]:
    """The computation that a table declares, and the type as stored; raises ``ModelError``."""
    try:
        expression = _expression(declared.expression(entity.model))
    except (SQLAlchemyError, AttributeError, TypeError) as error:
        reason = f"its expression cannot be made: {error}"
        mend = f"Give a function of {entity.name} that gives an SQL expression."
        raise ModelError(entity.name, declared.name, reason, mend=mend) from error
    if isinstance(kind, EnumType) and isinstance(expression.type, sa.Enum):
        # Which labels stand for its members is SQLAlchemy's to say.
        kind = column_type(entity.name, declared.name, expression.type)
    return kind, _computation(entity, declared.name, expression, kind, declared.python)


def _expression(given: Any) -> Expression:
    return cast("Any", coercions).expect(roles.ExpressionElementRole, given)


def _held(
    entity: Entity,
    name: str,
    expression: Expression,
    python: Callable[[Any], Any] | None,
    description: str | None,
) -> Field:
    if isinstance(expression.type, sa.types.NullType):
        reason = "the type of its expression is not known"
        mend = "Say it by type_coerce(..., Float), or declare the field in __computed__."
        raise ModelError(entity.name, name, reason, mend=mend)
    kind = column_type(entity.name, name, expression.type)
    return Field(
        name=name,
        api=api_name(entity.name, name),
        stored=f"~computed_{name}",
        type=kind,
        nullable=True,
        description=description,
        computed=_computation(entity, name, expression, kind, python),
    )


def _of_hybrid(entity: Entity, name: str, hybrid: Any) -> Expression | None:
    try:
        return _expression(getattr(entity.model, name))
    except Exception as error:
        if hybrid.expr is None:  # a plain property of Python's, which SQL cannot say
            return None
        reason = f"its expression cannot be made: {error}"
        mend = "Give it an expression that SQL knows, or a name that begins with an underscore."
        raise ModelError(entity.name, name, reason, mend=mend) from error


def _computation(
    entity: Entity,
    name: str,
    expression: Expression,
    kind: FieldType,
    python: Callable[[Any], Any] | None,
) -> Computation:
    expression = bare(expression)
    _check_tables(entity, name, expression)
    try:
        cast_ = _cast(entity, name, with_constants(expression), kind)
        text = str(cast_.compile(dialect=POSTGRES))
    except (CompileError, NotImplementedError) as error:
        reason = f"its expression cannot be written: {error}"
        raise ModelError(entity.name, name, reason, mend="Write it in another way.") from error
    return Computation(text, cast_, python)


def _check_tables(entity: Entity, name: str, expression: Expression) -> None:
    own = cast("Any", entity.model).__table__
    others = [each for each in sa.select(expression).get_final_froms() if each is not own]
    if others:
        named = ", ".join(str(getattr(each, "name", each)) for each in others)
        reason = f"its expression uses columns of {named}, of which it is not said which row"
        mend = "Put that into a scalar subquery, with a condition that joins it to the row."
        raise ModelError(entity.name, name, reason, mend=mend)


def _cast(entity: Entity, name: str, expression: Expression, kind: FieldType) -> Expression:
    """As the type that it is served as: what Postgres makes of it may be another one."""
    match kind:
        case Scalar() if kind in SQL_TYPES:
            return sa.cast(expression, SQL_TYPES[kind])
        case ListType(of=Scalar() as of) if of in SQL_TYPES:
            return sa.cast(expression, sa.ARRAY(SQL_TYPES[of]))
        case EnumType() if isinstance(expression.type, sa.Enum):
            return expression
        case EnumType():
            reason = "its expression is not one of an enum"
            mend = "Say that it is: type_coerce(..., Enum(...))."
        case _:
            reason = "no SQL expression has this type"
            mend = "Declare a scalar, or a list of them."
    raise ModelError(entity.name, name, reason, mend=mend)
