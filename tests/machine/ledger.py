"""In charge of the dock as plain dicts: which rows there are, and what may not be.

It is written by hand, from what the docs say, and shares no code with what it is compared with.
Fields have the names that clients see. Keys that a store gives out are negative numbers here, until
the store has told its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dock_models import HEAVY, LONGEST

Row = Mapping[str, Any]


@dataclass(frozen=True)
class To:
    """A relation to one: the row's own field holds the other's key."""

    target: str
    field: str


@dataclass(frozen=True)
class Of:
    """The other way round: the others' field holds the row's key."""

    target: str
    field: str
    many: bool = True


@dataclass(frozen=True)
class Linked:
    """By rows of `Flying`, which hold both keys."""

    target: str
    here: str
    there: str


@dataclass(frozen=True)
class Kind:
    """What rows of a kind have: ``named`` is the unique field by which they are told apart.

    ``fields`` are what new rows have besides, unless they are given something else.
    """

    plural: str
    named: str
    fields: Row
    relations: Mapping[str, To | Of | Linked]
    key: str = "id"
    unique: tuple[str, ...] = ()
    foreign: Mapping[str, str] = field(default_factory=dict[str, str])
    needed: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Whether clients give the key."""
        return self.key == self.named


KINDS: Mapping[str, Kind] = {
    "Line": Kind(
        "lines",
        "name",
        {"fleet": 0, "tags": []},
        {"ships": Of("Ship", "lineId"), "harbours": Of("Harbour", "lineId")},
    ),
    "Ship": Kind(
        "ships",
        "name",
        {"tons": None, "marks": None, "site": None, "lineId": None},
        {
            "line": To("Line", "lineId"),
            "captain": Of("Captain", "shipId", many=False),
            "cargo": Of("Cargo", "shipId"),
            "flags": Linked("Flag", "shipId", "flagId"),
            "piers": Of("Pier", "shipId"),
        },
        foreign={"lineId": "Line"},
    ),
    "Captain": Kind(
        "captains",
        "code",
        {"voyages": 0, "shipId": None},
        {"ship": To("Ship", "shipId")},
        key="code",
        unique=("shipId",),
        foreign={"shipId": "Ship"},
    ),
    "Flag": Kind("flags", "name", {}, {"ships": Linked("Ship", "flagId", "shipId")}),
    "Cargo": Kind(
        "cargoes",
        "label",
        {"weight": 0, "withinId": None},
        {
            "ship": To("Ship", "shipId"),
            "within": To("Cargo", "withinId"),
            "parts": Of("Cargo", "withinId"),
        },
        foreign={"shipId": "Ship", "withinId": "Cargo"},
        needed=("shipId",),
    ),
    "Harbour": Kind(
        "harbours",
        "code",
        {"berths": 0, "tags": [], "site": None, "lineId": None},
        {"line": To("Line", "lineId"), "piers": Of("Pier", "harbourCode")},
        key="code",
    ),
    "Pier": Kind(
        "piers",
        "title",
        {"length": None, "harbourCode": None, "shipId": None},
        {"harbour": To("Harbour", "harbourCode"), "ship": To("Ship", "shipId")},
        key="code",
        unique=("code",),
    ),
}
TEXTS = frozenset({("Line", "name"), ("Ship", "name"), ("Flag", "name"), ("Cargo", "label")})
NAMES = TEXTS | {("Pier", "title")}
"""Texts that are not to be longer than `LONGEST`."""
COUNTS = frozenset({"fleet", "tons", "voyages", "berths", "length"})
"""Numbers that are not to be less than nothing."""
LINKS = "Flying"


class Refusal(Exception):  # noqa: N818 (as in `WriteRefused`)
    """Nothing is written; whichever of these ``codes`` is told."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = frozenset(codes)


class Ledger:
    """All rows by kind and key; what is done to it is done to a copy first."""

    def __init__(self, rows: Mapping[str, Mapping[Any, Row]] | None = None) -> None:
        held = rows or {}
        self.rows: dict[str, dict[Any, Row]] = {
            kind: dict(held.get(kind, {})) for kind in (*KINDS, LINKS)
        }
        self._given_out = 0

    def copy(self) -> Ledger:
        """The same, to be changed."""
        made = Ledger(self.rows)
        made._given_out = self._given_out
        return made

    def next_id(self) -> int:
        """A key that no row has or had."""
        self._given_out -= 1
        return self._given_out

    def where(self, kind: str, **values: Any) -> list[Any]:
        """The keys of the rows that have these values."""
        return [
            key
            for key, row in self.rows[kind].items()
            if all(row[name] == value for name, value in values.items())
        ]

    def found(self, kind: str, named: Row) -> Any:
        """The key of the row that a unique key names, or None."""
        ((name, value),) = named.items()
        if name == KINDS[kind].key:
            return value if value in self.rows[kind] else None
        return next(iter(self.where(kind, **{name: value})), None)

    def insert(self, kind: str, rows: Iterable[Row]) -> list[Any]:
        """The keys of new rows, which have all of their fields."""
        keys: list[Any] = []
        codes = set[str]()
        for row in rows:
            own = KINDS.get(kind)
            if own is None:
                key = (row["shipId"], row["flagId"])
            else:
                key = self.next_id() if own.key == "id" else row[own.key]
            codes |= {"UNIQUE_VIOLATION"} if key in self.rows[kind] else set()
            self.rows[kind][key] = {**row, "id": key} if own and own.key == "id" else row
            keys.append(key)
        self.check(kind, keys, codes)
        return keys

    def edit(self, kind: str, changes: Mapping[Any, Row]) -> None:
        """Gives rows, by their keys, other values of some fields."""
        for key, change in changes.items():
            self.rows[kind][key] = {**self.rows[kind][key], **change}
        self.check(kind, changes, set())

    def delete(self, kind: str, keys: Iterable[Any]) -> None:
        """Ends rows, to which no foreign key may lead then."""
        for key in keys:
            del self.rows[kind][key]
        if self.is_dangling():
            raise Refusal("REFERENCE_VIOLATION")

    def check(self, kind: str, keys: Iterable[Any], codes: set[str]) -> None:
        """Raises ``Refusal`` if the database would not have these rows."""
        own = KINDS.get(kind)
        for key in keys:
            row = self.rows[kind][key]
            for name in (own.named, *own.unique) if own else ():
                value = row[name]
                if value is not None and len(self.where(kind, **{name: value})) > 1:
                    codes.add("UNIQUE_VIOLATION")
                if value is None and name == own.named:
                    codes.add("NOT_NULL_VIOLATION")
            if kind == "Cargo" and row["weight"] >= HEAVY:
                codes.add("CHECK_VIOLATION")
        if self.is_dangling():
            codes.add("REFERENCE_VIOLATION")
        if codes:
            raise Refusal(*codes)

    def is_dangling(self) -> bool:
        """Whether a foreign key leads nowhere."""
        ends = [
            (target, row[name])
            for kind, own in KINDS.items()
            for name, target in own.foreign.items()
            for row in self.rows[kind].values()
        ]
        ends += [("Ship", ship) for ship, _ in self.rows[LINKS]]
        ends += [("Flag", flag) for _, flag in self.rows[LINKS]]
        return any(end is not None and end not in self.rows[target] for target, end in ends)


def is_wrong(kind: str, name: str, value: Any) -> bool:
    """Whether the model has no place for a value of a field."""
    if value is None:
        return False
    if (kind, name) in NAMES:
        return len(value) > LONGEST
    if name == "site":
        return value.get("depth") is None or value["depth"] < 0
    return name in COUNTS and value < 0
