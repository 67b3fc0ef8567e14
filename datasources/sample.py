"""In charge of what a sample is: the rows that a model's table or collection starts with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from catalog.entity import Entity
from catalog.errors import BigraphError
from catalog.types import DocumentType, EnumType, Field, FieldType, ListType, UnionType

LEDGER: Final = "bigraph_loaded"
"""The table, and the collection, in which each store notes what was loaded into it."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told an entity's name, how many of its rows are loaded, and how many there will be."""


class LoadError(BigraphError):
    """The sample cannot be loaded; for the person who starts the server."""

    code = "LOAD_FAILED"


@dataclass(frozen=True, slots=True)
class SampleTable:
    """The rows for one model; ``rows`` gives all ``count`` of them, the same at each call.

    A row holds values by field name, in the forms in which the layers pass them on, keys included;
    null and absent both mean missing.
    """

    model: type
    count: int
    rows: Callable[[], Iterator[Mapping[str, Any]]]


def sample_of(entity: Entity, samples: Mapping[type, SampleTable]) -> SampleTable | None:
    """The rows that an entity starts with; of several kinds, each kind has its own.

    Raises ``LoadError`` for rows of an interface that has no own kind.
    """
    sample = samples.get(entity.model)
    if sample is None or entity.kinds is None:
        return sample
    if f"Plain{entity.name}" in entity.kinds.types:  # whose they are
        return None
    message = f"{entity.name} cannot be loaded: its rows are of several kinds."
    raise LoadError(message, hint=f"Give the rows of each: {', '.join(entity.kinds.types)}.")


def fingerprint(entity: Entity, sample: SampleTable) -> str:
    """Changes when the stored form of the entity, or the size of its sample, does."""
    shape = _shape(entity.stored_fields)
    described = json.dumps([entity.namespace, entity.table, shape, sample.count])
    return hashlib.blake2b(described.encode(), digest_size=8).hexdigest()


def check_ledger(
    entity: Entity, noted: str | None, wanted: str, *, is_empty: bool, migrates: bool
) -> None:
    """Refuses to load into a table or collection whose rows are not this sample's.

    Those that were loaded may have been migrated since, where there are migrations.
    """
    if noted is None and not is_empty:
        reason = "holds rows that are not the sample's"
    elif noted not in (None, wanted) and not migrates:
        reason = "was loaded when its model, or the sample, was another one"
    else:
        return
    mend = "Use another database, or drop it there to have it loaded."
    raise LoadError(f"{entity.name} cannot be loaded: {entity.table} {reason}.", hint=mend)


def _shape(fields: Mapping[str, Field]) -> object:
    return sorted((field.stored, _type_shape(field.type)) for field in fields.values())


def _type_shape(kind: FieldType) -> str:
    match kind:
        case ListType():
            return f"[{_type_shape(kind.of)}]"
        case UnionType(members=members):
            kinds = ([str(tag), _type_shape(member)] for tag, member in members.items())
            return json.dumps(sorted(kinds))
        case DocumentType():
            return json.dumps(_shape(kind.fields))
        case EnumType():
            return json.dumps(sorted(str(label) for label in kind.members.values()))
        case _:
            return kind.value
