"""In charge of the fields of `Mutation`: what the rules may ever let somebody write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity
from catalog.errors import ModelError
from catalog.writing import Action, is_written, may_ever, writable_fields
from resolvers.documents.members import Writes
from resolvers.writes.inputs import Inputs
from resolvers.writes.kinds import Alter, Create, Remove, Upsert, Write
from resolvers.writes.rows import key_name
from resolvers.writes.run import resolve_write
from schema.annotations import annotation_of
from schema.edits import EDITS
from schema.fields import Namespace, Produce, argument, class_of, input_field, produced_field
from schema.inputs import add_inputs
from schema.payloads import add_payloads

_MATCH = "What the row must be like as it was; else nothing is written, and the code is CONFLICT."
_WHERE = "Which rows, of those that you see; `{}` is all of them."
_CONFLICT = "What is to become of rows that are there; else they are found by primary key."
_MADE = {
    Create: ("Makes a row.", "Makes rows, all or none."),
    Upsert: (
        "Makes a row, or changes the one that is there.",
        "Makes rows, or changes those that are there, all or none.",
    ),
}
_DONE = {Alter: "Changes", Remove: "Ends"}
_VERBS = {Create: "create", Upsert: "upsert", Alter: "update", Remove: "delete"}


def mutation_type(catalog: Catalog, namespace: Namespace) -> type:
    """The root type with every generated field; it may have none."""
    add_inputs(catalog, namespace)
    entities = [entity for entity in catalog.values() if is_written(entity)]
    produce = resolve_write(Inputs(catalog))
    fields = [field for each in entities for field in _Fields(each, namespace, produce).all()]
    return strawberry.type(class_of("Mutation", fields, namespace), name="Mutation")


class _Fields:
    """The fields that write rows of one entity."""

    def __init__(self, entity: Entity, namespace: Namespace, produce: Produce) -> None:
        self._entity = entity
        self._namespace = namespace
        self._produce = produce
        self._singular = _capital(entity.singular)
        self._plural = _capital(entity.plural)

    def all(self) -> Iterator[StrawberryField]:
        """All that somebody may be allowed to use, and for which there is something to write."""
        add_payloads(self._entity, self._namespace)
        creates = self._has(Action.CREATE) and self._type("Create") in self._namespace
        changes = self._has(Action.UPDATE) and self._type("Update") in self._namespace
        if creates:
            yield from self._of_inputs(Create)
        if creates and changes:
            self._add_conflict()
            yield from self._of_inputs(Upsert)
        if changes:
            yield from self._of_rows(Alter, self._edits())
        if self._has(Action.DELETE):
            yield from self._of_rows(Remove, [])

    def _has(self, action: Action) -> bool:
        return may_ever(self._entity, action)

    def _type(self, suffix: str) -> str:
        return f"{self._entity.name}{suffix}"

    def _of_inputs(self, kind: type[Create | Upsert]) -> Iterator[StrawberryField]:
        for many, meaning in zip((False, True), _MADE[kind], strict=True):
            given = self._type("Create")
            arguments = [self._argument("input", f"list[{given}]" if many else given)]
            if kind is Upsert:
                arguments.append(self._optional("conflict", self._type("Conflict"), _CONFLICT))
            name = self._plural if many else self._singular
            yield self._field(f"{_VERBS[kind]}{name}", kind(self._entity, many), arguments, meaning)

    def _of_rows(
        self, kind: type[Alter | Remove], edits: Sequence[StrawberryArgument]
    ) -> Iterator[StrawberryField]:
        entity, verb = self._entity, _VERBS[kind]
        match_ = self._optional("ifMatch", self._type("Filter"), _MATCH)
        for key in (entity.key, *sorted(entity.unique)):
            suffix = "" if key == entity.key else f"By{_capital(key_name(entity, key))}"
            arguments = [*self._of_key(key), *edits, match_]
            self._check_arguments(arguments)
            said = f"{_DONE[kind]} the row with this {_and(entity, key)}."
            yield self._field(f"{verb}{self._singular}{suffix}", kind(entity, key), arguments, said)
        where = self._argument("where", self._type("Filter"), _WHERE)
        yield self._field(
            f"{verb}{self._plural}",
            kind(entity, None),
            [where, *edits],
            f"{_DONE[kind]} all rows that match.",
        )

    def _of_key(self, key: Sequence[str]) -> Iterator[StrawberryArgument]:
        for field in (self._entity.fields[name] for name in key):
            annotation = annotation_of(field.type, self._namespace, nullable=False)
            yield argument(field.api, annotation, self._namespace, field.description)

    def _edits(self) -> list[StrawberryArgument]:
        given = [("input", "Update", "What fields become.")]
        given += [(each.suffix.lower(), each.suffix, each.meaning) for each in EDITS]
        return [
            self._optional(name, self._type(suffix), meaning)
            for name, suffix, meaning in given
            if self._type(suffix) in self._namespace
        ]

    def _field(
        self, name: str, write: Write, arguments: Sequence[StrawberryArgument], said: str
    ) -> StrawberryField:
        payload = self._type("ListPayload" if write.many else "Payload")
        return produced_field(
            name,
            f"{payload} | None",
            self._namespace,
            self._produce,
            arguments=arguments,
            member=Writes(write),
            description=said,
        )

    def _argument(
        self, name: str, annotation: str, meaning: str | None = None
    ) -> StrawberryArgument:
        return argument(name, annotation, self._namespace, meaning)

    def _optional(self, name: str, kind: str, meaning: str) -> StrawberryArgument:
        return argument(name, f"{kind} | None", self._namespace, meaning)

    def _check_arguments(self, arguments: Sequence[StrawberryArgument]) -> None:
        names = [each.graphql_name for each in arguments]
        for name in names:
            if names.count(name) > 1:
                reason = f"is a key called {name!r}, as an argument of its writes is"
                mend = "Rename the field; an alias keeps its column."
                raise ModelError(self._entity.name, name, reason, mend=mend)

    def _add_conflict(self) -> None:
        """What an upsert does about rows that are there."""
        entity, namespace = self._entity, self._namespace
        targets = [key_name(entity, key) for key in (entity.key, *sorted(entity.unique))]
        replaced = [each.field.api for each in writable_fields(entity) if not each.fixed]
        target, field = self._type("ConflictTarget"), self._type("ConflictField")
        for name, values in ((target, targets), (field, replaced)):
            made: Any = Enum(name, {value: value for value in values})
            namespace[name] = strawberry.enum(made, name=name)
        fields = [
            input_field("target", target, namespace, "By which key they are found.", required=True),
            input_field("update", f"list[{field}] | None", namespace, "What becomes as given."),
        ]
        name = self._type("Conflict")
        namespace[name] = strawberry.input(class_of(name, fields, namespace), name=name)


def _and(entity: Entity, key: Sequence[str]) -> str:
    return " and ".join(entity.fields[name].api for name in key)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
