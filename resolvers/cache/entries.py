"""In charge of kept answers in Redis: their names, and their bytes.

A name holds the catalog's fingerprint, the read's whole shape, and what the viewer may see, so that
an answer is found only by the very same lookup. Bytes that were not written for that name, by
this format, are a miss.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import orjson

from catalog.codec import decoded, encoded
from catalog.entity import Catalog, Entity
from catalog.query import Join, Key, Path, Read, Record
from catalog.templates import Template
from catalog.types import (
    DocumentType,
    EnumType,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    step_to,
    stepped_to,
)
from resolvers.cache.kept import Kept, Lookup

_DIGEST: Final = 8
_HEAD: Final = struct.Struct(f"<{_DIGEST}sd")
_AS_JSON: Final = frozenset(
    {Scalar.INT, Scalar.BIGINT, Scalar.STRING, Scalar.BOOLEAN, Scalar.JSON, Scalar.OBJECT_ID}
)
_Convert = Callable[[Any], Any]


class Entry(NamedTuple):
    """What was found under a name, and the Unix time at which it is no longer good."""

    answer: Kept
    ends: float


class _Format(NamedTuple):
    shape: bytes  # names the template in all processes
    total: bool
    packed: _Convert
    unpacked: _Convert


class Entries:
    """The entries of one catalog's answers."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def names(self, lookup: Lookup, keys: Iterable[Key]) -> list[str]:
        """The names of a lookup's answers, one for each key."""
        prefix = self._prefix(lookup)
        read = lookup.template.read
        kinds = [read.entity.fields[name].type for name in read.batch.fields] if read.batch else []
        return [prefix + _key_text(kinds, key) for key in keys]

    def packed(self, name: str, lookup: Lookup, entry: Entry) -> bytes | None:
        """An entry as bytes; None if JSON cannot hold a value of it."""
        packed, answer = self._format(lookup.template).packed, entry.answer
        try:
            content = orjson.dumps([answer.total, [packed(row) for row in answer.raw]])
        except TypeError:  # a JSON column may hold numbers beyond 64 bits
            return None
        return _HEAD.pack(_digest(name, entry.ends, content), entry.ends) + content

    def unpacked(self, name: str, lookup: Lookup, sealed: bytes) -> Entry:
        """The entry again; raises ``ValueError`` for anything else."""
        try:
            digest, ends = _HEAD.unpack_from(sealed)
        except struct.error as error:
            raise ValueError(str(error)) from error
        content = sealed[_HEAD.size :]
        # The types of a value cannot tell a spoilt entry from a true one: "no rows" fits any read.
        if digest != _digest(name, ends, content):
            raise ValueError("not an entry of this name")
        total, rows = orjson.loads(content)
        unpacked = self._format(lookup.template).unpacked
        return Entry(Kept([unpacked(row) for row in rows], total), ends)

    def _prefix(self, lookup: Lookup) -> str:
        shape = self._format(lookup.template).shape
        text = shape + repr(lookup[1:]).encode(errors="surrogatepass")
        name = hashlib.blake2b(text, digest_size=12).hexdigest()
        return f"{self._catalog.fingerprint}:{lookup.template.read.entity.name}:{name}:"

    def _format(self, template: Template) -> _Format:
        return template.made.get(self) or self._made(template)

    def _made(self, template: Template) -> _Format:
        read = template.read
        assert isinstance(read, Read)  # noqa: S101 (groups are never kept)
        shape = hashlib.blake2b(repr(read).encode(errors="surrogatepass"), digest_size=12).digest()
        rows = _row(self._catalog, read.entity, read.fields, read.joins)
        made = template.made[self] = _Format(shape, read.total, *rows)
        return made


def _key_text(kinds: Sequence[FieldType], key: Key) -> str:
    values = [encoded(kind, value) for kind, value in zip(kinds, key, strict=True)]
    return orjson.dumps(values).decode()


def _digest(name: str, ends: float, content: bytes) -> bytes:
    sealed = hashlib.blake2b(content, digest_size=_DIGEST)
    sealed.update(f"{name}{ends}".encode())
    return sealed.digest()


# --- Records as lists of their values -------------------------------------------------------------


class _Column(NamedTuple):
    name: str
    packed: _Convert | None
    unpacked: _Convert | None


def _row(
    catalog: Catalog, entity: Entity, fields: Sequence[Path], joins: Iterable[Join]
) -> tuple[_Convert, _Convert]:
    """How a record becomes a list and back; of several kinds, each has columns of its own."""
    columns, kinds = _columns(catalog, entity.document, fields, joins), entity.kinds
    if kinds is None or (kinds.tag,) not in fields:
        return partial(_packed, columns), partial(_unpacked, columns)
    steps = {
        name: [path[1:] for path in fields if path[0] == step_to(name)] for name in kinds.types
    }
    own = {
        tag: _columns(catalog, member, steps[member.name], ())
        for tag, member in kinds.members.items()
    }
    return partial(_packed_kind, columns, kinds.tag, own), partial(
        _unpacked_kind, columns, kinds.tag, own
    )


def _columns(
    catalog: Catalog,
    kind: DocumentType | UnionType,
    fields: Iterable[Path],
    joins: Iterable[Join],
) -> list[_Column]:
    """How each value of a record is held; None for those that JSON holds as they are."""
    columns = [
        _Column(name, *_converted(kind.fields[name].type))
        for name in dict.fromkeys(path[0] for path in fields)
        if stepped_to(name) is None
    ]
    for join in joins:
        inner = _row(catalog, catalog[join.relation.target], join.fields, join.joins)
        columns.append(_Column(join.relation.name, *inner))
    return columns


def _converted(kind: FieldType) -> tuple[_Convert | None, _Convert | None]:
    return (None, None) if _as_json(kind) else (partial(encoded, kind), partial(decoded, kind))


def _as_json(kind: FieldType) -> bool:
    if isinstance(kind, ListType):
        return _as_json(kind.of)
    if isinstance(kind, DocumentType):
        return all(_as_json(field.type) for field in kind.fields.values())
    return isinstance(kind, EnumType) or kind in _AS_JSON


def _packed(columns: Sequence[_Column], record: Record | None) -> list[Any] | None:
    if record is None:  # nothing was joined
        return None
    return [
        column.packed(record[column.name]) if column.packed else record[column.name]
        for column in columns
    ]


def _unpacked(columns: Sequence[_Column], values: list[Any] | None) -> Record | None:
    if values is None:
        return None
    return {
        column.name: column.unpacked(value) if column.unpacked else value
        for column, value in zip(columns, values, strict=True)
    }


_Own = Mapping[Any, Sequence[_Column]]
"""The columns that records of some kind have besides, by what their tag says."""


def _packed_kind(
    common: Sequence[_Column], tag: str, own: _Own, record: Record | None
) -> list[Any] | None:
    if record is None:
        return None
    mine = own.get(record[tag], ())
    return _packed([*common, *mine], record)


def _unpacked_kind(
    common: Sequence[_Column], tag: str, own: _Own, values: list[Any] | None
) -> Record | None:
    if values is None:
        return None
    shared = _unpacked(common, values[: len(common)]) or {}
    mine = own.get(shared[tag], ())
    return shared | (_unpacked(mine, values[len(common) :]) or {})
