"""In charge of SQL that models state: without what an ORM adds to it, its constants in the text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import operators, util, visitors
from sqlalchemy.sql.elements import BinaryExpression

from catalog.types import FieldType, ListType, Scalar

Expression = sa.ColumnElement[Any]
_Clause = TypeVar("_Clause", bound=sa.ClauseElement)

POSTGRES: Final = postgresql.dialect(paramstyle="named")

_DOUBLE: Final[sa.types.TypeEngine[Any]] = sa.Double()
SQL_TYPES: Final[Mapping[FieldType, sa.types.TypeEngine[Any]]] = {
    Scalar.INT: sa.Integer(),
    Scalar.BIGINT: sa.BigInteger(),
    Scalar.FLOAT: _DOUBLE,
    Scalar.DECIMAL: sa.Numeric(),
    Scalar.STRING: sa.Text(),
    Scalar.BOOLEAN: sa.Boolean(),
    Scalar.DATE: sa.Date(),
    Scalar.TIME: sa.Time(),
    Scalar.DATETIME: sa.DateTime(timezone=True),
    Scalar.UUID: sa.Uuid(),
    Scalar.BYTES: sa.LargeBinary(),
    Scalar.JSON: postgresql.JSONB(),
}
"""The SQL type that a scalar is served as, where a model says no other."""


def sql_type(kind: FieldType) -> sa.types.TypeEngine[Any] | None:
    """The SQL type of a scalar, or of a list of them; None if there is none."""
    if isinstance(kind, ListType):
        item = sql_type(kind.of)
        return None if item is None else sa.ARRAY(item)
    return SQL_TYPES.get(kind) if isinstance(kind, Scalar) else None


def bare(clause: _Clause) -> _Clause:
    """The clause without its label, and without what would make an ORM's query of ours."""
    labelless: Any = cast("Any", clause).element if isinstance(clause, sa.Label) else clause
    plain: _Clause = _hidden(util, "_deep_deannotate")(labelless)
    copied = visitors.cloned_traverse(plain, {}, {})
    for element in visitors.iterate(copied):
        if _hidden(element, _PLUGIN):
            setattr(element, _PLUGIN, {})
    return copied


def _hidden(owner: Any, name: str) -> Any:
    """What SQLAlchemy has no public name for."""
    return getattr(owner, name, None)


_PLUGIN: Final = "_propagate_attrs"


def with_constants(clause: _Clause, but: Collection[str] = ()) -> _Clause:
    """The clause with its constants in the text: they are the model's, not a request's.

    Parameters named as in ``but`` stay; one that lists of them stand in, by ``IN``, is an array.
    """

    def written(element: Any, **_: Any) -> Any:
        if isinstance(element, BinaryExpression) and _is_listed(element.right):
            return _listed(cast("BinaryExpression[Any]", element))
        if not isinstance(element, sa.BindParameter) or element.key in but:
            return None
        constant = cast("sa.BindParameter[Any]", element)
        return None if constant.required else _constant(constant.value, constant.type)

    def _listed(element: BinaryExpression[Any]) -> Any:
        left = visitors.replacement_traverse(element.left, {}, written)
        given = cast("sa.BindParameter[Any]", element.right)
        within = element.operator is operators.in_op
        if given.key in but:
            array = sa.bindparam(given.key, type_=given.type)
            return left == sa.any_(array) if within else left != sa.all_(array)
        constants = [_constant(value, given.type) for value in given.value or ()]
        return left.in_(constants) if within else left.not_in(constants)

    return cast("_Clause", visitors.replacement_traverse(clause, {}, written))


def _is_listed(element: Any) -> bool:
    return isinstance(element, sa.BindParameter) and bool(cast("Any", element).expanding)


def _constant(value: Any, kind: sa.types.TypeEngine[Any]) -> Expression:
    stated = sa.literal(value, kind)
    text = str(stated.compile(dialect=POSTGRES, compile_kwargs={"literal_binds": True}))
    constant = sa.literal_column(text, kind)
    # To Postgres 1.5 is a decimal, not a float.
    return sa.cast(constant, _DOUBLE) if isinstance(kind, sa.Float) else constant
