"""In charge of random mutations of a dock: what could be said of the rows that there are.

More often than not it names rows that are there, and makes such as are not; and now and then not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from hypothesis import strategies as some
from ledger import KINDS, Kind, Ledger, Linked, Of, To
from ledger_writes import Field

NAMES = "abcdefghijkl"
TOO_LONG = "abcde"
NUMBERS = some.integers(0, 5)
LISTS = some.lists(some.sampled_from("xy"), max_size=2)
SITES = some.fixed_dictionaries(
    {"depth": some.integers(0, 5) | some.integers(-1, 5)}, optional={"lit": some.booleans()}
)
VALUES: Mapping[str, some.SearchStrategy[Any]] = {
    **dict.fromkeys(("fleet", "voyages", "berths"), NUMBERS | some.integers(-1, 5)),
    **dict.fromkeys(("tons", "length"), some.none() | NUMBERS),
    "marks": some.none() | LISTS,
    "tags": LISTS,
    "weight": NUMBERS | some.sampled_from([5, 7, 9, 50]),
    "site": some.none() | SITES,
}
FOREIGN = {"lineId": "Line", "shipId": "Ship", "withinId": "Cargo", "harbourCode": "Harbour"}
COUNTED = {
    "Line": "fleet",
    "Ship": "tons",
    "Captain": "voyages",
    "Cargo": "weight",
    "Harbour": "berths",
    "Pier": "length",
}
LISTED = {"Line": "tags", "Ship": "marks", "Harbour": "tags"}
SITED = frozenset({"Ship", "Harbour"})
"""Whose site is a document: in a column, and in another document."""
WORDS = {
    "new": ("create", "create", "connect", "connectOrCreate"),
    "to one": (
        *("create", "connect", "connect", "connectOrCreate"),
        *("update", "update", "upsert", "disconnect", "delete"),
    ),
    "to many": (
        *("create", "create", "connect", "connect", "connectOrCreate", "update", "update"),
        *("upsert", "set", "disconnect", "delete"),
    ),
}
FAST = frozenset({("Cargo", "ship", "disconnect"), ("Cargo", "ship", "delete")})
LASTING = frozenset({("Ship", "cargo", "disconnect"), ("Ship", "cargo", "set")})
"""What cannot be said, since a cargo is always in a ship."""


class Saying:
    """What could be said of a ledger's rows; ``alone`` if nobody else writes at the same time.

    Else filters look at nothing but the rows themselves: as REPEATABLE READ has it, a transaction
    is in nobody's way that only reads a row.
    """

    def __init__(self, draw: Any, ledger: Ledger, *, alone: bool) -> None:
        self._draw = draw
        self._ledger = ledger
        self._alone = alone
        self._depth = 2 if alone else 1

    def _one(self, *choices: Any) -> Any:
        return self._draw(some.sampled_from(choices))

    def _rarely(self, of: int = 9) -> bool:
        return self._draw(some.integers(0, of)) == of

    def fields(self) -> list[Field]:
        """The fields of one mutation."""
        return [self._field() for _ in range(self._one(1, 1, 1, 2) if self._alone else 1)]

    def _field(self) -> Field:
        kind = self._one(*KINDS)
        verb = self._one(
            "create", "create", "upsert", "update", "update", "update", "update", "delete"
        )
        many = self._one(False, False, True)
        if verb == "upsert":
            many = many and not KINDS[kind].unique  # one row could make room for the next
        if verb in ("create", "upsert"):
            return Field(verb, kind, many, self._made(verb, kind, many=many))
        if many:
            arguments = {"where": self._where(kind)}
        else:
            arguments = {"where": self._key(kind)}
            arguments |= {"ifMatch": self._where(kind)} if self._rarely(5) else {}
        if verb == "update":
            arguments |= self._change(kind, 1 if many else self._depth)
        return Field(verb, kind, many, arguments)

    def _made(self, verb: str, kind: str, *, many: bool) -> dict[str, Any]:
        own = KINDS[kind]
        rows = [self._new(kind, self._depth) for _ in range(self._one(1, 2) if many else 1)]
        arguments: dict[str, Any] = {"input": rows if many else rows[0]}
        if verb == "upsert":
            update = {} if self._one(True, False) else {"update": self._updated(kind, rows)}
            arguments["conflict"] = {"target": str(own.named), **update}
        return arguments

    def _updated(self, kind: str, rows: list[dict[str, Any]]) -> list[str]:
        given = [name for name in KINDS[kind].fields if all(name in row for row in rows)]
        return [str(name) for name in given if self._one(True, False)]

    def _new(self, kind: str, depth: int, within: str | None = None) -> dict[str, Any]:
        own = KINDS[kind]
        row: dict[str, Any] = {own.named: self._free(kind)}
        row |= {name: self._free(kind, name) for name in own.unique if name == own.key}
        row |= self._values(kind, {*row, within})
        row |= self._along(kind, depth, new=True, within=within, row=row)
        for name, relation in own.relations.items():
            needed = isinstance(relation, To) and relation.field in own.needed
            if (
                needed
                and name not in row
                and relation.field not in (*row, within)
                and not self._rarely(20)
            ):
                row[name] = {"connect": self._key(relation.target)}
        return row

    def _values(self, kind: str, taken: AbstractSet[str | None]) -> dict[str, Any]:
        names = [
            name
            for name in KINDS[kind].fields
            if name not in taken and self._one(False, False, True)
        ]
        return {name: self._value(name) for name in names}

    def _value(self, name: str) -> Any:
        if name not in FOREIGN:
            return self._draw(VALUES[name])
        there = list(self._ledger.rows[FOREIGN[name]])
        nowhere = "none" if name == "harbourCode" else 0
        return self._one(None, *there, *there, nowhere)

    def _free(self, kind: str, name: str | None = None) -> str:
        """A name that no row of the kind has, as a rule."""
        name = name or KINDS[kind].named
        taken = {row[name] for row in self._ledger.rows[kind].values()}
        free = [each for each in NAMES if each not in taken]
        if self._rarely(15):
            return TOO_LONG
        return self._one(*NAMES) if not free or self._rarely(5) else self._one(*free)

    def _key(self, kind: str) -> dict[str, Any]:
        """What names a row, which is there, as a rule."""
        own = KINDS[kind]
        name = self._one(own.named, own.key)
        there = [row[name] for row in self._ledger.rows[kind].values()]
        if not there or self._rarely(12):
            return {name: 0 if name == "id" else self._one(*NAMES)}
        return {name: self._one(*there)}

    def _where(self, kind: str) -> dict[str, Any]:
        own = KINDS[kind]
        count = COUNTED.get(kind)
        ways: list[dict[str, Any]] = [
            {},
            {own.named: {"in": [self._one(*NAMES), self._one(*NAMES)]}},
        ]
        if count:
            ways += [{count: {self._one("lt", "gt", "eq"): self._draw(NUMBERS)}}] * 2
        if kind in SITED:
            ways.append({"site": {"depth": {self._one("lt", "gt", "eq"): self._draw(NUMBERS)}}})
        if self._alone:
            for name, relation in own.relations.items():
                if isinstance(relation, To):
                    named = KINDS[relation.target].named
                    ways.append({name: {named: {"eq": self._one(*NAMES)}}})
                elif not isinstance(relation, Of) or relation.many:
                    ways.append({name: {"some": {}}})
        return self._one(*ways)

    def _change(self, kind: str, depth: int) -> dict[str, Any]:
        """The arguments that say what becomes of rows."""
        said: dict[str, Any] = {}
        given: dict[str, Any] = {}
        count, listed = COUNTED.get(kind), LISTED.get(kind)
        if count and self._one(False, False, True):
            said["increment"] = {count: self._draw(some.integers(-2, 4))}
        if listed and self._one(False, False, True):
            said[self._one("push", "pull")] = {listed: self._draw(LISTS)}
        if kind in SITED and self._rarely(5):
            said.setdefault("increment", {})["site"] = {"depth": self._draw(some.integers(-2, 2))}
        taken = {name for each in said.values() for name in each}
        for name, value in self._values(kind, taken).items():
            given[name] = self._document(value) if name == "site" else value
        if not KINDS[kind].given and self._rarely(5):
            given[KINDS[kind].named] = self._free(kind)
        given |= self._along(kind, depth, new=False, within=None, row=given)
        if not given and not said and not self._rarely(20):
            given[KINDS[kind].named if not KINDS[kind].given else count] = (
                self._free(kind) if not KINDS[kind].given else self._draw(NUMBERS)
            )
        return said | ({"input": given} if given else {})

    def _document(self, value: Any) -> Any:
        if value is None:
            return None
        part = {name: each for name, each in value.items() if name == self._one("depth", "lit")}
        return self._one({"set": value}, {"merge": part or value})

    def _along(
        self, kind: str, depth: int, *, new: bool, within: str | None, row: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is said along some relations, of which none gives what is given already."""
        said: dict[str, Any] = {}
        for name, relation in KINDS[kind].relations.items() if depth else ():
            given = isinstance(relation, To) and relation.field in (*row, within)
            if self._one(False, False, True) and (not given or self._rarely(20)):
                said[name] = self._said(kind, name, relation, depth - 1, new=new)
        return said

    def _said(
        self, kind: str, name: str, relation: To | Of | Linked, depth: int, *, new: bool
    ) -> dict[str, Any]:
        many = isinstance(relation, Linked) or (isinstance(relation, Of) and relation.many)
        words = WORDS["new" if new else "to many" if many else "to one"]
        allowed = [word for word in words if (kind, name, word) not in FAST | LASTING]
        chosen = {self._one(*allowed) for _ in range(self._one(1, 1, 2) if many else 1)}
        return {
            word: [self._word(relation, word, depth, many=many) for _ in range(self._one(1, 1, 2))]
            if many
            else self._word(relation, word, depth, many=many)
            for word in sorted(chosen)
        }

    def _word(self, relation: To | Of | Linked, word: str, depth: int, *, many: bool) -> Any:
        target = relation.target
        within = relation.field if isinstance(relation, Of) else None
        named = {"where": self._key(target)} if many else {}
        match word:
            case "create":
                return self._new(target, depth, within)
            case "connectOrCreate":
                return self._either(target, depth, within)
            case "update":
                return named | self._change(target, depth)
            case "upsert":
                change = self._change(target, depth)
                return named | {"update": change, "create": self._new(target, depth, within)}
            case "disconnect" | "delete" if not many:
                return True
            case _:
                return self._key(target)

    def _either(self, target: str, depth: int, within: str | None) -> dict[str, Any]:
        new = self._new(target, depth, within)
        own = KINDS[target]
        where = self._key(target) if self._one(True, False) else {own.named: new[own.named]}
        return {"where": where, "create": new}


