"""In charge of what a directive that a user wrote means: the rule that generated ones stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, cast

from strawberry.schema.name_converter import NameConverter

from catalog.access import (
    AllOf,
    AnyOf,
    Policies,
    Roles,
    Rule,
    Scopes,
    anyone,
    authenticated,
    nobody,
)
from catalog.errors import ModelError
from schema.directives import ROLE, SCOPE, Authenticated, Policy, RequiresScopes

_OURS: Final = (Authenticated, RequiresScopes, Policy)
_NAMES: Final = ("authenticated", "requiresScopes", "policy")
_name_of: Final = cast("Any", NameConverter()).from_directive


class Spot(NamedTuple):
    """A type, or a member of one, that a directive is written on."""

    owner: str
    member: str | None

    def amiss(self, reason: str, mend: str) -> ModelError:
        """What is told of a directive that is wrong there."""
        return ModelError(self.owner, self.member, reason, mend=mend)


def rule_said(spot: Spot, definition: Any) -> Rule:
    """What all directives of a Strawberry definition ask for together. Raises ``ModelError``."""
    rule = anyone
    for directive in ours(spot, definition):
        rule &= _meaning(spot, directive)
    return rule


def ours(spot: Spot, definition: Any) -> Iterator[object]:
    """The directives that are enforced; raises ``ModelError`` for others of the same names."""
    for directive in getattr(definition, "directives", None) or ():
        declared = getattr(directive, "__strawberry_directive__", None)
        if isinstance(directive, _OURS):
            yield directive
        elif declared and (name := _name_of(declared)) in _NAMES:
            reason = f"has another package's @{name}, which nobody would enforce"
            raise spot.amiss(reason, "Import it from `schema`.")


def _meaning(spot: Spot, directive: object) -> Rule:
    match directive:
        case RequiresScopes():
            return _any_of_all(spot, directive.scopes, lambda name: Scopes(frozenset({name})))
        case Policy():
            return _any_of_all(spot, directive.policies, lambda name: _named(spot, name))
        case _:
            return authenticated


def _named(spot: Spot, name: str) -> Rule:
    """What one name in a policy means: what it does where a rule of a model is shown."""
    for prefix, kind in ((SCOPE, Scopes), (ROLE, Roles)):
        if name.startswith(prefix):
            return kind(frozenset({name.removeprefix(prefix)}))
    match name:
        case "authenticated":
            return authenticated
        case "nobody":
            return nobody
        case "rows":
            mend = "Give the model the rule, or the policy a name of your own."
            raise spot.amiss("has a policy about rows, of which it has none", mend)
        case _:
            return Policies(frozenset({name}))


def _any_of_all(spot: Spot, said: Any, meaning: Callable[[str], Rule]) -> Rule:
    """The rule of a list of lists; raises ``ModelError`` for what is none, or empty."""
    ways = [_items(way) for way in _items(said)]
    if not all(ways) or not all(_is_name(name) for way in ways for name in way) or not ways:
        mend = 'Write [["a", "b"], ["c"]]: all of one of the lists is needed.'
        raise spot.amiss(f"has a directive of {said!r}", mend)
    return AnyOf(tuple(AllOf(tuple(map(meaning, way))) for way in ways))


def _items(said: Any) -> list[Any]:
    return list(cast("list[Any]", said)) if isinstance(said, list | tuple) else []


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and bool(name.removeprefix(SCOPE).removeprefix(ROLE).strip())
