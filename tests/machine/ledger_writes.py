"""In charge of what mutations make of a ledger: rows that are there become others, or end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger import KINDS, LINKS, Linked, Of, Refusal, Row, To, is_wrong
from ledger_inputs import along, built_in, change_is_wrong, edited, new_is_wrong, own, words
from ledger_making import MAKING, Making
from ledger_where import matches


@dataclass
class _References:
    """What becomes of the fields by which rows refer to others; and of what they referred to."""

    become: dict[str, Any] = field(default_factory=dict[str, Any])
    ending: list[tuple[str, list[Any]]] = field(default_factory=list[tuple[str, list[Any]]])


@dataclass(frozen=True)
class Field:
    """A field that writes, of rows of a kind; ``many`` if it is about several."""

    verb: str
    kind: str
    many: bool
    arguments: Mapping[str, Any]


AMISS = ("VALUE_INVALID", "NOT_NULL_VIOLATION")
"""What the model has no place for: a site without a depth is a null where none may be."""


class Writing(Making):
    """What one field makes of a ledger."""

    def done(self, asked: Field) -> tuple[int, list[Row | None]]:
        """How many rows were written, and the rows, as they are now or as they were."""
        kind, arguments = asked.kind, asked.arguments
        match asked.verb:
            case "create" | "upsert":
                given = arguments["input"]
                rows = given if asked.many else [given]
                if any(new_is_wrong(kind, row) for row in rows):
                    raise Refusal(*AMISS)
                conflict = arguments.get("conflict") if asked.verb == "upsert" else None
                keys = self.make(kind, rows, [{}] * len(rows), conflict=conflict)
            case "update":
                if change_is_wrong(kind, arguments):
                    raise Refusal(*AMISS)
                found = self._sought(asked)
                keys = self.change(kind, arguments, found, lambda keys: self._check(asked, keys))
            case _:
                keys = self._sought(asked)
                told = [self._ledger.rows[kind].get(key) for key in keys]
                self._ledger.delete(kind, keys)
                self._check(asked, keys)
                return len(keys), told
        return len(keys), [self._ledger.rows[kind].get(key) for key in keys]

    def _sought(self, asked: Field) -> list[Any]:
        where = asked.arguments["where"]
        keys = list(self._ledger.rows[asked.kind])
        if not asked.many:
            keys = [key for key in keys if key == self._ledger.found(asked.kind, where)]
            where = asked.arguments.get("ifMatch", {})
        return [key for key in keys if matches(self._ledger, asked.kind, key, where)]

    def _check(self, asked: Field, keys: Sequence[Any]) -> None:
        if keys or asked.many:
            return
        there = self._ledger.found(asked.kind, asked.arguments["where"]) is not None
        raise Refusal("CONFLICT" if there and "ifMatch" in asked.arguments else "NOT_FOUND")

    def change(
        self, kind: str, said: Row, found: Sequence[Any], check: Callable[[Sequence[Any]], None]
    ) -> list[Any]:
        """The keys of rows that become others, with what is nested in what they become."""
        given = said.get("input", {})
        nested = along(kind, given)
        referring = {
            n: each for n, each in nested.items() if isinstance(KINDS[kind].relations[n], To)
        }
        references = _References()
        keys = list(found)
        if referring:
            check(keys)
            for name, each in referring.items() if keys else ():
                relation = KINDS[kind].relations[name]
                assert isinstance(relation, To)
                for word, what in words(relation, each):
                    self._refer(kind, relation, word, what, keys, references)
            keys = [key for key in keys if key in self._ledger.rows[kind]]
        edits = [
            (key, edited(self._ledger.rows[kind][key], own(kind, given), said)) for key in keys
        ]
        self._ledger.edit(kind, {key: {**row, **references.become} for key, row in edits})
        check(keys)
        self._check_built(kind, said, keys)
        for target, ends in references.ending:
            there = [end for end in ends if end in self._ledger.rows[target]]
            self._ledger.delete(target, there)
            if len(there) < (len(ends) or 1):
                raise Refusal("NOT_FOUND")
        for name, each in nested.items() if keys else ():
            relation = KINDS[kind].relations[name]
            if not isinstance(relation, To):
                self._become(relation, each, keys)
        return keys

    def _check_built(self, kind: str, said: Row, keys: Iterable[Any]) -> None:
        """What is built upon what was there is judged as it has become."""
        rows = [self._ledger.rows[kind][key] for key in keys]
        if any(is_wrong(kind, name, row[name]) for row in rows for name in built_in(said)):
            raise Refusal(*AMISS)

    def _refer(
        self,
        kind: str,
        relation: To,
        word: str,
        what: Any,
        keys: Sequence[Any],
        references: _References,
    ) -> None:
        """What one word makes of the row that these rows refer to, and of how they do."""
        rows = self._ledger.rows[kind]
        held = list(dict.fromkeys(rows[key][relation.field] for key in keys))
        there = [each for each in held if each in self._ledger.rows[relation.target]]
        whole = [each for each in held if each is not None]
        match word:
            case "create" | "connect" | "connectOrCreate":
                (references.become[relation.field],) = self.reach(relation.target, [(word, what)])
            case "disconnect":
                references.become[relation.field] = None
            case "delete":
                references.become[relation.field] = None
                references.ending.append((relation.target, whole))
            case "update":
                self.change(relation.target, what, there, _at_least(len(whole) or 1))
            case _:
                lacking = [key for key in keys if rows[key][relation.field] not in there]
                if there:
                    self.change(relation.target, what["update"], there, _at_least(len(there)))
                if lacking:
                    (end,) = self.reach(relation.target, [("create", what["create"])])
                    lacking = [key for key in lacking if key in rows]
                    self._ledger.edit(kind, {key: {relation.field: end} for key in lacking})

    def _become(
        self, relation: Of | Linked, said: Mapping[str, Any], holders: Sequence[Any]
    ) -> None:
        """What goes, what changes, and what comes."""
        parts = list(words(relation, said))
        self._sever(
            relation, [each for word, each in parts if word == "delete"], holders, ends=True
        )
        self._sever(relation, [each for word, each in parts if word == "disconnect"], holders)
        if "set" in said:
            kept = [self._ledger.found(relation.target, each) for each in said["set"]]
            others = [key for key in self._belonging(relation, holders) if key not in kept]
            self._let_go(relation, others, holders)
        for word, each in parts:
            if word == "update":
                meant = self._meant(relation, each.get("where"), holders)
                self.change(relation.target, each, meant, _at_least(1))
        lacking: list[tuple[str, Any]] = []
        for word, each in parts:
            if word == "upsert":
                meant = self._meant(relation, each.get("where"), holders)
                if meant:
                    self.change(relation.target, each["update"], meant, _at_least(1))
                else:
                    lacking.append(("create", each["create"]))
        connected = [("connect", each) for word, each in parts if word == "set"]
        coming = [*connected, *((w, each) for w, each in parts if w in MAKING), *lacking]
        self.relate(relation, [(holder, coming) for holder in holders])

    def _belonging(self, relation: Of | Linked, holders: Sequence[Any]) -> list[Any]:
        """The keys of the rows to which these are related."""
        if isinstance(relation, Of):
            rows = self._ledger.rows[relation.target].items()
            return [key for key, row in rows if row[relation.field] in holders]
        links = self._ledger.rows[LINKS].values()
        return list(
            dict.fromkeys(each[relation.there] for each in links if each[relation.here] in holders)
        )

    def _meant(self, relation: Of | Linked, where: Row | None, holders: Sequence[Any]) -> list[Any]:
        belong = self._belonging(relation, holders)
        return (
            belong
            if where is None
            else [key for key in belong if key == self._ledger.found(relation.target, where)]
        )

    def _sever(
        self,
        relation: Of | Linked,
        said: Sequence[Any],
        holders: Sequence[Any],
        *,
        ends: bool = False,
    ) -> None:
        if not said:
            return
        meant = [self._meant(relation, None if each is True else each, holders) for each in said]
        if not all(meant):
            raise Refusal("NOT_FOUND")
        keys = list(dict.fromkeys(key for each in meant for key in each))
        if not ends or isinstance(relation, Linked):
            self._let_go(relation, keys, holders)
        if ends:
            self._ledger.delete(relation.target, keys)

    def _let_go(self, relation: Of | Linked, keys: Sequence[Any], holders: Sequence[Any]) -> None:
        if isinstance(relation, Of):
            self._ledger.edit(relation.target, {key: {relation.field: None} for key in keys})
            return
        links = self._ledger.rows[LINKS].items()
        gone = [
            k for k, row in links if row[relation.here] in holders and row[relation.there] in keys
        ]
        self._ledger.delete(LINKS, gone)


def _at_least(number: int) -> Callable[[Sequence[Any]], None]:
    def check(keys: Sequence[Any]) -> None:
        if len(keys) < number:
            raise Refusal("NOT_FOUND")

    return check
