"""In charge of what is told of a write, by the ledger and by the graph, so that the two compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger import KINDS, LINKS, Ledger, Refusal
from ledger_writes import Field, Writing
from saying import FOREIGN, shown

Known = Mapping[str, set[Any]]
"""The keys that stores have given out, by kind."""


@dataclass(frozen=True)
class Told:
    """What is told of one field: how many rows were written, and which; or why none was.

    Of ``codes`` the ledger has all that may be told, since which is the store's own affair.
    """

    affected: int = 0
    rows: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()

    def allows(self, other: Told) -> bool:
        """Whether the graph may tell the other where the ledger tells this."""
        if self.codes:
            return bool(other.codes) and other.codes <= self.codes
        return self == other


def agree(expected: Sequence[Told], told: Sequence[Told]) -> bool:
    """Whether what was told may be told."""
    return all(one.allows(other) for one, other in zip(expected, told, strict=True))


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """What is in one of two states alone."""
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return "; ".join(f"{name}: {one.get(name)}, not {other.get(name)}" for name in names)


ROLLED_BACK = Told(codes=frozenset({"ROLLED_BACK"}))


def performed(ledger: Ledger, fields: Sequence[Field]) -> tuple[Ledger, list[Told]]:
    """What fields of one mutation make of a ledger, and what is told of them."""
    become, told = ledger.copy(), list[Told]()
    for field in fields:
        try:
            affected, rows = Writing(become).done(field)
        except Refusal as refusal:
            failed = [ROLLED_BACK] * len(fields)
            failed[len(told)] = Told(codes=refusal.codes)
            return ledger, failed
        told.append(Told(affected, _bare(field, filter(None, rows))))
    return become, told


def answered(fields: Sequence[Field], answer: Mapping[str, Any]) -> list[Told]:
    """What an answer tells of each field."""
    amiss: dict[str, set[str]] = {}
    for error in answer.get("errors", ()):
        amiss.setdefault(error["path"][0], set()).add(error["extensions"]["code"])
    return [
        _answered(field, answer["data"][f"f{number}"], amiss.get(f"f{number}", set()))
        for number, field in enumerate(fields)
    ]


def _answered(field: Field, value: Any, amiss: Iterable[str]) -> Told:
    if value is None:
        return Told(codes=frozenset(amiss))
    if "errors" in value:
        return Told(codes=frozenset(each["code"] for each in value["errors"]))
    rows = value[KINDS[field.kind].plural] if field.many else [value[field.kind.lower()]]
    return Told(value["affected"], _bare(field, filter(None, rows)))


def _bare(field: Field, rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    names = shown(KINDS[field.kind])
    return tuple(sorted(repr({name: _plain(row[name]) for name in names}) for row in rows))


def _plain(value: Any) -> Any:
    """A document as its model reads it, which knows no difference of null and missing."""
    return {"depth": value["depth"], "lit": value.get("lit")} if isinstance(value, dict) else value


def state(rows: Mapping[str, Mapping[Any, Mapping[str, Any]]], known: Known) -> dict[str, Any]:
    """All rows by their names; keys that are new to both are not told apart, others are."""

    def end(kind: str, key: Any) -> Any:
        if key in rows[kind]:
            return rows[kind][key][KINDS[kind].named]
        return key if key is None or key in known[kind] else "gone"

    found: dict[str, Any] = {
        f"{kind} {row[own.named]}": {
            name: end(FOREIGN[name], value) if name in FOREIGN else _plain(value)
            for name, value in {**row, own.key: key if key in known[kind] else "new"}.items()
        }
        for kind, own in KINDS.items()
        for key, row in rows[kind].items()
    }
    links = [(end("Ship", ship), end("Flag", flag)) for ship, flag in rows[LINKS]]
    return {**found, LINKS: sorted(links)}
