"""In charge of which rows of a ledger match a filter, of the few kinds that are asked for here."""

from __future__ import annotations

from typing import Any, Final

from ledger import KINDS, LINKS, Ledger, Linked, Row, To

_COMPARED: Final = {
    "eq": lambda value, other: value == other,
    "lt": lambda value, other: value < other,
    "gt": lambda value, other: value > other,
    "in": lambda value, others: value in others,
}


def matches(ledger: Ledger, kind: str, key: Any, where: Row) -> bool:
    """Whether all is so; a comparison with null is never true."""
    row = ledger.rows[kind][key]
    return all(_holds(ledger, kind, key, row, name, each) for name, each in where.items())


def _holds(ledger: Ledger, kind: str, key: Any, row: Row, name: str, said: Row) -> bool:
    relation = KINDS[kind].relations.get(name)
    ((operator, value),) = said.items()
    match relation:
        case None if operator == "isNull":
            return (row[name] is None) is value
        case None if name == "site":
            return _compares((row[name] or {}).get(operator), value)
        case None:
            return _compares(row[name], said)
        case To():
            end = row[relation.field]
            there = end in ledger.rows[relation.target]
            return there and matches(ledger, relation.target, end, said)
        case Linked():
            return any(link[relation.here] == key for link in ledger.rows[LINKS].values())
        case _:
            return bool(ledger.where(relation.target, **{relation.field: key}))


def _compares(value: Any, said: Row) -> bool:
    ((operator, other),) = said.items()
    return value is not None and _COMPARED[operator](value, other)
