"""In charge of edits inside of JSON columns, in SQL: of one column all of them together; pure.

A document becomes itself, and beside it an object of what changes, so that whatever else it holds
stays as it is. Each edit looks at what was there before, so the text grows as the edits do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final, TypeAlias, assert_never, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from catalog.change import Edit, Increment, Pull, Push, Set
from catalog.query import Path
from catalog.types import DocumentType, FieldType, ListType, Scalar, type_after
from datasources.postgres.inside import JSONB, Expression, Held, held, items_of, quoted
from datasources.postgres.values import Encoding
from datasources.postgres.writing import inner_encoding, pulled_encoding, stored_encoding

Condition: TypeAlias = sa.ColumnElement[bool]
Slotted: TypeAlias = Callable[[Encoding, int], Expression]
"""Makes the parameter for what stands in a slot."""

_NOTHING: Final = sa.literal_column("'{}'", JSONB)
_EMPTY: Final = sa.literal_column("'[]'", JSONB)


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit, and the slot of its value."""

    edit: Edit
    slot: int


@dataclass
class _Changes:
    """What changes in a document: by the keys, edits and what changes in documents there."""

    kind: DocumentType
    ends: dict[str, tuple[FieldType, Edited]] = field(
        default_factory=dict[str, "tuple[FieldType, Edited]"]
    )
    inner: dict[str, _Changes] = field(default_factory=dict[str, "_Changes"])

    @property
    def makes(self) -> bool:
        """Whether a document is there afterwards, in any case."""
        sets = (isinstance(each.edit, Set | Push) for _, each in self.ends.values())
        return any(sets) or any(inner.makes for inner in self.inner.values())


def edited_json(
    kind: FieldType, old: Expression, edits: Sequence[Edited], slotted: Slotted
) -> Expression:
    """What a column's value, of type ``jsonb``, becomes by edits, one after the other."""
    for together in _apart(edits):
        value = held(old)
        if len(together[0].edit.path) == 1:
            made, stays = _end(value, kind, together[0], slotted), _stays(value, kind, together[0])
        else:
            changes = _Changes(cast("DocumentType", kind))
            for each in together:
                _put(changes, each.edit.path[1:], each)
            made, stays = _document(value, changes, slotted), _is_none(value, changes)
        old = made if stays is None else sa.case((stays, old), else_=made)
    return old


def _apart(edits: Sequence[Edited]) -> Iterator[list[Edited]]:
    """The edits in turn, those together that are of other places."""
    together: list[Edited] = []
    for each in edits:
        if any(_meet(each.edit.path, other.edit.path) for other in together):
            yield together
            together = []
        together.append(each)
    yield together


def _meet(one: Path, other: Path) -> bool:
    short = min(len(one), len(other))
    return one[:short] == other[:short]


def _put(changes: _Changes, path: Path, edited: Edited) -> None:
    name, *rest = path
    kind, key = type_after(changes.kind, name), changes.kind.fields[name].stored
    if rest:
        inner = changes.inner.setdefault(key, _Changes(cast("DocumentType", kind)))
        _put(inner, tuple(rest), edited)
    else:
        changes.ends[key] = kind, edited


def _document(value: Held, changes: _Changes, slotted: Slotted) -> Expression:
    """What a document becomes that is there, or that something is set in."""
    base = value.json
    if changes.makes:
        base = sa.case((value.is_a("object"), value.json), else_=_NOTHING)
    ends = [
        _entry(key, _end(value.at(key), *end, slotted), _stays(value.at(key), *end))
        for key, end in changes.ends.items()
    ]
    inner = [
        _entry(key, _document(value.at(key), each, slotted), _is_none(value.at(key), each))
        for key, each in changes.inner.items()
    ]
    return reduce(_beside, [*ends, *inner], base)


def _entry(key: str, value: Expression, stays: Condition | None) -> Expression:
    """An object of a value under a key; of nothing, where what is there stays as it is."""
    entry = sa.func.jsonb_build_object(quoted(key), value, type_=JSONB)
    return entry if stays is None else sa.case((stays, _NOTHING), else_=entry)


def _is_none(value: Held, changes: _Changes) -> Condition | None:
    """Where there is no document that changes; None if there will be one in any case."""
    return None if changes.makes else value.is_no("object")


def _stays(value: Held, kind: FieldType, edited: Edited) -> Condition | None:
    """Where an edit makes nothing of a value; None if it always makes something."""
    match edited.edit:
        case Set() | Push():
            return None
        case Increment():
            return value.typed(kind).is_(None)
        case Pull():
            return value.is_no("array")
        case _:
            assert_never(edited.edit)


def _end(value: Held, kind: FieldType, edited: Edited, slotted: Slotted) -> Expression:
    """What an edit makes of a value."""
    match edited.edit:
        case Set():
            return slotted(stored_encoding(kind, JSONB), edited.slot)
        case Increment():
            return _sum(value, kind, slotted(inner_encoding(kind), edited.slot))
        case Push():
            items = sa.case((value.is_a("array"), value.json), else_=_EMPTY)
            return _beside(items, slotted(stored_encoding(kind, JSONB), edited.slot))
        case Pull():
            of = cast("ListType", kind).of
            return _pulled(value, of, slotted(pulled_encoding(of), edited.slot))
        case _:
            assert_never(edited.edit)


def _sum(value: Held, kind: FieldType, by: Expression) -> Expression:
    total = value.typed(kind) + by
    match kind:
        case Scalar.INT:  # beyond which Postgres refuses it
            total = sa.cast(total, sa.Integer())
        case Scalar.DECIMAL:  # as text, like all that JSON's numbers may not hold
            total = sa.cast(total, sa.Text())
        case _:
            pass
    return sa.func.to_jsonb(total, type_=JSONB)


def _pulled(value: Held, of: FieldType, gone: Expression) -> Expression:
    """The list without what equals one of these values; nulls stay."""
    items = items_of(value, numbered=True)
    item = held(items.c.value).typed(of)
    stays = sa.or_(item.is_(None), item != sa.all_(gone))
    kept = sa.func.jsonb_agg(aggregate_order_by(items.c.value, items.c.n))
    left = sa.select(sa.func.coalesce(kept, _EMPTY, type_=JSONB)).select_from(items).where(stays)
    return left.correlate_except(items).scalar_subquery()


def _beside(left: Expression, right: Expression) -> Expression:
    return left.op("||", return_type=JSONB)(right)
