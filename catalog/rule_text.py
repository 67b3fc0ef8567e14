"""In charge of rules as text, in the words of Python in which models write them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from catalog.access import (
    AllOf,
    AnyOf,
    Authenticated,
    Claim,
    Policies,
    Roles,
    Rows,
    Rule,
    Scopes,
)

Told = Callable[[Claim], Any]
"""What to write for a claim."""


def rule_text(rule: Rule, told: Told = lambda claim: claim) -> str:
    """The rule; claims stand in it as such, or as what is ``told`` of them."""
    match rule:
        case AllOf(()):
            return "anyone"
        case AnyOf(()):
            return "nobody"
        case AllOf(rules):
            return " & ".join(_within(each, told) for each in rules)
        case AnyOf(rules):
            return " | ".join(rule_text(each, told) for each in rules)
        case Authenticated():
            return "authenticated"
        case Scopes(names):
            return f"scopes({_listed(names)})"
        case Roles(names):
            return f"roles({_listed(names)})"
        case Policies(names):
            return f"policies({_listed(names)})"
        case Rows(where):
            return f"rows({_value(where, told)})"
        case _:
            raise TypeError(f"{rule!r} is no rule")


def _within(rule: Rule, told: Told) -> str:
    """One that binds looser than what is around it, in parentheses."""
    text = rule_text(rule, told)
    return f"({text})" if isinstance(rule, AnyOf) and len(rule.rules) > 1 else text


def _listed(names: frozenset[str]) -> str:
    return ", ".join(json.dumps(name, ensure_ascii=False) for name in sorted(names))


def _value(value: Any, told: Told) -> str:
    if isinstance(value, Claim):
        shown = told(value)
        return claim_text(shown) if isinstance(shown, Claim) else _value(shown, told)
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, Any]", value)
        return "{" + ", ".join(f'"{key}": {_value(x, told)}' for key, x in inner.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        several = cast("list[Any]", value)
        return f"[{', '.join(_value(each, told) for each in several)}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def claim_text(claim: Claim) -> str:
    """The claim, as models name it."""
    return f"claim({', '.join(json.dumps(name, ensure_ascii=False) for name in claim.path)})"
