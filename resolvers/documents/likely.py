"""In charge of variables as requests are likely to give them, before there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from graphql import NonNullTypeNode, VariableDefinitionNode


class UnforeseenError(Exception):
    """A value was needed that only a request has."""


class _Unforeseen:
    """Stands for a value that a request will give; whoever looks into it learns that it is not."""

    def __repr__(self) -> NoReturn:
        raise UnforeseenError

    def __getattr__(self, _name: str) -> NoReturn:
        raise UnforeseenError


_UNFORESEEN: Final = _Unforeseen()


def likely(
    definitions: Sequence[VariableDefinitionNode], defaults: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """Variables of requests that give all of them, and of those that give only what they must.

    What has one of the ``defaults``, which are coerced, has that.
    """
    named = {each.variable.name.value: _UNFORESEEN for each in definitions}
    needed = {
        each.variable.name.value: _UNFORESEEN
        for each in definitions
        if isinstance(each.type, NonNullTypeNode)
    }
    every, least = {**named, **defaults}, {**needed, **defaults}
    return [every] if every == least else [every, least]
