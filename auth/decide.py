"""In charge of what a rule comes to for somebody: yes, no, or a question that rows must answer."""

from __future__ import annotations

from collections.abc import Iterable

from auth.principal import Principal
from catalog.access import (
    AllOf,
    AnyOf,
    Authenticated,
    Policies,
    Roles,
    Rows,
    Rule,
    Scopes,
    anyone,
    nobody,
)


def decided(rule: Rule, principal: Principal) -> Rule:
    """The rule as far as the rows have a say in it: `anyone`, `nobody`, or of `Rows` alone."""
    match rule:
        case AllOf(rules):
            return _all(decided(each, principal) for each in rules)
        case AnyOf(rules):
            return _any(decided(each, principal) for each in rules)
        case Authenticated():
            return _told(principal.subject is not None)
        case Scopes(names):
            return _told(names <= principal.scopes)
        case Roles(names):
            return _told(bool(names & principal.roles))
        case Policies(names):
            return _told(names <= principal.policies)
        case Rows():
            return rule
        case _:
            raise TypeError(f"{rule!r} is no rule")


def _all(rules: Iterable[Rule]) -> Rule:
    left = [rule for rule in rules if rule != anyone]
    if nobody in left:
        return nobody
    return left[0] if len(left) == 1 else AllOf(tuple(left))


def _any(rules: Iterable[Rule]) -> Rule:
    left = [rule for rule in rules if rule != nobody]
    if anyone in left:
        return anyone
    return left[0] if len(left) == 1 else AnyOf(tuple(left))


def _told(allowed: bool) -> Rule:  # noqa: FBT001 (a verdict)
    return anyone if allowed else nobody
