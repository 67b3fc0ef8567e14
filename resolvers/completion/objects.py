"""In charge of completing rows directly: a generated function makes the answer's objects of them.

Whatever GraphQL forbids (a null where none may be, a number out of range, a value of another type)
raises, and the caller completes the same rows by graphql-core, which says what is wrong and where.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema

from catalog import code
from catalog.entity import Entity, Relation
from catalog.errors import StoredValueError
from catalog.query import Key
from catalog.types import EnumType, Field, FieldType, ListType, Scalar, UnionType, is_open
from resolvers.completion.access import Access, access_of
from resolvers.completion.forms import Constant, Id, Linked, Nested, ObjectForm, Value
from resolvers.documents.fields import Place
from resolvers.planning.cursors import node_id_of
from resolvers.planning.plan import Hop, Part

Links = Sequence[Mapping[Key, Any]]
"""For each hop its values by key; what is missing is the last hop's ``missing``."""

_ROW, _ROWS, _LINKS, _MISSING = "row", "rows", "links", "missing"
_BOUNDS = {Scalar.INT: 2**31, Scalar.BIGINT: 2**63}


class ViolationError(Exception):
    """A value that must not be in an answer."""


def hops_in(part: Part) -> list[Hop]:
    """The hops off a part's rows, in the order in which completion counts them."""
    inner = [hop for joined in part.joined for hop in hops_in(joined.part)]
    return [*part.hops, *inner]


def keys_functions(part: Part, reader: Any) -> list[Callable[[Sequence[Any]], list[Key]]]:
    """For each hop the function from rows to the keys that it follows, one of each row."""
    return list(_keys(part, access_of(reader, _ROW), None))


def _keys(
    part: Part, access: Access, test: ast.expr | None
) -> Iterator[Callable[[Sequence[Any]], list[Key]]]:
    for hop in part.hops:
        yield _keys_function(access, hop.relation, test, _kind_with(part, hop))
    for joined in part.joined:
        there, inner = access.joined(joined.relation)
        yield from _keys(joined.part, inner, there if test is None else code.both(test, there))


def objects_function(
    schema: GraphQLSchema, form: ObjectForm, part: Part, reader: Any
) -> Callable[[Sequence[Any], Links, Sequence[Any]], list[dict[str, Any]]]:
    """The function from rows, hops' values and what stands for missing ones to objects."""
    writer = Writer(schema, {hop: at for at, hop in enumerate(hops_in(part))})
    made = writer.object(form, part, access_of(reader, _ROW))
    result = code.each(made, _ROW, code.name(_ROWS))
    return code.function([_ROWS, _LINKS, _MISSING], result, writer.known)


def _keys_function(
    access: Access,
    relation: Relation,
    test: ast.expr | None,
    of: tuple[UnionType, str] | None = None,
) -> Callable[[Sequence[Any]], list[Key]]:
    """The keys of rows that pass the test; ``of`` is the one kind of rows that has the relation."""
    known: dict[str, Any] = {}
    if of:
        told, access = _kind(*of, access, known)
        test = told if test is None else code.both(test, told)
    key = _key(access, relation, known)
    return code.function([_ROWS], code.each(key, _ROW, code.name(_ROWS), test), known)


def _kind_with(part: Part, hop: Hop) -> tuple[UnionType, str] | None:
    """The one kind of a part's rows that a hop starts from; none if it starts from all."""
    union, owner = part.entity.kinds, hop.relation.source
    return (union, owner) if union and owner in union.types else None


def _kind(
    union: UnionType, name: str, access: Access, known: dict[str, Any]
) -> tuple[ast.expr, Access]:
    """Whether a record is of the kind of this name, as a truth value, and how to read it then."""
    values = union.values(name)
    told = code.is_one_of(access.field(union.tag).decoded(known), values)
    return told, access.of_kind(values[0])


def _key(access: Access, relation: Relation, known: dict[str, Any]) -> ast.expr:
    return code.row(access.field(name).decoded(known) for name in relation.source_fields)


