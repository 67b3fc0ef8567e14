"""In charge of routines of Postgres: SQL with a parameter for each argument, checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.exc import CompileError, SQLAlchemyError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import SelectBase, TextualSelect

from catalog.entity import Entity
from catalog.errors import ModelError
from catalog.expressions import POSTGRES, bare, sql_type, with_constants
from catalog.routine import VALUE
from catalog.types import EnumType

Types = Mapping[str, sa.types.TypeEngine[Any] | None]
"""The SQL type of each argument, by its name; none of an enum."""

_MEND: Final = "Return select(...), func.name(...), or the text of a SELECT."


def rows_sql(name: str, entity: Entity, made: Any, arguments: Types) -> Any:
    """What gives rows of an entity: a function, or a SELECT with its columns."""
    match made:
        case str() | sa.TextClause():
            columns = [sa.column(column.name, column.type) for column in _columns(entity)]
            clause: Any = _text(made).columns(*columns)
        case FunctionElement() | SelectBase():
            clause = _stated(name, made, arguments)
        case _:
            raise ModelError(name, None, f"it gives {made!r}", mend=_MEND)
    if isinstance(clause, SelectBase) and not isinstance(clause, TextualSelect):
        _check_columns(name, entity, clause)
    return _checked(name, clause, arguments)


def value_sql(name: str, entity: Entity, made: Any, arguments: Types) -> Any:
    """A SELECT of the one value that an expression has, as the type that it is served as."""
    kind = entity.fields[VALUE].type
    served = sql_type(kind)
    match made:
        case str() | sa.TextClause():
            stated: Any = _text(made).columns(sa.column(VALUE, served)).scalar_subquery()
        case SelectBase():
            stated = _stated(name, made, arguments).scalar_subquery()
        case sa.ColumnElement():
            stated = _stated(name, made, arguments)
        case _:
            raise ModelError(name, None, f"it gives {made!r}", mend=_MEND)
    if served is not None:
        stated = sa.cast(stated, served)
    elif not isinstance(kind, EnumType) or not isinstance(stated.type, sa.Enum):
        mend = "Return a scalar, or a list of them."
        raise ModelError(name, None, "no SQL expression has the type that it returns", mend=mend)
    return _checked(name, sa.select(stated.label(VALUE)), arguments)


def _text(made: str | sa.TextClause) -> sa.TextClause:
    return made if isinstance(made, sa.TextClause) else sa.text(made.strip().rstrip(";"))


def _columns(entity: Entity) -> list[sa.Column[Any]]:
    table: Any = getattr(entity.model, "__table__")  # noqa: B009 (SQLAlchemy gives it to each model)
    return list(table.c)


def _stated(name: str, made: Any, arguments: Types) -> Any:
    try:
        return with_constants(bare(made), arguments)
    except (SQLAlchemyError, NotImplementedError) as error:
        reason = f"its SQL cannot be written: {error}"
        raise ModelError(name, None, reason, mend="Write it in another way.") from error


def _check_columns(name: str, entity: Entity, select: SelectBase) -> None:
    given = {column.name for column in select.selected_columns if hasattr(column, "name")}
    lacking = [column.name for column in _columns(entity) if column.name not in given]
    if lacking:
        reason = f"its SELECT lacks {', '.join(lacking)}, which {entity.name} has"
        mend = f"Select all columns: select({entity.name})."
        raise ModelError(name, None, reason, mend=mend)


def _checked(name: str, clause: Any, arguments: Types) -> Any:
    """The clause, if it can be compiled and asks for nothing but its arguments."""
    stand_ins = list(_stand_ins(clause))
    for key in [each.key for each in stand_ins if each.key not in arguments]:
        reason = f"its SQL has the parameter {key!r}, which is no argument"
        mend = "Name an argument of the function after the colon, or write \\: for a colon."
        raise ModelError(name, None, reason, mend=mend)
    typed = _typed(clause, {**arguments, **_enums(stand_ins)})
    try:
        typed.compile(dialect=POSTGRES)
    except CompileError as error:
        reason = f"its SQL cannot be written: {error}"
        raise ModelError(name, None, reason, mend="Write it in another way.") from error
    return typed


def _stand_ins(clause: Any) -> Iterator[sa.BindParameter[Any]]:
    for element in visitors.iterate(clause):
        if isinstance(element, sa.BindParameter):
            yield cast("sa.BindParameter[Any]", element)


def _enums(stand_ins: Iterable[sa.BindParameter[Any]]) -> Types:
    """The types of enums that arguments are compared with."""
    return {each.key: each.type for each in stand_ins if isinstance(each.type, sa.Enum)}


def _typed(clause: Any, types: Types) -> Any:
    """The clause, in which each argument has one type."""

    def typed(element: Any, **_: Any) -> Any:
        if not isinstance(element, sa.BindParameter):
            return None
        stand_in = cast("sa.BindParameter[Any]", element)
        known = not isinstance(stand_in.type, sa.types.NullType)
        return None if known else sa.bindparam(stand_in.key, type_=types[stand_in.key])

    return cast("Any", visitors.replacement_traverse(clause, {}, typed))
