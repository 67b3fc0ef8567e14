"""In charge of cached answers: their keys, and their bytes.

A key holds the catalog's fingerprint and the read's whole shape, so that an answer is found only by
the very same question. Bytes that do not decode to what the read asks for are a miss.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

import orjson

from catalog.codec import decoded, encoded
from catalog.entity import Catalog, Entity
from catalog.errors import StoredValueError
from catalog.query import Answer, Join, Key, Path, Read, Record
from catalog.templates import Ask, Template
from catalog.types import DocumentType, FieldType, ListType


def entry_names(catalog: Catalog, ask: Ask, keys: Iterable[Key]) -> list[str]:
    """The cache keys of a batched read's answers."""
    read = ask.template.read
    text = f"{_text(ask.template)}{ask.values!r}"
    shape = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
    prefix = f"{catalog.fingerprint}:{read.entity.name}:{shape}:"
    kinds = [read.entity.fields[name].type for name in read.batch.fields] if read.batch else []
    return [prefix + _key_text(kinds, key) for key in keys]


@lru_cache(maxsize=4096)
def _text(template: Template) -> str:
    return repr(template.read)


def _key_text(kinds: Sequence[FieldType], key: Key) -> str:
    values = [encoded(kind, value) for kind, value in zip(kinds, key, strict=True)]
    return orjson.dumps(values).decode()


def packed(catalog: Catalog, read: Read, answer: Answer) -> bytes | None:
    """An answer as bytes; None if it holds a value that must not, or cannot, be kept."""
    try:
        rows = [_packed_record(catalog, read.entity, read.joins, row) for row in answer.rows]
        content = orjson.dumps([answer.total, rows])
    except (StoredValueError, TypeError):  # a JSON column may hold numbers beyond 64 bits
        return None
    return _digest(content) + content


def unpacked(catalog: Catalog, read: Read, sealed: bytes) -> Answer:
    """The answer again; raises ``ValueError`` for anything else."""
    digest, content = sealed[:_DIGEST], sealed[_DIGEST:]
    if digest != _digest(content):
        raise ValueError("not an entry of ours")
    try:
        total, rows = orjson.loads(content)
        if (type(total) is not int) if read.total else (total is not None):
            raise ValueError("no total")
        return Answer(
            [_unpacked_record(catalog, read.entity, read.fields, read.joins, row) for row in rows],
            total,
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error


_DIGEST = 8


def _digest(content: bytes) -> bytes:
    # The types of a value cannot tell a spoilt entry from a true one: "no rows" fits any read.
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


def _packed_record(
    catalog: Catalog, entity: Entity, joins: tuple[Join, ...], record: Record
) -> dict[str, Any]:
    names = {join.relation.name for join in joins}
    packed = {
        name: _packed_value(entity.fields[name].type, value)
        for name, value in record.items()
        if name not in names
    }
    for join in joins:
        child = record[join.relation.name]
        target = catalog[join.relation.target]
        packed[join.relation.name] = child and _packed_record(catalog, target, join.joins, child)
    return packed


def _packed_value(kind: FieldType, value: Any) -> Any:
    if isinstance(value, StoredValueError):
        raise value
    if isinstance(kind, ListType) and value is not None:
        return [_packed_value(kind.of, item) for item in value]
    if isinstance(kind, DocumentType) and value is not None:
        document = cast("Record", value)
        return {name: _packed_value(kind.fields[name].type, v) for name, v in document.items()}
    return encoded(kind, value)


def _unpacked_record(
    catalog: Catalog,
    entity: Entity,
    fields: tuple[Path, ...],
    joins: tuple[Join, ...],
    record: dict[str, Any],
) -> Record:
    unpacked = {
        name: decoded(entity.fields[name].type, record[name])
        for name in dict.fromkeys(path[0] for path in fields)
    }
    for join in joins:
        child, target = record[join.relation.name], catalog[join.relation.target]
        unpacked[join.relation.name] = (
            None
            if child is None
            else _unpacked_record(catalog, target, join.fields, join.joins, child)
        )
    return unpacked
