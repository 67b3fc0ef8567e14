"""In charge of functions that make records of documents, one written for each projection.

What is of the type that its model says is taken as it is, without a call of Python for it; any
other value is handed to its field's decoder (`records`), which says what it comes to, or what is
wrong with it. Texts of the model's, such as stored names, are only ever constants in the code.
"""

from __future__ import annotations

import ast
import datetime
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from bson.int64 import Int64

from catalog import code
from catalog.entity import Catalog, Entity
from catalog.query import Join, Path, Record
from catalog.types import (
    DocumentType,
    EnumType,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    step_to,
    stepped_to,
)
from datasources.mongo.decoding import in_utc
from datasources.mongo.paths import Tree, document_of, tree_of
from datasources.mongo.records import Document, enum_names, safe_decoder
from datasources.mongo.rows import JOINED

_Pairs: TypeAlias = Sequence[tuple[str, ast.expr]]
_ROWS, _ROW, _MADE = "rows", "row", "made"
_EXACT: Final = 2**53  # up to which a float holds every whole number
_TYPES: Final = (Int64, datetime.datetime, uuid.UUID)
_MIDNIGHT, _IN_UTC = "midnight", "in_utc"
_AS_THEY_ARE: Final = {
    Scalar.STRING: "str",
    Scalar.BOOLEAN: "bool",
    Scalar.UUID: "UUID",
    Scalar.BYTES: "bytes",
}


Decode: TypeAlias = Callable[[Iterable[Document]], list[Record]]


def records_function(
    catalog: Catalog, entity: Entity, fields: Sequence[Path], joins: Sequence[Join]
) -> Decode:
    """Makes records of the documents that the read's projection gives."""
    writer = _Writer(catalog)
    record = writer.record(entity, fields, joins, code.name(_ROW))
    added = code.done(code.method(code.name(_MADE), "append", record))
    body = [
        code.assign(_MADE, code.nothing()),
        code.loop(_ROW, code.name(_ROWS), [added]),
        code.returned(code.name(_MADE)),
    ]
    return code.procedure([_ROWS], body, writer.known)


