"""In charge of what MongoDB can store documents by: names of collections and keys, and indexes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from catalog.declare import Index
from catalog.errors import ModelError
from catalog.kin import parent_document, root_document
from catalog.types import DocumentType, Field, Scalar, UnionType, element_of

_COLLECTION = re.compile(r"(?!system\.)[^.$\0]+(\.[^.$\0]+)*")
_KEY = re.compile(r"[^.$\0][^.\0]*")
_LONGEST_COLLECTION = 200


def collection_of(model: type) -> str:
    """The model's ``__collection__``; refuses a name that no collection can have."""
    name = cast("str", vars(root_document(model))["__collection__"])
    if _COLLECTION.fullmatch(name) and len(name) <= _LONGEST_COLLECTION:
        return name
    reason = f"its __collection__ is {name!r}, which MongoDB takes for no collection's name"
    raise ModelError(model.__name__, None, reason, mend="Give it the collection's name.")


def check_key(model: str, field: str, key: str) -> None:
    """Refuses a key of documents that MongoDB would read as a path or an operator."""
    if not _KEY.fullmatch(key):
        reason = f"is stored as {key!r}, which is no plain key of a document"
        mend = "Give it an alias that is not empty, has no dot, and begins with no $."
        raise ModelError(model, field, reason, mend=mend)


def indexes_of(model: type, fields: Mapping[str, Field]) -> tuple[Index, ...]:
    """The model's ``__indexes__``, which name ``fields`` and what lies inside of them.

    The documents of a kind are in the indexes of those whom it extends, too.
    """
    listed: object = getattr(model, "__indexes__", ())
    indexes = cast("Sequence[object]", listed if isinstance(listed, (list, tuple)) else (None,))
    for index in indexes:
        if not isinstance(index, Index) or not index.fields:
            reason = "its __indexes__ are no tuple of Indexes with fields"
            mend = "Write __indexes__ = (Index('name'),): a tuple, with its comma."
            raise ModelError(model.__name__, None, reason, mend=mend)
        _check_index(model.__name__, fields, index)
    parent = parent_document(model)
    above = () if parent is None else indexes_of(parent, fields)
    return tuple(dict.fromkeys((*above, *cast("Sequence[Index]", indexes))))


def _check_index(model: str, fields: Mapping[str, Field], index: Index) -> None:
    for name in index.fields:
        inside: Mapping[str, Field] = fields
        for part in str(name).split("."):
            if part not in inside:
                reason = "an index names a field that does not exist"
                mend = "Name fields of the document in __indexes__."
                raise ModelError(model, name, reason, mend=mend)
            kind = element_of(inside[part].type)
            if kind is Scalar.POINT and index.unique:
                reason = "a point cannot be unique, but a unique index holds it"
                mend = "Leave unique=True out, or index another field."
                raise ModelError(model, name, reason, mend=mend)
            inside = kind.fields if isinstance(kind, (DocumentType, UnionType)) else {}
