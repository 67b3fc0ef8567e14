"""In charge of new rows of a ledger, with what is nested in them, and of what becomes related."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger import KINDS, LINKS, Ledger, Linked, Of, Refusal, Row, To
from ledger_inputs import own, words

MAKING = ("connect", "connectOrCreate", "create")


class Making:
    """What new rows make of a ledger, which is no good any more if that raises ``Refusal``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def make(
        self,
        kind: str,
        rows: Sequence[Row],
        supplied: Sequence[Row],
        conflict: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        """The keys of new rows of one place in the input, with what is nested in them."""
        if not rows:
            return []
        values = [{**own(kind, row), **more} for row, more in zip(rows, supplied, strict=True)]
        for name, relation in KINDS[kind].relations.items():
            if isinstance(relation, To):
                holding = [
                    (each, row[name]) for each, row in zip(values, rows, strict=True) if name in row
                ]
                said = [next(words(relation, each)) for _, each in holding]
                for (each, _), end in zip(holding, self.reach(relation.target, said), strict=True):
                    each[relation.field] = end
        if conflict is None:
            keys = self._ledger.insert(kind, [{**KINDS[kind].fields, **each} for each in values])
        else:
            keys = self._upsert(kind, values, conflict)
        for name, relation in KINDS[kind].relations.items():
            if not isinstance(relation, To):
                self.relate(
                    relation,
                    [
                        (key, list(words(relation, row[name])))
                        for key, row in zip(keys, rows, strict=True)
                        if name in row
                    ],
                )
        return keys

    def _upsert(self, kind: str, values: Sequence[Row], conflict: Mapping[str, Any]) -> list[Any]:
        target, update = str(conflict["target"]), conflict.get("update")
        given = {name for row in values for name in row}
        fixed = {target, KINDS[kind].key}
        update = given - fixed if update is None else set(map(str, update))
        if any(name not in row for row in values for name in {target, *update}):
            raise Refusal("BAD_USER_INPUT")
        met = [
            self._ledger.found(kind, {target: row[target]}) if row[target] is not None else None
            for row in values
        ]
        named = [row[target] for row in values]
        if len({*named}) < len(named):
            raise Refusal("UNIQUE_VIOLATION")
        changes = {
            key: {name: row[name] for name in update}
            for key, row in zip(met, values, strict=True)
            if key is not None
        }
        self._ledger.edit(kind, changes)
        new = [
            {**KINDS[kind].fields, **row}
            for key, row in zip(met, values, strict=True)
            if key is None
        ]
        made = iter(self._ledger.insert(kind, new))
        return [next(made) if key is None else key for key in met]

    def reach(self, kind: str, said: Sequence[tuple[str, Any]]) -> list[Any]:
        """The keys of rows that are named, or made: all are looked for before any is made."""
        found = [self._named(kind, *each) for each in said]
        making: dict[Any, Row] = {}
        for (word, each), key in zip(said, found, strict=True):
            if key is None:
                making.setdefault(_place(word, each), each["create"] if "where" in each else each)
        keys = self.make(kind, list(making.values()), [{}] * len(making))
        made = dict(zip(making, keys, strict=True))
        return [
            made[_place(word, each)] if key is None else key
            for (word, each), key in zip(said, found, strict=True)
        ]

    def _named(self, kind: str, word: str, each: Any) -> Any:
        """The key of a row that is named; None if it is to be made."""
        if word == "create":
            return None
        key = self._ledger.found(kind, each if word == "connect" else each["where"])
        if key is None and word == "connect":
            raise Refusal("NOT_FOUND")
        return key

    def relate(
        self, relation: Of | Linked, given: Sequence[tuple[Any, Sequence[tuple[str, Any]]]]
    ) -> None:
        """What is said of rows that become related to these holders."""
        said = [
            (holder, word, each)
            for holder, parts in given
            for making in MAKING
            for word, each in parts
            if word == making
        ]
        if isinstance(relation, Linked):
            ends = self.reach(relation.target, [(word, each) for _, word, each in said])
            pairs = [
                {relation.here: holder, relation.there: end}
                for (holder, _, _), end in zip(said, ends, strict=True)
            ]
            self._link(pairs)
            return
        found = [self._named(relation.target, word, each) for _, word, each in said]
        moved = [key for key in found if key is not None]
        if len({*moved}) < len(moved):
            raise Refusal("VALUE_INVALID")
        for (holder, _, _), key in zip(said, found, strict=True):
            if key is not None:
                self._ledger.edit(relation.target, {key: {relation.field: holder}})
        new = [
            (each["create"] if word == "connectOrCreate" else each, {relation.field: holder})
            for (holder, word, each), key in zip(said, found, strict=True)
            if key is None
        ]
        self.make(relation.target, [row for row, _ in new], [more for _, more in new])

    def _link(self, pairs: Sequence[Row]) -> None:
        keys = [(pair["shipId"], pair["flagId"]) for pair in pairs]
        if len({*keys}) < len(keys):
            raise Refusal("UNIQUE_VIOLATION")
        there = self._ledger.rows[LINKS]
        self._ledger.insert(
            LINKS, [p for p, key in zip(pairs, keys, strict=True) if key not in there]
        )


def _place(word: str, each: Any) -> Any:
    """What is to be made once, whoever says so."""
    return repr(each["where"]) if word == "connectOrCreate" else id(each)
