"""In charge of random operations that ask for pages of plain rows, as most clients do.

Some of them ask for pages inside pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from graphql import GraphQLField, GraphQLNonNull, get_named_type, is_leaf_type
from law_operations import Writer

from catalog import Catalog, Store

_OFTEN: Final = 8
_BESIDE: Final = (
    "__typename",
    "totalCount",
    "pageInfo { hasNextPage endCursor }",
    "i: pageInfo { startCursor __typename p: hasPreviousPage n: hasNextPage }",
    "e: pageInfo { s: startCursor endCursor }",
)


@dataclass
class _Pages(Writer):
    """Chooses one list of each page, and mostly leaves of its rows; all else is as ever."""

    types: frozenset[str] = frozenset()

    @cached_property
    def _listed(self) -> str:
        return self.random.choice(["nodes", "edges"])

    @cached_property
    def _is_nested(self) -> bool:
        return self.happens(0.6)

    def selections(self, kind: Any, depth: int) -> str:
        """Pages with pages inside are of rows and their place, so that they may come together."""
        if not self._is_nested or getattr(kind, "name", "") not in self.types:
            return super().selections(kind, depth)
        row: Any = get_named_type(kind.fields["nodes"].type)
        rows = super().selections(row, max(depth - 1, 1))
        view = f"nodes {rows}" if self._listed == "nodes" else f"edges {self._edge(rows)}"
        return self._mixed(view, _BESIDE)

    def _edge(self, rows: str) -> str:
        return self._mixed(f"node {rows}", ["__typename", "cursor", "c: cursor"])

    def _mixed(self, view: str, beside: Sequence[str]) -> str:
        some = [view, *self.random.sample(beside, k=self.random.choice([0, 0, 1, 2, 3]))]
        self.random.shuffle(some)
        return f"{{ {' '.join(some)} }}"

    def names(self, kind: Any) -> list[str]:
        """What is to be chosen more often is there more often."""
        known = super().names(kind)
        if kind is self.schema.query_type:
            return [name for name in known if self._is_page(kind.fields[name])]
        if "pageInfo" in known:
            return [self._listed] * (2 * _OFTEN) + ["totalCount", "pageInfo"]
        if "cursor" in known:
            return ["node"] * _OFTEN + known
        plain = [n for n in known if _is_plain(kind.fields[n]) and n != "nodeId"]
        inner = [n for n in known if self._is_page(kind.fields[n])] if self._is_nested else []
        return plain * _OFTEN + inner * (_OFTEN * _OFTEN) + known

    def _is_page(self, field: Any) -> bool:
        required = any(isinstance(each.type, GraphQLNonNull) for each in field.args.values())
        return not required and get_named_type(field.type).name in self.types

    def _arguments(self, definition: GraphQLField) -> str:
        if "first" in definition.args and self.happens(0.7):  # else it is often empty
            some = ["", "(first: 2)", "(offset: 1)", "(last: 3)"]
            return self.random.choice(some[:3] if self._is_nested else some)
        return super()._arguments(definition)


def pages_of(catalog: Catalog, store: Store) -> Callable[..., Writer]:
    """Writes operations whose root fields are pages of rows of this store."""
    types = frozenset(f"{entity.name}Connection" for entity in catalog.of(store))
    return partial(_Pages, types=types)


def _is_plain(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type)) and not field.args