REFUSED = "... on WriteRefused { errors { code path } }"


def said(fields: Sequence[Field]) -> dict[str, Any]:
    """A mutation of these fields, whose arguments are all variables."""
    parts = [_field(f"f{number}", field) for number, field in enumerate(fields)]
    declared = ", ".join(each for declared, _, _ in parts for each in declared)
    query = f"mutation ({declared}) {{ {' '.join(text for _, text, _ in parts)} }}"
    return {
        "query": query,
        "variables": {n: v for _, _, values in parts for n, v in values.items()},
    }


def _field(key: str, field: Field) -> tuple[list[str], str, dict[str, Any]]:
    own, arguments, by = KINDS[field.kind], dict(field.arguments), ""
    if not field.many and "where" in arguments:
        ((name, value),) = arguments.pop("where").items()
        by = "" if name == own.key else f"By{name.capitalize()}"
        arguments = {name: value, **arguments}
    declared = [f"${key}_{name}: {_type(name, field)}" for name in arguments]
    given = ", ".join(f"{name}: ${key}_{name}" for name in arguments)
    noun = own.plural.capitalize() if field.many else field.kind
    text = f"{key}: {field.verb}{noun}{by}({given}) {{ {_told(own, field)} {REFUSED} }}"
    return declared, text, {f"{key}_{name}": value for name, value in arguments.items()}


def _type(name: str, field: Field) -> str:
    match name:
        case "input" if field.verb in ("create", "upsert"):
            return f"[{field.kind}Create!]!" if field.many else f"{field.kind}Create!"
        case "input":
            return f"{field.kind}Update"
        case "increment" | "push" | "pull" | "conflict":
            return f"{field.kind}{name.capitalize()}"
        case "where" | "ifMatch":
            return f"{field.kind}Filter{'!' * (name == 'where')}"
        case "id":
            return "Int!"
        case _:
            return "String!"


def shown(own: Kind) -> list[str]:
    """The fields that are asked for."""
    return [own.named, *(name for name in own.fields if name not in FOREIGN)]


def _told(own: Kind, field: Field) -> str:
    asked = " ".join("site { depth lit }" if name == "site" else name for name in shown(own))
    rows = own.plural if field.many else field.kind.lower()
    return f"... on {field.kind}{'List' * field.many}Written {{ affected {rows} {{ {asked} }} }}"
