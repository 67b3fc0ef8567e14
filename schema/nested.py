"""In charge of the inputs of nested writes: what is said of rows along a relation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

import strawberry
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity, Relation
from catalog.errors import ModelError
from catalog.nesting import Word, keys_of, nested_in
from resolvers.writes.rows import key_name
from schema.annotations import annotation_of
from schema.edits import EDITS
from schema.fields import Namespace, class_of, input_field

_MEANINGS = {
    Word.SET: "Which rows are related from now on; others of those that you see are not any more.",
    Word.DISCONNECT: "Rows that are related no more.",
    Word.DELETE: "Related rows that end.",
    Word.UPDATE: "What becomes of related rows.",
    Word.UPSERT: "What becomes of related rows, or else new ones.",
    Word.CONNECT: "Rows that are there, by a unique key.",
    Word.CONNECT_OR_CREATE: "Rows that are there, or else new ones.",
    Word.CREATE: "New rows.",
}
_MEANINGS_OF_ONE = {
    Word.DISCONNECT: "Whether the row is related no more.",
    Word.DELETE: "Whether the related row ends.",
    Word.UPDATE: "What becomes of the related row.",
    Word.UPSERT: "What becomes of the related row, or else a new one.",
    Word.CONNECT: "A row that is there, by a unique key.",
    Word.CONNECT_OR_CREATE: "A row that is there, or else a new one.",
    Word.CREATE: "A new row.",
}


def add_keys(catalog: Catalog, namespace: Namespace) -> None:
    """Puts the inputs into the namespace that name a row of an entity by a unique key."""
    for entity in catalog.values():
        if fields := list(_of_keys(entity, namespace)):
            _add(f"{entity.name}Key", f"Names a {entity.name}.", fields, namespace, one_of=True)


def nested_fields(
    catalog: Catalog, entity: Entity, suffix: str, namespace: Namespace, *, new: bool
) -> Iterator[StrawberryField]:
    """The fields of an entity's input that write along relations; their types are put there too."""
    for relation, words in nested_in(catalog, entity, new=new):
        name = nested_name(relation, suffix)
        fields = [_said(relation, word, namespace) for word in Word if word in words]
        meaning = f"What becomes of `{relation.api}`."
        _add(name, meaning, fields, namespace, one_of=not relation.many)
        yield input_field(relation.api, f"{name} | None", namespace, relation.description)


def nested_name(relation: Relation, suffix: str) -> str:
    """What the input is called by that writes along a relation, after the input that holds it."""
    return f"{relation.source}{suffix}{_capital(relation.api)}"


def add_changes(entity: Entity, namespace: Namespace) -> None:
    """Puts the input into the namespace of all that can become of a row's own fields."""
    given = [("input", f"{entity.name}Update", "What fields become.")]
    given += [(each.suffix.lower(), f"{entity.name}{each.suffix}", each.meaning) for each in EDITS]
    fields = [
        input_field(name, f"{kind} | None", namespace, meaning)
        for name, kind, meaning in given
        if kind in namespace
    ]
    _add(f"{entity.name}Change", f"What becomes of a {entity.name}.", fields, namespace)
    where = input_field("where", f"{entity.name}Key", namespace, "Which row.", required=True)
    meaning = f"What becomes of the {entity.name} with a key."
    _add(f"{entity.name}ChangeByKey", meaning, [where, *fields], namespace)


def _said(relation: Relation, word: Word, namespace: Namespace) -> StrawberryField:
    kind = _kind(relation, word)
    if word in (Word.CONNECT_OR_CREATE, Word.UPSERT) and kind not in namespace:
        _add_either(relation, word, kind, namespace)
    meanings = _MEANINGS if relation.many else _MEANINGS_OF_ONE
    annotation = f"list[{kind}] | None" if relation.many else f"{kind} | None"
    return input_field(word.value, annotation, namespace, meanings[word])


def _kind(relation: Relation, word: Word) -> str:
    """The type of what a word says of one row."""
    target, by_key = relation.target, "ByKey" if relation.many else ""
    match word:
        case Word.CREATE:
            return f"{target}Create"
        case Word.CONNECT_OR_CREATE:
            return f"{target}ConnectOrCreate"
        case Word.UPDATE:
            return f"{target}Change{by_key}"
        case Word.UPSERT:
            return f"{target}ChangeOrCreate{by_key}"
        case Word.DISCONNECT | Word.DELETE if not relation.many:
            return "bool"
        case Word.CONNECT | Word.SET | Word.DISCONNECT | Word.DELETE:
            return f"{target}Key"
        case _:
            assert_never(word)


def _add_either(relation: Relation, word: Word, name: str, namespace: Namespace) -> None:
    """The input of a row that is there, or else is made."""
    target, named = relation.target, word is Word.CONNECT_OR_CREATE or relation.many
    parts = [("where", f"{target}Key", "The row, if it is there.")] if named else []
    if word is Word.UPSERT:
        parts.append(("update", f"{target}Change", "What becomes of it."))
    parts.append(("create", f"{target}Create", "Else this one."))
    fields = [input_field(*each[:2], namespace, each[2], required=True) for each in parts]
    _add(name, f"A {target} that is there, or a new one.", fields, namespace)


def _of_keys(entity: Entity, namespace: Namespace) -> Iterator[StrawberryField]:
    for key in keys_of(entity):
        parts = list(_parts(entity, key, namespace))
        if len(parts) == 1:
            (name,) = key
            kind, description = entity.fields[name].type, entity.fields[name].description
            annotation = annotation_of(kind, namespace, nullable=True)
            yield input_field(entity.fields[name].api, annotation, namespace, description)
            continue
        api = key_name(entity, key)
        name = f"{entity.name}{_capital(api)}Key"
        _add(name, "All of them together name a row.", parts, namespace)
        yield input_field(api, f"{name} | None", namespace)


def _parts(entity: Entity, key: Sequence[str], namespace: Namespace) -> Iterator[StrawberryField]:
    for field in (entity.fields[name] for name in key):
        annotation = annotation_of(field.type, namespace, nullable=False)
        yield input_field(field.api, annotation, namespace, field.description, required=True)


def _add(
    name: str,
    meaning: str,
    fields: Iterable[StrawberryField],
    namespace: Namespace,
    *,
    one_of: bool = False,
) -> None:
    if name in namespace:
        mend = "Rename the model, or the field or relation that it is named after."
        raise ModelError(name, None, "is the name of a generated input, too", mend=mend)
    cls = class_of(name, fields, namespace)
    namespace[name] = strawberry.input(cls, name=name, description=meaning, one_of=one_of)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
