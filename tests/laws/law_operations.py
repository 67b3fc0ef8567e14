"""In charge of random operations that are valid for a schema: for laws about how they are answered.

They love what is easily got wrong: aliases, the same field twice, fragments in fragments and on
abstract types, @skip and @include, nulls, variables with and without defaults, at any depth.
All of it is read from the schema, so what is added to the language is asked for by itself.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

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
)
from law_values import Known, Values

DEPTH = 6
_INTROSPECTION = (
    "s: __schema { queryType { name } directives { name } }",
    'i: __type(name: "PageInfo") { kind name fields { name type { kind } } }',
)
_PAGING = frozenset({"first", "last", "after", "before", "offset"})
_WAYS = ((), (), (), ("first",), ("first", "after"), ("last",), ("last", "before"), ("offset",),
         ("first", "offset"), ("after",))  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """A document with the name of the operation to run, and two sets of its variables' values.

    The second set asks the same plan, or one beside it, for something else.
    """

    text: str
    name: str | None = None
    variables: Sequence[Mapping[str, Any]] = ({},)


_DEEPEST: Final = -8


@dataclass
class Writer:
    """Writes one operation."""

    schema: GraphQLSchema
    random: Random
    values: Values
    budget: int
    cursors: Mapping[str, Sequence[str]]
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    given: tuple[dict[str, Any], dict[str, Any]] = field(default_factory=lambda: ({}, {}))

    def happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def selections(self, kind: Any, depth: int) -> str:
        count = self.random.choice([1, 1, 2, 2, 3, 4])
        parts = [self._selection(kind, depth) for _ in range(count)]
        return "{ " + " ".join(parts) + " }"

    def _selection(self, kind: Any, depth: int) -> str:
        # An abstract type may be asked as another one, and so on: at some depth that must end.
        if is_abstract_type(kind) and self.happens(0.7) and depth > _DEEPEST:
            return self._on(self.random.choice(self._overlapping(kind)), depth)
        names = self.names(kind)
        if depth <= 0 or self.budget <= 0:
            names = [name for name in names if is_leaf_type(get_named_type(kind.fields[name].type))]
        if not names or self.happens(0.06):
            return self._spread(kind, self.random.choice(["__typename", "t: __typename"]), depth)
        return self._spread(kind, self.field(kind, self.random.choice(names), depth), depth)

    def names(self, kind: Any) -> list[str]:
        """The fields of a type to choose from."""
        return list(getattr(kind, "fields", ()))

    def _overlapping(self, kind: Any) -> list[Any]:
        """Types of which an object of this abstract type may be."""
        possible = self.schema.get_possible_types(kind)
        return [
            *possible,
            *{each.name: each for one in possible for each in one.interfaces}.values(),
        ]

    def _on(self, kind: Any, depth: int) -> str:
        self.budget -= 1
        inner = self.selections(kind, depth - 1)
        return f"... on {kind.name} {self._directive()} {inner}"

    def _spread(self, kind: Any, text: str, depth: int) -> str:
        """The same selection, or around it a fragment of one kind or another."""
        match self.random.randrange(20):
            case 0:
                return f"... {self._directive()} {{ {text} }}"
            case 1:
                return f"... on {kind.name} {self._directive()} {{ {text} }}"
            case 2 if getattr(kind, "interfaces", ()):
                return f"{text} {self._on(self.random.choice(kind.interfaces), min(depth, 1))}"
            case 3 | 4:
                name = f"F{len(self.fragments)}"
                self.fragments[name] = (kind.name, text)
                spreads = [
                    f"...{name} {self._directive()}" for _ in range(self.random.choice([1, 2]))
                ]
                return " ".join(spreads)
            case 5:
                known = [name for name, (on, _) in self.fragments.items() if on == kind.name]
                return f"{text} ...{self.random.choice(known)}" if known else text
            case _:
                return text

    def field(self, kind: GraphQLObjectType, name: str, depth: int) -> str:
        """A field with its arguments, alias and all that is below."""
        self.budget -= 1
        definition = kind.fields[name]
        arguments = self._arguments(definition)
        # The same key must mean the same field with the same arguments: so it is made of both.
        digest = zlib.crc32(f"{kind.name}.{name}{arguments}".encode())
        alias = f"k{digest}: " if arguments or self.happens(0.2) else ""
        inner: Any = get_named_type(definition.type)
        below = "" if is_leaf_type(inner) else self.selections(inner, depth - 1)
        return f"{alias}{name}{arguments} {self._directive()} {below}"

    def _directive(self) -> str:
        if not self.happens(0.06):
            return ""
        name, value = self.random.choice(["skip", "include"]), self.happens(0.5)
        boolean = GraphQLNonNull(self.schema.type_map["Boolean"])  # type: ignore[type-var]
        return f"@{name}(if: {self._literal(boolean, value, 'if', 0.6)})"

    def _arguments(self, definition: GraphQLField) -> str:
        paged = self.random.choice(_WAYS)
        given = []
        for name, argument in definition.args.items():
            required = isinstance(argument.type, GraphQLNonNull)
            if name in _PAGING and "first" in definition.args:
                wanted = name in paged or self.happens(0.01)
            else:
                # A cursor belongs to one order; here, mostly to the list's own.
                wanted = self.happens(0.04 if name == "orderBy" and _cursor(paged) else 0.3)
            if required or wanted:
                value = self._argument(definition, name, argument.type)
                given.append(f"{name}: {self._literal(argument.type, value, name)}")
        return f"({', '.join(given)})" if given else ""

    def _argument(self, definition: GraphQLField, name: str, kind: Any) -> Any:
        if name in {"after", "before"}:
            known = self.cursors.get(get_named_type(definition.type).name, ())
            return self.random.choice(known) if known and self.happens(0.95) else "x"
        value = self.values.of(kind, name, 3)
        return -1 if name in _PAGING and self.happens(0.02) else value

    # --- Literals, in which variables stand for some of the values ---

    def _literal(self, kind: Any, value: Any, name: str, chance: float = 0.12) -> str:
        if self.happens(chance):
            return self._variable(kind, value, name)
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if value is None:
            return "null"
        if isinstance(bare, GraphQLList):
            return f"[{', '.join(self._literal(bare.of_type, item, name) for item in value)}]"
        if isinstance(bare, GraphQLInputObjectType):
            fields = (self._input_field(bare, each, inner) for each, inner in value.items())
            return "{" + ", ".join(fields) + "}"
        return value if isinstance(bare, GraphQLEnumType) else plain(value)

    def _input_field(self, kind: GraphQLInputObjectType, name: str, value: Any) -> str:
        inner: Any = kind.fields[name].type
        if kind.is_one_of:
            inner = GraphQLNonNull(inner)
        return f"{name}: {self._literal(inner, value, name)}"

    def _variable(self, kind: Any, value: Any, name: str) -> str:
        variable = f"v{len(self.declared)}"
        declared = f"${variable}: {kind}"
        if self.happens(0.25):
            declared += f" = {self._constant(kind, value)}"
        for values in self.given:
            # With a default, or where null may stand, a value need not be given.
            spared = "=" in declared or not isinstance(kind, GraphQLNonNull)
            if spared and self.happens(0.2):
                continue
            values[variable] = (
                value if values is self.given[0] else self._another(kind, value, name)
            )
        self.declared.append(declared)
        return f"${variable}"

    def _constant(self, kind: Any, value: Any) -> str:
        """A literal without variables."""
        before, self.random = self.random, _Never()
        try:
            return self._literal(kind, value, "", 0)
        finally:
            self.random = before

    def _another(self, kind: Any, value: Any, name: str) -> Any:
        cursor = name in {"after", "before"}
        return value if cursor or self.happens(0.3) else self.values.of(kind, name, 2)


class _Never(Random):
    """Nothing happens."""

    def random(self) -> float:
        return 1.0


def _cursor(paged: Iterable[str]) -> bool:
    return bool({"after", "before"} & set(paged))


def plain(value: Any) -> str:
    """The literal of a value without enums."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {plain(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(plain, value))}]"
    return json.dumps(value, ensure_ascii=False)


def operation_of(
    schema: GraphQLSchema,
    random: Random,
    known: Known,
    cursors: Mapping[str, Sequence[str]],
    writes: Callable[..., Writer] = Writer,
) -> Operation:
    """A query of this schema."""
    budget = random.choice([2, 3, 4, 6, 8, 12, 24, 40])
    writer = writes(schema, random, Values(random, known), budget, cursors)
    root: Any = schema.query_type
    roots = [
        random.choice(["__typename", *_INTROSPECTION])
        if writer.happens(0.05)
        else writer._spread(root, writer.field(root, random.choice(writer.names(root)), DEPTH), 1)
        for _ in range(random.choice([1, 1, 1, 2, 3]))
    ]
    declared = f"({', '.join(writer.declared)})" if writer.declared else ""
    texts = [f"query Q{declared} {{ {' '.join(roots)} }}"]
    texts += [
        f"fragment {n} on {kind} {{ {text} }}" for n, (kind, text) in writer.fragments.items()
    ]
    if writer.happens(0.1):
        texts.insert(random.randrange(2), "query Other { __typename }")
    name = "Q" if len(texts) > 1 or writer.happens(0.5) else None
    return Operation("\n".join(texts), name, writer.given if writer.declared else ({},))
