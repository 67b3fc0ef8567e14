"""In charge of values given to be written: what they lack, and what no store would hold.

What can be told of a change alone is told here, before any store is asked, so that all of them
tell it alike, and of which row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, assert_never

from catalog.change import (
    Change,
    Conflict,
    Delete,
    Edit,
    Increment,
    Insert,
    Pull,
    Push,
    Set,
    Update,
)
from catalog.columns import ABSENT, Columns, columns_of
from catalog.entity import Entity
from catalog.query import Key, Path
from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    type_after,
)
from datasources.errors import NotNullViolation, UniqueViolation, ValueOutOfRange

Given: TypeAlias = Mapping[str, Any]

_WHOLE: Final[Mapping[FieldType, range]] = {
    Scalar.INT: range(-(2**31), 2**31),
    Scalar.BIGINT: range(-(2**63), 2**63),
}


def written(entity: Entity) -> DocumentType:
    """What a new row may hold."""
    return DocumentType(entity.name, entity.stored_fields)


def told(entity: Entity, row: Given) -> Given:
    """The row with the tag that tells its kind."""
    portion = entity.portion
    if portion is None or row.get(portion.tag) is not None:
        return row
    return {**row, portion.tag: portion.values[0]}


def check(change: Change, *, defaults: bool) -> None:
    """Raises ``NotNullViolation`` or ``ValueOutOfRange`` for what no row may hold.

    And ``UniqueViolation`` for new rows that would meet each other. With ``defaults``, the store
    may have a value for a field that is not there.
    """
    match change:
        case Insert(entity, rows, conflict):
            if conflict:
                _check_targets(entity, conflict, rows)
            given = told_columns(entity, rows).values
            for name, field in entity.stored_fields.items():
                if not (field.nullable and _holds_anything(field.type)):
                    column = given.get(name) or [ABSENT] * len(rows)
                    _check_column(entity, field, column, defaults=defaults)
        case Update(entity, _, edits):
            for edit in edits:
                _check_edit(entity, edit)
        case Delete():
            pass
        case _:
            assert_never(change)


def _check_targets(entity: Entity, conflict: Conflict, rows: Sequence[Given]) -> None:
    met = set[Key]()
    for at, row in enumerate(rows):
        target = tuple(row.get(name) for name in conflict.target)
        if target in met:
            raise in_the_way(entity, conflict.target, at)
        if None not in target:
            met.add(target)


def in_the_way(entity: Entity, fields: Sequence[str], row: int | None) -> UniqueViolation:
    """There is another row with these fields' values."""
    paths = tuple((name,) for name in fields)
    message = "There is a row with this key already."
    return UniqueViolation(entity.store.value, message, paths=paths, row=row)


def _holds_anything(kind: FieldType) -> bool:
    """Whether any value that is not null will do, so that none need be looked at."""
    return isinstance(kind, Scalar | EnumType) and kind not in _WHOLE


def told_columns(entity: Entity, rows: Sequence[Given]) -> Columns:
    """Rows by field, with the tag that tells their kind."""
    columns, portion = columns_of(rows), entity.portion
    if portion is None:
        return columns
    given = columns.values.get(portion.tag, [ABSENT] * len(rows))
    tags = [portion.values[0] if tag is None or tag is ABSENT else tag for tag in given]
    return Columns({**columns.values, portion.tag: tags}, columns.whole)


def _check_column(entity: Entity, field: Field, values: Sequence[Any], *, defaults: bool) -> None:
    """Looks at all values of a field together, which takes a tenth of the time."""
    store, path, kinds = entity.store.value, (field.name,), set(map(type, values))
    lacking = [None] if defaults or _is_made(field) else [None, ABSENT]
    for nothing in () if field.nullable else lacking:
        if type(nothing) in kinds:
            raise _lacks(store, path, values.index(nothing))
    if field.type in _WHOLE:
        held = values if kinds == {int} else [v for v in values if _is_there(v)]
        if held and not (in_range(field.type, min(held)) and in_range(field.type, max(held))):
            at = next(
                at for at, v in enumerate(values) if _is_there(v) and not in_range(field.type, v)
            )
            raise _beyond(store, path, at)
    elif not _holds_anything(field.type):
        for at, value in enumerate(values):
            if value is not ABSENT:
                _check(store, field.type, value, path, at)


def _is_there(value: Any) -> bool:
    return value is not None and value is not ABSENT


def _check_edit(entity: Entity, edit: Edit) -> None:
    store = entity.store.value
    kind, nullable = _end(entity, edit.path)
    match edit:
        case Set(path, None) if not nullable:
            raise _lacks(store, path, None)
        case Set(path, value) | Increment(path, value):
            _check(store, kind, value, path, None)
        case Push(path, values):
            _check(store, kind, values, path, None)
        case Pull():
            pass
        case _:
            assert_never(edit)


def _end(entity: Entity, path: Path) -> tuple[FieldType, bool]:
    """What stands at the end of a path, and whether it may be null."""
    kind: FieldType = written(entity)
    nullable = False
    for name in path:
        nullable = isinstance(kind, DocumentType) and kind.fields[name].nullable
        kind = type_after(kind, name)
    return kind, nullable


def _check(store: str, kind: FieldType, value: Any, path: Path, row: int | None) -> None:
    for lacking in _lacking(kind, value, path):
        raise _lacks(store, lacking, row)
    for at, leaf, held in leaves(kind, value, path):
        if not in_range(leaf, held):
            raise _beyond(store, at, row)


def _lacks(store: str, path: Path, row: int | None) -> NotNullViolation:
    return NotNullViolation(store, "A value must be there.", paths=(path,), row=row)


def _beyond(store: str, path: Path, row: int | None) -> ValueOutOfRange:
    message = "A value is beyond what its field can hold."
    return ValueOutOfRange(store, message, paths=(path,), row=row)


def _lacking(kind: FieldType, value: Any, path: Path) -> Iterator[Path]:
    """The paths to what must not be null, and is."""
    match kind:
        case _ if value is None:
            pass
        case DocumentType(fields=fields):
            for name, field in fields.items():
                held = value.get(name)
                if held is None and not field.nullable:
                    yield (*path, name)
                yield from _lacking(field.type, held, (*path, name))
        case UnionType():
            member = kind.member(value.get(kind.tag))
            yield from _lacking(member, value, path) if member else [(*path, kind.tag)]
        case ListType(of, items_nullable):
            if None in value and not items_nullable:
                yield path
            for item in value:
                yield from _lacking(of, item, path)
        case Scalar() | EnumType():
            pass
        case _:
            assert_never(kind)


def _is_made(field: Field) -> bool:
    """Whether a document's key is made for it, should it have none."""
    return field.stored == "_id" and field.type is Scalar.OBJECT_ID


def leaves(kind: FieldType, value: Any, path: Path = ()) -> Iterator[tuple[Path, FieldType, Any]]:
    """All values in a value that are not null, each with its type, and where its field is."""
    match kind:
        case _ if value is None:
            pass
        case DocumentType(fields=fields):
            for name, item in value.items():
                yield from leaves(fields[name].type, item, (*path, name))
        case UnionType():
            yield from leaves(kind.members[value[kind.tag]], value, path)
        case ListType(of):
            for item in value:
                yield from leaves(of, item, path)
        case Scalar() | EnumType():
            yield path, kind, value
        case _:
            assert_never(kind)


def in_range(kind: FieldType, value: Any) -> bool:
    """Whether a number is one of those that its type has; true of all else."""
    return kind not in _WHOLE or value in _WHOLE[kind]