@dataclass
class Writer:
    """Writes objects as expressions; ``known`` are the values of the names in them."""

    schema: GraphQLSchema
    numbers: Mapping[Hop, int]
    known: dict[str, Any] = field(default_factory=dict[str, Any])

    def object(self, form: ObjectForm, part: Part | None, access: Access) -> ast.expr:
        """An object of a record."""
        if form.union:
            return self._of_kinds(form, form.union, part, access)
        pairs = [(m.key, self._member(m, form.entity, part, access)) for m in form.members]
        return code.mapping(pairs)

    def _of_kinds(
        self, form: ObjectForm, union: UnionType, part: Part | None, access: Access
    ) -> ast.expr:
        """An object of the kind that the record's tag tells; of no kind, it must not be there."""
        parts = {kind.entity.name: kind for kind in part.kinds} if part else {}
        made = self._violation()
        for name, kind in reversed(form.kinds):
            told, read = _kind(union, name, access, self.known)
            made = code.either(told, self.object(kind, parts.get(name), read), made)
        return made

    def _member(
        self,
        member: Constant | Value | Nested | Id | Linked,
        entity: Entity | None,
        part: Part | None,
        access: Access,
    ) -> ast.expr:
        match member:
            case Constant(_, value):
                return code.constant(value)
            case Value(_, field_, type_):
                return self.value(field_, type_, access)
            case Nested(_, field_, form):
                value = access.field(field_.name).decoded(self.known)
                nullable = field_.nullable or is_open(field_.type)
                return self._nested(field_.type, value, form, nullable=nullable)
            case Id():
                assert entity is not None  # noqa: S101 (documents have no id)
                return self._id(entity, access)
            case Linked(_, place, form):
                assert part is not None  # noqa: S101 (documents have no relations)
                return self._linked(place, form, part, access)

    def value(self, field_: Field, type_: str, access: Access) -> ast.expr:
        """A field's leaf, or list of leaves."""
        stored = access.field(field_.name)
        if stored.told:
            made = code.call(code.name(self._fresh("t", stored.told)), stored.value)
            return self._unless_null(stored.value, made, field_.nullable)
        value = stored.decoded(self.known)
        return self._leaf(field_.type, type_, value, nullable=field_.nullable, exact=stored.exact)

    def _leaf(
        self,
        kind: FieldType,
        type_: str,
        value: ast.expr,
        *,
        nullable: bool,
        exact: bool = False,
    ) -> ast.expr:
        if exact:
            return value if nullable else self._unless_null(value, value, nullable)
        seen = self._seen(value)
        if isinstance(kind, ListType):
            variable = self._fresh("x", None)
            inner = self._leaf(kind.of, type_, code.name(variable), nullable=kind.items_nullable)
            made = code.each(inner, variable, seen)
        else:
            made = self._converted(kind, type_, seen)
        return self._unless_null(self._bound(seen, value), made, nullable)

    def _converted(self, kind: FieldType, type_: str, value: ast.expr) -> ast.expr:
        if kind in _DATED:
            return code.method(value, "isoformat")
        if test := self._test(kind, value):
            made = code.call(code.name("str"), value) if kind is Scalar.BIGINT else value
            return code.either(test, made, self._violation())
        named: Any = self.schema.type_map[type_]
        check = self._fresh("c", _serializer(named.serialize))
        return code.call(code.name(check), value)

    def _test(self, kind: FieldType, value: ast.expr) -> ast.expr | None:
        """Whether a value may be in an answer, by no call; None for types that take one."""
        match kind:
            case Scalar.FLOAT:
                return code.is_finite(value)
            case Scalar.INT | Scalar.BIGINT:
                within = code.between(-_BOUNDS[kind], value, _BOUNDS[kind] - 1)
                return code.both(code.is_a(value, "int"), within)
            case Scalar.STRING | Scalar.OBJECT_ID:
                return code.is_a(value, "str")
            case Scalar.BOOLEAN:
                return code.is_a(value, "bool")
            case EnumType(members=members):
                known = code.name(self._fresh("n", frozenset(members)))
                return code.both(code.is_a(value, "str"), code.holds(known, value))
            case _:
                return None

    def _nested(
        self, kind: FieldType, value: ast.expr, form: ObjectForm, *, nullable: bool
    ) -> ast.expr:
        seen = self._seen(value)
        if isinstance(kind, ListType):
            variable = self._fresh("x", None)
            inner = code.name(variable)
            nullable_inner = kind.items_nullable or is_open(kind.of)
            made = self._nested(kind.of, inner, form, nullable=nullable_inner)
            made = code.each(made, variable, seen)
        else:
            made = self._document(form, seen)
        return self._unless_null(self._bound(seen, value), made, nullable)

    def _document(self, form: ObjectForm, value: ast.expr) -> ast.expr:
        made = self.object(form, None, Access(value))
        if all(isinstance(member, Constant) for member in form.members):
            # Nothing would look into the value, so nothing would see that it is no document.
            test = code.call(code.name(self._fresh("c", _is_document)), value)
            return code.either(test, made, self._violation())
        return made

    def _linked(self, place: Place, form: Any, part: Part, access: Access) -> ast.expr:
        for joined in part.joined:
            if joined.place == place:
                there, inner = access.joined(joined.relation)
                made = self.object(form, joined.part, inner)
                return code.either(there, made, code.constant(None))
        hop = next(hop for hop in part.hops if hop.place == place)
        number = self.numbers[hop]
        values = code.item(code.name(_LINKS), number)
        missing = code.item(code.name(_MISSING), number)
        return code.method(values, "get", _key(access, hop.relation, self.known), missing)

    def _id(self, entity: Entity, access: Access) -> ast.expr:
        made = self._fresh("i", node_id_of(entity))
        keys = [access.field(name).decoded(self.known) for name in entity.key]
        return code.call(code.name(made), *keys)

    def _seen(self, value: ast.expr) -> ast.Name:
        """The name by which a value is looked at, and looked at again, once it is bound to it."""
        return value if isinstance(value, ast.Name) else code.name(self._fresh("v", None))

    def _bound(self, seen: ast.Name, value: ast.expr) -> ast.expr:
        return seen if seen is value else code.bound(seen.id, value)

    def _unless_null(self, value: ast.expr, made: ast.expr, nullable: bool) -> ast.expr:  # noqa: FBT001
        none = code.constant(None) if nullable else self._violation()
        return code.either(code.is_none(value), none, made)

    def _violation(self) -> ast.expr:
        self.known["violation"] = _violation
        return code.call(code.name("violation"))

    def _fresh(self, letter: str, value: Any) -> str:
        name = f"{letter}{len(self.known)}"
        self.known[name] = value
        return name


def _violation() -> None:
    raise ViolationError


def _is_document(value: Any) -> bool:
    return isinstance(value, dict)


def _serializer(serialize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def serialized(value: Any) -> Any:
        if isinstance(value, StoredValueError):
            raise ViolationError
        return serialize(value)

    return serialized


_DATED = frozenset({Scalar.DATE, Scalar.TIME, Scalar.DATETIME})
