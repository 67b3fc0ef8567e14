"""In charge of random operations that are valid for a schema: for laws about how they are answered.

They love what is easily got wrong: aliases, the same field twice, fragments in fragments, inline
fragments on interfaces, @skip and @include by variables, arguments by literal and by variable.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_union_type,
)
from hypothesis import strategies as st

DEPTH = 5
_SCALARS = {
    "Int": st.sampled_from(["0", "1", "2", "3", "-1"]),
    "String": st.sampled_from(['"i1"', '"A"', '""']),
    "ID": st.sampled_from(['"000000000000000000000001"', '"x"']),
    "UUID": st.integers(1, 7).map(lambda n: f'"{n:032x}"'),
    "BigInt": st.just('"7"'),
    "Boolean": st.sampled_from(["true", "false"]),
    "Decimal": st.just('"0.5"'),
}
_WHERE = {
    "BookFilter": ["{genre: {eq: NOVEL}}", "{pages: {gt: 100}}", '{shelf: {code: {ne: "A"}}}'],
    "AuthorFilter": ['{search: "ann or dunn"}', '{name: {similar: {to: "bob"}}}'],
    "LoanFilter": ["{number: {gt: 1}}"],
    "ReviewFilter": [
        "{stars: {gte: 4}}",
        "{cover: {photo: {size: {eq: 7}}}}",
        '{book: {title: {like: "%s%"}}}',
    ],
    "ShelfFilter": [
        '{code: {in: ["A", "B"]}}',
        "{location: {at: {near: {latitude: 51.5, longitude: 0, maxMeters: 20000}}}}",
    ],
    "RecordingFilter": ["{minutes: {gt: 10}}", '{medium: {ne: "film"}}'],
}


@dataclass
class Operation:
    """A document, and the values of its variables."""

    text: str
    variables: dict[str, Any]


@dataclass
class _Writer:
    schema: GraphQLSchema
    draw: Any
    fragments: list[str] = dataclasses.field(default_factory=list)
    variables: dict[str, tuple[str, Any]] = dataclasses.field(default_factory=dict)

    def selections(self, kind: Any, depth: int) -> str:
        if is_abstract_type(kind):
            parts = self._of_types(kind, depth)
        else:
            parts = [self._spread(kind, depth, name) for name in self._names(kind, depth)]
        return "{ " + " ".join(parts) + " }"

    def _names(self, kind: Any, depth: int) -> list[str]:
        names = [n for n, f in kind.fields.items() if (depth or _is_leaf(f)) and n != "groupBy"]
        offered = st.sampled_from([*names, "__typename"])
        return self.draw(st.lists(offered, min_size=1, max_size=4))

    def _of_types(self, kind: Any, depth: int) -> list[str]:
        """What is asked of an interface or a union, and of the types that its values may have."""
        possible = self.schema.get_possible_types(kind)
        overlapping = {each: None for one in possible for each in (one, *one.interfaces)}
        parts = ["__typename"] if self.draw(st.booleans()) else []
        for each in self.draw(st.lists(st.sampled_from([kind, *overlapping]), max_size=4)):
            if is_union_type(each):
                parts.append("__typename")
                continue
            inner = " ".join(self._spread(each, depth, name) for name in self._names(each, depth))
            parts.append(f"... on {each.name} {self._directive()} {{ {inner} }}")
        return parts or ["__typename"]

    def _spread(self, kind: GraphQLObjectType, depth: int, name: str) -> str:
        text = self.field(kind, name, depth)
        match self.draw(st.integers(0, 9)):
            case 0:
                return f"... {{ {text} }}"
            case 1:
                return f"... on {kind.name} {self._directive()} {{ {text} }}"
            case 2 if kind.interfaces:
                inner = "nodeId" if self.draw(st.booleans()) else "__typename"
                return f"{text} ... on {kind.interfaces[0].name} {{ {inner} }}"
            case 3:
                fragment = f"F{len(self.fragments)}"
                self.fragments.append(f"fragment {fragment} on {kind.name} {{ {text} }}")
                return " ".join([f"...{fragment}"] * self.draw(st.integers(1, 2)))
            case _:
                return text

    def field(self, kind: GraphQLObjectType, name: str, depth: int) -> str:
        if name == "__typename":
            return f"t{self.draw(st.integers(0, 2))}: __typename" if depth else "__typename"
        definition = kind.fields[name]
        arguments = self._arguments(definition)
        # The same key must mean the same field with the same arguments: so it is made of both.
        alias = f"k{abs(hash((kind.name, name, arguments, depth))) % 10**9}"
        named = name if not definition.args and self.draw(st.booleans()) else f"{alias}: {name}"
        inner: Any = get_named_type(definition.type)
        below = "" if is_leaf_type(inner) else self.selections(inner, depth - 1)
        return f"{named}{arguments} {self._directive()} {below}"

    def _directive(self) -> str:
        if self.draw(st.integers(0, 9)):
            return ""
        name = self.draw(st.sampled_from(["skip", "include"]))
        return f"@{name}(if: {self._variable('Boolean!', self.draw(st.booleans()))})"

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = (kind, value)
        return f"${name}"

    def _arguments(self, definition: GraphQLField) -> str:
        given: list[str] = []
        for name, argument in definition.args.items():
            required = isinstance(argument.type, GraphQLNonNull)
            if required or self.draw(st.integers(0, 3)) == 0:
                value = self._value(name, argument.type)
                if value is not None:
                    given.append(f"{name}: {value}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, name: str, kind: Any) -> str | None:
        inner: Any = get_named_type(kind)
        if isinstance(inner, GraphQLInputObjectType):
            return self._object(inner, kind)
        if isinstance(inner, GraphQLEnumType) or name in ("after", "before"):
            return None
        literal = self.draw(_SCALARS.get(inner.name, st.none()))
        if literal is None or self.draw(st.booleans()):
            return literal
        value = literal.strip('"') if inner.name != "Int" else int(literal)
        return self._variable(str(kind), value == "true" if inner.name == "Boolean" else value)

    def _object(self, inner: GraphQLInputObjectType, kind: Any) -> str | None:
        if inner.name in _WHERE:
            return self.draw(st.sampled_from(_WHERE[inner.name]))
        if inner.name.endswith("Order") and isinstance(kind, GraphQLList):
            kinds = {n: get_named_type(f.type).name for n, f in inner.fields.items()}
            names = [name for name, each in kinds.items() if each == "Ordering"]
            if names:
                terms = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2))
                return "[" + ", ".join(f"{{{term}: DESC}}" for term in terms) + "]"
        return None


def _is_leaf(definition: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(definition.type))


@st.composite
def operations(draw: Any, schema: GraphQLSchema, left_out: frozenset[str]) -> Operation:
    """Queries of a schema, but for the root fields that are left out."""
    writer = _Writer(schema, draw)
    root = schema.query_type
    assert root is not None
    names = [name for name in root.fields if name not in left_out]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    body = " ".join(writer.field(root, name, DEPTH) for name in chosen)
    declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in writer.variables.items())
    head = f"query Q({declared})" if declared else "query Q"
    values = {name: value for name, (_, value) in writer.variables.items()}
    return Operation("\n".join([f"{head} {{ {body} }}", *writer.fragments]), values)
