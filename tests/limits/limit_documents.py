"""In charge of random documents, with fragments, and of measuring them the slow way: spread out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
)
from hypothesis import strategies as st

from resolvers.limits.weights import Weight
from tests.library.library import LIMITS

FIELDS = {
    "Query": {"books": "BookConnection", "authors": "AuthorConnection", "openingHours": None},
    "BookConnection": {"nodes": "Book", "edges": "BookEdge", "totalCount": None},
    "BookEdge": {"node": "Book", "cursor": None},
    "Book": {"authors": "AuthorConnection", "title": None, "nope": "Book"},
    "AuthorConnection": {"nodes": "Author", "totalCount": None},
    "Author": {"mentor": "Author", "books": "BookConnection", "name": None},
}
"""What documents are made of, some of it unknown to the library."""

CONNECTED = {("Query", "books"), ("Query", "authors"), ("Book", "authors"), ("Author", "books")}
DIRECTIVES = ("", "", " @skip(if: false)", " @include(if: true) @x", " @skip(if: true)")


@st.composite
def documents(draw: st.DrawFn) -> str:
    """The text of a document of one operation and some fragments, which may be spread anywhere."""
    kinds = draw(st.lists(st.sampled_from(list(FIELDS)), max_size=4))
    later = list(enumerate(kinds))
    parts = [
        f"query Q($n: Int @x){draw(st.sampled_from(('', ' @y')))} {_set(draw, 'Query', later)}"
    ]
    for at, kind in later:
        parts.append(f"fragment F{at} on {kind} {_set(draw, kind, later[at + 1 :])}")
    return " ".join(parts)


def _set(draw: st.DrawFn, kind: str, fragments: list[tuple[int, str]], depth: int = 0) -> str:
    parts = [_part(draw, kind, fragments, depth) for _ in range(draw(st.integers(1, 3)))]
    return "{ " + " ".join(parts) + " }"


def _part(draw: st.DrawFn, kind: str, fragments: list[tuple[int, str]], depth: int) -> str:
    said = draw(st.sampled_from(DIRECTIVES))
    choice = draw(st.integers(0, 9))
    fitting = [at for at, condition in fragments if condition == kind]
    if fitting and choice < 4:
        return f"...F{draw(st.sampled_from(fitting))}{said}"
    if choice == 5 and depth < 4:
        condition = draw(st.sampled_from(("", f" on {kind}")))
        return f"...{condition}{said} {_set(draw, kind, fragments, depth + 1)}"
    leaves = [name for name, inner in FIELDS[kind].items() if inner is None]
    name = draw(st.sampled_from(list(FIELDS[kind]) if depth < 5 else leaves or ["__typename"]))
    alias = draw(st.sampled_from(("", "", "a: ", "b: ")))
    inner = FIELDS[kind].get(name)
    size = draw(st.sampled_from(("", "(first: 3)", "(last: 7)", "(first: 0)", "(first: $n)")))
    arguments = size if (kind, name) in CONNECTED else ""
    below = f" {_set(draw, inner, fragments, depth + 1)}" if inner else ""
    return f"{alias}{name}{arguments}{said}{below}"


def spread_out(
    document: DocumentNode, number: int | None, weights: Mapping[str, Mapping[str, Weight]]
) -> dict[str, Any]:
    """The measures of the operation, of all of whose fields the way from the root is walked.

    ``number`` is that of the one variable.
    """
    fragments = {n.name.value: n for n in document.definitions if _is_fragment(n)}
    (node,) = [n for n in document.definitions if isinstance(n, OperationDefinitionNode)]
    ways, directives = [], [*(node.directives or ())]
    directives += [d for each in node.variable_definitions or () for d in each.directives or ()]
    for way, found in _walked(node.selection_set, fragments, ()):
        directives += found
        if way:
            ways.append(way)
    return {
        "depth": max(len(way) for way in ways),
        "aliases": sum(way[-1].alias is not None for way in ways),
        "root_fields": sum(len(way) == 1 for way in ways),
        "directives": len(directives),
        "fields": len(ways),
        "comparisons": sum(n * n for n in Counter(map(_place, ways)).values()),
        "cost": sum(_cost(way, number, weights) for way in ways if not _left_out(way)),
        "rows": max((_rows(way, number) for way in ways if not _left_out(way)), default=1),
    }


def _is_fragment(node: Any) -> bool:
    return isinstance(node, FragmentDefinitionNode)


def _walked(
    selections: Any, fragments: Any, way: tuple[Any, ...], out: bool = False
) -> Iterator[Any]:
    for node in selections.selections:
        said = [*(node.directives or ())]
        gone = out or any(_leaves_out(each) for each in said)
        if isinstance(node, FieldNode):
            step = _Asked(node, gone)
            yield (*way, step), said
            if node.selection_set:
                yield from _walked(node.selection_set, fragments, (*way, step), gone)
        elif isinstance(node, InlineFragmentNode):
            yield (), said
            yield from _walked(node.selection_set, fragments, way, gone)
        elif isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            yield (), [*said, *(fragment.directives or ())]
            yield from _walked(fragment.selection_set, fragments, way, gone)


class _Asked:
    def __init__(self, node: FieldNode, gone: bool) -> None:
        self.node, self.alias, self.gone = node, node.alias, gone
        self.name = node.name.value
        self.key = node.alias.value if node.alias else self.name


def _leaves_out(directive: Any) -> bool:
    name, arguments = directive.name.value, directive.arguments
    return name in ("skip", "include") and arguments[0].value.value is (name == "skip")


def _place(way: tuple[_Asked, ...]) -> tuple[str, ...]:
    return tuple(step.key for step in way)


def _left_out(way: tuple[_Asked, ...]) -> bool:
    return any(step.gone for step in way)


def _rows(way: tuple[_Asked, ...], number: int | None) -> float:
    """The product of the sizes of the pages on a way, so far as their rows are entered."""
    rows, page = 1.0, math.nan
    for kind, step in zip(_kinds(way), way, strict=True):
        if kind and (kind, step.name) in CONNECTED:
            page = _size(step.node, number)
        if kind and kind.endswith("Connection") and step.name in ("nodes", "edges"):
            rows *= page
    return rows


def _cost(way: tuple[_Asked, ...], number: int | None, weights: Any) -> float:
    """What the last field of a way weighs, as often as the ways before it are gone."""
    *before, last = way
    owner = _kinds(way)[-1]
    weight = weights.get(owner or "", {}).get(last.name, Weight())
    return weight.call * _rows(tuple(before), number) + weight.item * _rows(way, number)


def _kinds(way: tuple[_Asked, ...]) -> list[str | None]:
    """The type that each field of a way is asked of."""
    kinds: list[str | None] = ["Query"]
    for step in way:
        known = FIELDS.get(kinds[-1] or "", {})
        kinds.append(known.get(step.name) if step.name != "nope" else None)
    return kinds[:-1]


def _size(node: FieldNode, number: int | None) -> int:
    if not node.arguments:
        return LIMITS.default
    value = node.arguments[0].value
    if isinstance(value, IntValueNode):
        return int(value.value)
    return LIMITS.default if number is None else number
