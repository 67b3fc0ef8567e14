"""In charge of values to be stored in Postgres: the SQL type and the form that they are sent in.

Unlike values to compare with, they are never made to fit: the database refuses what does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, cast

import sqlalchemy as sa
from psycopg.adapt import PyFormat, Transformer

from catalog.types import FieldType, ListType, Scalar
from datasources.postgres.arrays import array_of
from datasources.postgres.documents import json_form
from datasources.postgres.inside import SQL_TYPES, is_binary, is_json
from datasources.postgres.values import Encoding, encoding_of, same

_AS_THEY_ARE: Final = frozenset(Scalar) - {Scalar.FLOAT, Scalar.DECIMAL, Scalar.JSON}
"""Types whose values `array_of` writes, if nothing is to be made of them."""

_SAME: Final = (int, str, bool, bytes, same)


def stored_encoding(kind: FieldType, column: sa.types.TypeEngine[Any]) -> Encoding:
    """The encoding of values that a column is to hold; None is SQL's null."""
    encoding = _encoding(kind, column)
    return Encoding(encoding.sql, _or_none(encoding.encode))


def _encoding(kind: FieldType, column: sa.types.TypeEngine[Any]) -> Encoding:
    if is_json(column):
        sql = "jsonb" if is_binary(column) else "json"
        return Encoding(sql, lambda value: json.dumps(json_form(kind, value)))
    if isinstance(kind, ListType):
        item = _encoding(kind.of, cast("sa.ARRAY[Any]", column).item_type)
        return Encoding(f"{item.sql}[]", _each(_or_none(item.encode)))
    if kind is Scalar.FLOAT:
        return Encoding("double precision", float)
    return encoding_of(kind, column)


def column_encoding(kind: FieldType, column: sa.types.TypeEngine[Any]) -> Encoding:
    """The encoding of one column of many rows, as an array, of which `column_value` takes one."""
    one = stored_encoding(kind, column)
    if kind in _AS_THEY_ARE and _encoding(kind, column).encode in _SAME:
        return Encoding(f"{one.sql}[]", list)
    if _is_array(kind, column):  # an array of arrays is a table, whose rows are of one length
        return Encoding("text[]", _each(_or_none(lambda items: _text(one.encode(items)))))
    return Encoding(f"{one.sql}[]", _each(one.encode))


def column_value(
    value: sa.ColumnElement[Any], kind: FieldType, column: sa.types.TypeEngine[Any]
) -> sa.ColumnElement[Any]:
    """The value of a column, of what stands in the array that `column_encoding` makes."""
    return sa.cast(value, column) if _is_array(kind, column) else value


def inner_encoding(kind: FieldType) -> Encoding:
    """The encoding of numbers that are added to those inside of JSON."""
    return _encoding(kind, SQL_TYPES.get(kind, sa.Text()))


def pulled_encoding(of: FieldType) -> Encoding:
    """The encoding of values that are compared with the items of a list in JSON, as an array."""
    one = encoding_of(of, SQL_TYPES.get(of, sa.Text()))
    return Encoding(f"{one.sql}[]", _each(one.encode))


def _is_array(kind: FieldType, column: sa.types.TypeEngine[Any]) -> bool:
    return isinstance(kind, ListType) and not is_json(column)


def _text(items: list[Any]) -> str:
    """A list as the text of an array."""
    made = array_of(items) or Transformer().get_dumper(items, PyFormat.TEXT).dump(items)
    return bytes(cast("bytes", made)).decode()


def _each(encode: Callable[[Any], Any]) -> Callable[[Iterable[Any]], list[Any]]:
    return lambda items: [encode(item) for item in items]


def _or_none(encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else encode(value)
