"""In charge of rules as the SDL shows them, by the directives that Apollo's routers know."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any, Final

import strawberry
from strawberry.schema_directive import Location

from catalog.access import AllOf, AnyOf, Policies, Roles, Rows, Rule, Scopes, anyone
from catalog.access import Authenticated as SignedIn

_PLACES: Final = [Location.OBJECT, Location.FIELD_DEFINITION]

Way = frozenset[str]
"""What must be so together for somebody to be let in."""


@strawberry.schema_directive(
    locations=_PLACES, name="authenticated", description="For those who have signed in."
)
class Authenticated:
    """``@authenticated``."""


@strawberry.schema_directive(
    locations=_PLACES,
    name="requiresScopes",
    description="For those whose token has all scopes of one of the lists.",
)
class RequiresScopes:
    """``@requiresScopes``."""

    scopes: list[list[str]]


@strawberry.schema_directive(
    locations=_PLACES,
    name="policy",
    description="For those of whom all of one of the lists is so; `rows` means: in some rows.",
)
class Policy:
    """``@policy``."""

    policies: list[list[str]]


def directives_of(rule: Rule) -> list[Any]:
    """What the SDL shows of a rule; nothing where everybody may."""
    if rule == anyone:
        return []
    ways = _ways(rule)
    if ways == {frozenset({"authenticated"})}:
        return [Authenticated()]
    if ways and all(part.startswith(SCOPE) for way in ways for part in way):
        return [RequiresScopes(scopes=_sorted(_bare(way) for way in ways))]
    return [Policy(policies=_sorted(ways) or [["nobody"]])]


SCOPE: Final = "scope:"
ROLE: Final = "role:"


def _ways(rule: Rule) -> set[Way]:
    """The ways in, none of which asks for more than another one does."""
    match rule:
        case AllOf(rules):
            chosen = product(*(_ways(each) for each in rules))
            found = {frozenset(part for way in ways for part in way) for ways in chosen}
        case AnyOf(rules):
            found = {way for each in rules for way in _ways(each)}
        case SignedIn():
            found = {frozenset({"authenticated"})}
        case Scopes(names):
            found = {frozenset(f"{SCOPE}{name}" for name in names)}
        case Roles(names):
            found = {frozenset({f"{ROLE}{name}"}) for name in names}
        case Policies(names):
            found = {names}
        case Rows():
            found = {frozenset({"rows"})}
        case _:
            raise TypeError(f"{rule!r} is no rule")
    return {way for way in found if not any(other < way for other in found)}


def _bare(way: Way) -> Way:
    return frozenset(part.removeprefix(SCOPE) for part in way)


def _sorted(ways: Iterable[Way]) -> list[list[str]]:
    return sorted(sorted(way) for way in ways)
