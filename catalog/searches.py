"""In charge of searches: what a model says of its texts, and where a filter may search them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from typing import Final, assert_never, cast

from catalog.declare import Search
from catalog.entity import Store, TextSearch
from catalog.errors import ModelError
from catalog.filters import conjuncts
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Not,
    Or,
    Path,
    Related,
    Searched,
)
from catalog.types import DocumentType, Field, FieldType, Scalar

WEIGHTS: Final = "ABCD"
"""Of a text in a search, the heaviest first; without a word it is D."""

SEARCH, SIMILARITY = "search", "similarity"
"""The filter and the order terms that a searchable entity has beside its fields'."""

_CONFIGURATION: Final = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")
_MONGO_LANGUAGES: Final = frozenset({
    *("simple", "danish", "dutch", "english", "finnish", "french", "german", "hungarian"),
    *("italian", "norwegian", "portuguese", "romanian", "russian", "spanish", "swedish"),
    "turkish",
})  # fmt: skip


def search_of(
    model: type, store: Store, fields: Mapping[str, Field], vectors: Collection[str] = ()
) -> TextSearch | None:
    """The model's search; ``vectors`` are the columns that hold ready ones. None without one."""
    said: object = getattr(model, "__search__", None)
    if said is None:
        return None
    if not isinstance(said, Search):
        mend = "Write __search__ = Search('name', 'description', language='english')."
        raise ModelError(model.__name__, None, "its __search__ is no Search", mend=mend)
    _check_language(model.__name__, store, said.language)
    _check_weights(model.__name__, said)
    if said.column is not None and (said.column not in vectors or said.fields):
        reason = "a search by a column needs one of type TSVECTOR, and no fields beside it"
        raise ModelError(model.__name__, said.column, reason, mend="Name that column alone.")
    if said.column is None and not said.fields:
        mend = "Give it the names of text fields."
        raise ModelError(model.__name__, None, "its __search__ names no field", mend=mend)
    paths = tuple(_text_path(model.__name__, fields, name) for name in said.fields)
    weights = tuple(said.weights.get(name, WEIGHTS[-1]) for name in said.fields)
    return TextSearch(paths, weights, said.language, said.column)


def with_similar(model: type, store: Store, fields: dict[str, Field]) -> dict[str, Field]:
    """The fields, those marked that the model's `__similar__` names."""
    said: object = getattr(model, "__similar__", ())
    names = cast("tuple[object, ...]", said) if isinstance(said, tuple) else (None,)
    if names and store is not Store.POSTGRES:
        mend = "Leave __similar__ out: MongoDB cannot compare texts by likeness."
        raise ModelError(model.__name__, None, "its __similar__ needs Postgres", mend=mend)
    for name in names:
        if not isinstance(name, str) or name not in fields or fields[name].type != Scalar.STRING:
            mend = "Write __similar__ = ('name',): a tuple of fields that hold text."
            reason = f"its __similar__ names {name!r}, which is no text field"
            raise ModelError(model.__name__, None, reason, mend=mend)
    return {
        name: dataclasses.replace(field, similar=True) if name in names else field
        for name, field in fields.items()
    }


def is_at_root(filter_: Filter, *, batched: bool) -> bool:
    """Whether a filter of rows searches only as MongoDB can: once, and beside all else it asks.

    So not inside a negation, an alternative or a relation, nor for each key of a batch.
    """
    parts = list(conjuncts(filter_))
    others = [part for part in parts if not isinstance(part, Searched)]
    allowed = 0 if batched else 1
    return len(parts) - len(others) <= allowed and not any(map(searches, others))


def searches(filter_: Filter) -> bool:
    """Whether a filter searches rows of its store."""
    match filter_:
        case And(filters) | Or(filters):
            return any(map(searches, filters))
        case Not(inner):
            return searches(inner)
        case Related(relation, _, inner):
            return not relation.cross_store and searches(inner)
        case Searched():
            return True
        case Compare() | IsNull() | Elements() | Among():
            return False
        case _:
            assert_never(filter_)


def _check_language(model: str, store: Store, language: str) -> None:
    if store is Store.MONGO and language not in _MONGO_LANGUAGES:
        mend = f"Use one of: {', '.join(sorted(_MONGO_LANGUAGES))}."
        raise ModelError(model, None, f"MongoDB cannot search in {language!r}", mend=mend)
    if not _CONFIGURATION.fullmatch(language):
        mend = "Name a text search configuration of Postgres, such as english, or simple."
        raise ModelError(model, None, f"it cannot be searched in {language!r}", mend=mend)


def _check_weights(model: str, said: Search) -> None:
    for name, weight in said.weights.items():
        if name not in said.fields or weight not in tuple(WEIGHTS):
            reason = f"its __search__ weighs {name!r} as {weight!r}"
            mend = "Weigh fields that it names, as A, B, C or D."
            raise ModelError(model, None, reason, mend=mend)


def _text_path(model: str, fields: Mapping[str, Field], name: str) -> Path:
    kind: FieldType | None = None
    inside: Mapping[str, Field] = fields
    for part in name.split("."):
        field = inside.get(part)
        kind = field.type if field else None
        inside = kind.fields if isinstance(kind, DocumentType) else {}
    if kind is not Scalar.STRING:
        mend = "Name fields that hold text; those of nested documents with a dot."
        raise ModelError(model, name, "its __search__ names what is no text field", mend=mend)
    return tuple(name.split("."))
