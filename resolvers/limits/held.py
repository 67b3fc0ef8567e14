"""In charge of how much variables hold: counted before any of it is looked at by its type.

What only writes take, the rows that they are given, is weighed by those, and counts for nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import graphql
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    is_specified_scalar_type,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS

from resolvers.limits.limits import VariableValuesError
from resolvers.limits.sizes import Values

_OBJECT: Final = 10
"""Values that an object counts as, beside its fields: as a rule it is a condition of its own."""

_TEXT: Final = 1_000
"""Characters of a text that count as a value."""

_OFTEN: Final = 10
"""Uses of a text that may be, however long it is: a body holds few that are."""

_COUNTED: Final = 100_000
"""Values that are counted at most: of what is far too much, it does not matter by how much."""

_TEXTS: Final = frozenset(("String", "ID"))

_named: Any = cast("Any", graphql).get_named_type


class Held:
    """Says of operations of one schema which variables may hold too much: ``most`` values."""

    def __init__(self, schema: GraphQLSchema, most: int) -> None:
        self._uncounted = _of_writes(schema)
        self._plain = {name for name, kind in schema.type_map.items() if _is_plain(kind)}
        self._most = most

    def by(self, document: DocumentNode, node: OperationDefinitionNode) -> Holding | None:
        """What counts the variables of an operation; None if none can hold much.

        Of a document that is not valid, fragments that there are not count for nothing.
        """
        borne = {
            each.variable.name.value: self._borne(each) for each in node.variable_definitions or ()
        }
        if all(map(math.isinf, borne.values())):
            return None
        uses = _Uses(document).of(node)
        counted = [(name, uses[name]) for name, most in borne.items() if uses[name] > most]
        return Holding(counted, self._most) if counted else None

    def _borne(self, definition: VariableDefinitionNode) -> float:
        """How many uses of a variable are none too many, whatever its value is."""
        kind: Any = definition.type
        is_list = False
        while not hasattr(kind, "name"):
            is_list = is_list or kind.kind == "list_type"
            kind = kind.type
        name = kind.name.value
        if name in self._uncounted:
            return math.inf
        if is_list or name not in self._plain:
            return 0
        return _OFTEN if name in _TEXTS else math.inf


def is_much(value: object) -> bool:
    """Whether what came for a variable may be more than one value."""
    kind = type(value)
    return kind is dict or kind is list or (kind is str and len(cast("str", value)) >= _TEXT)


class Holding:
    """Counts what the variables of an operation hold, each as often as it is used."""

    def __init__(self, uses: Sequence[tuple[str, int]], most: int) -> None:
        self._uses = uses
        self._most = most

    def is_beyond(self, given: Values) -> bool:
        """Whether variables as they came hold too much: no more is counted than that takes."""
        return self._count(given, self._most) > self._most

    def beyond(self, given: Values) -> VariableValuesError | None:
        """What there is too much of, if there is: as much as is counted."""
        count = self._count(given, max(self._most, _COUNTED)) if self.is_beyond(given) else 0
        return VariableValuesError(count, self._most) if count else None

    def _count(self, given: Values, bound: int) -> int:
        return sum(
            [
                times * _size(value, bound)
                for name, times in self._uses
                if is_much(value := given.get(name))
            ]
        )


def _size(value: Any, bound: int) -> int:
    """How many items and fields there are, at any depth, and how much text."""
    count, unseen = 0, list[Any]()
    inside = cast("Collection[object]", (value,))
    while count <= bound:
        for each in inside:
            if isinstance(each, str):
                count += len(each) // _TEXT
            elif isinstance(each, dict | list):
                unseen.append(cast("object", each))
        if not unseen:
            break
        held = unseen.pop()
        inside = cast("Collection[object]", held.values() if type(held) is dict else held)
        count += _OBJECT if type(held) is dict else 0
        count += len(inside)
    return count


# --- What counts ---


def _of_writes(schema: GraphQLSchema) -> frozenset[str]:
    """The types that are taken by arguments of mutations, and by no other."""
    writes = schema.mutation_type
    kinds = (GraphQLObjectType, GraphQLInterfaceType)
    others = [k for k in schema.type_map.values() if isinstance(k, kinds) and k is not writes]
    asked = _taken([*_arguments(others), *_types(schema.directives)])
    return _taken(_arguments([writes] if writes else [])) - asked


def _arguments(kinds: Iterable[Any]) -> Iterator[Any]:
    for kind in kinds:
        yield from _types(kind.fields.values())


def _types(holders: Iterable[Any]) -> Iterator[Any]:
    for holder in holders:
        for argument in holder.args.values():
            yield _named(argument.type)


def _taken(kinds: Iterable[Any]) -> frozenset[str]:
    """The names of these types, and of all that is inside of them."""
    found, unseen = set[str](), [*kinds]
    while unseen:
        kind = unseen.pop()
        if kind.name in found or is_specified_scalar_type(kind):
            continue
        found.add(kind.name)
        if isinstance(kind, GraphQLInputObjectType):
            unseen += [_named(each.type) for each in cast("Any", kind).fields.values()]
    return frozenset(found)


def _is_plain(kind: Any) -> bool:
    """Whether a list or an object is no value of this type, as everybody knows at once."""
    return is_specified_scalar_type(kind) or graphql.is_enum_type(kind)


class _Uses:
    """Counts how often variables are used, in fragments as often as these are spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[str, Counter[str]] = {}

    def of(self, operation: OperationDefinitionNode) -> Mapping[str, int]:
        """By the names of the variables; raises RecursionError."""
        found = Counter[str]()
        for each in operation.directives or ():
            self._add(each, found)
        self._add(operation.selection_set, found)
        return found

    def _add(self, node: Node, found: Counter[str]) -> None:
        if isinstance(node, VariableNode):
            found[node.name.value] += 1
            return
        if isinstance(node, FragmentSpreadNode):
            found.update(self._fragment(node.name.value))
        for key in QUERY_DOCUMENT_KEYS.get(node.kind, ()):
            if below := getattr(node, key, None):
                nodes = cast("tuple[Node, ...]", below if isinstance(below, tuple) else (below,))
                for each in nodes:
                    self._add(each, found)

    def _fragment(self, name: str) -> Mapping[str, int]:
        if name not in self._known:
            self._known[name] = found = Counter[str]()
            if (fragment := self._fragments.get(name)) is not None:
                self._add(fragment.selection_set, found)
        return self._known[name]