class _Writer:
    """Writes records as expressions; ``known`` are the values of the names in them."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._variables = 0
        self.known: dict[str, Any] = {kind.__name__: kind for kind in _TYPES}
        self.known |= {_MIDNIGHT: datetime.time(), _IN_UTC: in_utc}

    def record(
        self, entity: Entity, fields: Sequence[Path], joins: Sequence[Join], of: ast.expr
    ) -> ast.expr:
        """A record of an entity, and those that are joined to it."""
        scope = document_of(entity)
        more = [
            (join.relation.name, self._joined(join, f"{JOINED}{at}", of))
            for at, join in enumerate(joins)
        ]
        return self._document(scope, tree_of(scope, fields), entity.name, of, more)

    def _joined(self, join: Join, stored: str, of: ast.expr) -> ast.expr:
        found = self._fresh()
        target = self._catalog[join.relation.target]
        first = code.item(code.name(found), 0)
        made = self.record(target, join.fields, join.joins, first)
        return code.either(code.bound(found, _held(of, stored)), made, code.constant(None))

    def _document(
        self,
        scope: DocumentType | UnionType,
        tree: Tree,
        where: str,
        of: ast.expr,
        more: _Pairs = (),
    ) -> ast.expr:
        if not isinstance(scope, UnionType) or scope.tag not in tree:
            return code.mapping([*self._fields(scope, tree, where, of), *more])
        other = DocumentType(scope.name, scope.fields)
        return self._kinds(
            scope, tree, where, of, self._document(other, _near(tree), where, of, more), more
        )

    def _fields(
        self, scope: DocumentType | UnionType, tree: Tree, where: str, of: ast.expr
    ) -> Iterator[tuple[str, ast.expr]]:
        for name, inner in _near(tree).items():
            field = scope.fields[name]
            value = _held(of, field.stored)
            yield name, self._value(field.type, inner, f"{where}.{name}", value)

    def _kinds(
        self,
        union: UnionType,
        tree: Tree,
        where: str,
        of: ast.expr,
        other: ast.expr,
        more: _Pairs = (),
    ) -> ast.expr:
        """A record of the kind that its tag tells; of no kind, ``other``."""
        tag, told = self._fresh(), union.fields[union.tag]
        value = self._value(told.type, {}, f"{where}.{union.tag}", _held(of, told.stored))
        made = other
        for at, (name, member) in reversed([*enumerate(union.types.items())]):
            asked = {**_near(tree), **tree.get(step_to(name), {})}
            inner = self._document(member, asked, where, of, more)
            known = code.name(tag) if at else code.bound(tag, value)
            made = code.either(code.is_one_of(known, union.values(name)), inner, made)
        return made

    def _value(self, kind: FieldType, tree: Tree, where: str, value: ast.expr) -> ast.expr:
        """What a stored value of this type comes to."""
        variable = self._fresh()
        stored = code.name(variable)
        decode = self._named("d", safe_decoder(kind, tree, where))
        made = self._expected(kind, tree, where, stored, code.call(decode, stored))
        test = code.is_none(code.bound(variable, value))
        return code.either(test, code.constant(None), made)

    def _expected(
        self, kind: FieldType, tree: Tree, where: str, stored: ast.expr, odd: ast.expr
    ) -> ast.expr:
        """A value that is not null, taken as it is if it has the type; else what is ``odd``."""
        match kind:
            case Scalar():
                return _scalar(kind, stored, odd)
            case EnumType():
                return self._member(kind, stored, odd)
            case DocumentType():
                made = self._document(kind, tree, where, stored)
                return code.either(code.is_a(stored, "dict"), made, odd)
            case UnionType():
                if kind.tag not in tree:
                    return odd
                made = self._kinds(kind, tree, where, stored, odd)
                return code.either(code.is_a(stored, "dict"), made, odd)
            case ListType(of):
                item = self._fresh()
                made = self._value(of, tree, where, code.name(item))
                made = code.each(made, item, stored)
                return code.either(code.is_a(stored, "list"), made, odd)

    def _member(self, kind: EnumType, stored: ast.expr, odd: ast.expr) -> ast.expr:
        names = enum_names(kind)
        if any(type(value) is not str for value in names):
            return odd
        known = self._named("n", names)
        test = code.both(code.is_a(stored, "str"), code.holds(known, stored))
        return code.either(test, code.looked_up(known, stored), odd)

    def _fresh(self) -> str:
        self._variables += 1
        return f"v{self._variables}"

    def _named(self, letter: str, value: Any) -> ast.expr:
        name = f"{letter}{len(self.known)}"
        self.known[name] = value
        return code.name(name)


def _held(of: ast.expr, stored: str) -> ast.expr:
    return code.method(of, "get", code.constant(stored))


def _near(tree: Tree) -> Tree:
    """What is asked of all kinds of a document."""
    return {name: inner for name, inner in tree.items() if stepped_to(name) is None}


def _scalar(kind: Scalar, stored: ast.expr, odd: ast.expr) -> ast.expr:
    match kind:
        case Scalar.INT | Scalar.BIGINT:
            return _whole(stored, odd)
        case Scalar.FLOAT:
            return _float(stored, odd)
        case Scalar.DATETIME:
            made = code.call(code.name(_IN_UTC), stored)
            return code.either(code.is_a(stored, "datetime"), made, odd)
        case Scalar.DATE:
            made = code.both(
                code.is_a(stored, "datetime"),
                code.equal(code.method(stored, "time"), code.name(_MIDNIGHT)),
            )
            return code.either(made, code.method(stored, "date"), odd)
        case _ if kind in _AS_THEY_ARE:
            return code.either(code.is_a(stored, _AS_THEY_ARE[kind]), stored, odd)
        case _:
            return odd


def _whole(stored: ast.expr, odd: ast.expr) -> ast.expr:
    """BSON knows two whole numbers, and JavaScript writes a third."""
    plain = code.call(code.name("int"), stored)
    double = code.both(code.is_a(stored, "float"), code.method(stored, "is_integer"))
    long = code.either(code.is_a(stored, "Int64"), plain, code.either(double, plain, odd))
    return code.either(code.is_a(stored, "int"), stored, long)


def _float(stored: ast.expr, odd: ast.expr) -> ast.expr:
    """A whole number as well, if a float can hold it."""
    whole = code.both(code.is_a(stored, "int"), code.between(-_EXACT, stored, _EXACT))
    number = code.either(whole, code.call(code.name("float"), stored), odd)
    return code.either(code.is_a(stored, "float"), stored, number)
