"""In charge of a request's own: its engine, and a DataLoader for each place in the document."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypedDict

from graphql import FieldNode
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.dataloader import DataLoader
from strawberry.types import Info

NEEDED = {"airline": "carrier", "plane": "tailnum"}
"""The column of its own row that a relation needs."""
Batch = Callable[[Sequence[str], Sequence[str]], Awaitable[list[Any]]]


class Context(TypedDict):
    """What a request has."""

    engine: AsyncEngine
    loaders: dict[int, DataLoader[str, Any]]


def load(info: Info[Context, None], key: str, batch: Batch, own: str | None = None) -> Any:
    """What the batch of this place finds for a key."""
    node = info._raw_info.field_nodes[0]  # noqa: SLF001 (Strawberry's own view copies the tree)
    loaders = info.context["loaders"]
    if (loader := loaders.get(id(node))) is None:
        names = columns_at(node, own)
        loader = loaders[id(node)] = DataLoader(lambda keys: batch(keys, names))
    return loader.load(key)


def columns(info: Info[Context, None], own: str | None = None) -> list[str]:
    """The columns that the document asks for here; `own` is the one that lists below need."""
    return columns_at(info._raw_info.field_nodes[0], own)  # noqa: SLF001 (as above)


def columns_at(node: FieldNode, own: str | None = None) -> list[str]:
    """The columns that a field's selection names."""
    selected = node.selection_set.selections if node.selection_set else ()
    names = [field.name.value for field in selected if isinstance(field, FieldNode)]
    needed = (own if name == "flights" and own else NEEDED.get(name, name) for name in names)
    return list(dict.fromkeys(re.sub("[A-Z]", lambda it: f"_{it[0].lower()}", n) for n in needed))
