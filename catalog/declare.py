"""In charge of what models may say beyond their types: links, indexes, search, keys, routines."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from catalog.access import Rule
from catalog.errors import ModelError
from catalog.types import Scalar


@dataclass(frozen=True)
class Link:
    """A relation to another entity of either store, found by equal values; no constraint needed.

    ``on`` maps fields of this model to fields of ``to``. ``many`` makes it a connection. ``back``
    names the opposite relation, to be added to ``to``; it is a connection unless this side's
    fields are unique.

    ``cache`` is the number of seconds for which what is found along the link may be kept, 0 for
    none; ``back_cache`` that of the opposite relation.

    Listed in the model's ``__links__``.
    """

    name: str
    to: str | type
    on: Mapping[str, str]
    many: bool = False
    back: str | None = None
    description: str | None = None
    back_description: str | None = None
    cache: float | None = None
    back_cache: float | None = None

    @property
    def target(self) -> str:
        """The name of the entity linked to."""
        return self.to if isinstance(self.to, str) else self.to.__name__


@dataclass(frozen=True)
class Index:
    """An index of a collection, over field names of the document (dots reach into it).

    Of a `GeoPoint` it is a ``2dsphere`` index, which serves `near` and `within`.

    Listed in the document's ``__indexes__``. Tables declare theirs in SQLModel's own way.
    """

    fields: tuple[str, ...]
    unique: bool = False

    def __init__(self, *fields: str, unique: bool = False) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "unique", unique)


_INTERFACE = "__bigraph_interface__"
Class = TypeVar("Class", bound=type)


def interface(cls: Class) -> Class:
    """Makes a class an interface of the graph: entities that extend it implement it.

    Its annotated fields are the interface's; each entity, of either store, must have them alike.
    """
    setattr(cls, _INTERFACE, True)
    return cls


def is_interface(cls: type) -> bool:
    """True for a class that is itself marked as one."""
    return _INTERFACE in vars(cls)


@dataclass(frozen=True)
class Search:
    """What full-text search looks through: these text fields (dots reach into documents).

    ``language`` says which forms of a word are one: a text search configuration of Postgres, or a
    language of MongoDB; ``simple`` is none. ``weights`` are A to D, by field. A table may have its
    own ``column`` of type TSVECTOR instead of fields.

    The model's ``__search__``.
    """

    fields: tuple[str, ...]
    language: str
    weights: Mapping[str, str]
    column: str | None

    def __init__(
        self,
        *fields: str,
        language: str = "simple",
        weights: Mapping[str, str] | None = None,
        column: str | None = None,
    ) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "language", language)
        object.__setattr__(self, "weights", dict(weights or {}))
        object.__setattr__(self, "column", column)


@dataclass(frozen=True)
class Computed:
    """A field that the store computes of others, each time that it is asked for.

    ``type`` is an annotation, as those of documents: ``float | None``. ``expression`` is given the
    model and gives an SQL expression over its columns; or, for a document, an aggregation
    expression, for which ``row.wind.speed`` is the path of that field. ``python`` gives the value
    of a row in memory, for tests without a store.

    Listed in the model's ``__computed__``.
    """

    name: str
    type: Any
    expression: Callable[[Any], Any]
    python: Callable[[Any], Any] | None = None
    description: str | None = None


@dataclass(frozen=True, eq=False)
class Declared:
    """A function that `routine` marks, and what it said."""

    function: Callable[..., Any]
    returns: Any
    name: str
    module: str
    python: Callable[..., Any] | None = field(default=None, repr=False)
    read: Rule | None = None


def routine(
    returns: Any,
    *,
    name: str | None = None,
    python: Callable[..., Any] | None = None,
    read: Rule | None = None,
) -> Callable[[Callable[..., Any]], Declared]:
    """Makes a function a root field, which gives what its store makes of the function's arguments.

    ``returns`` is ``list[Model]``, ``Model`` for one row or none, or a type as in documents. The
    function is called once, at start-up, with a stand-in for each argument. It gives SQL: a SELECT
    or a call of a function, by SQLAlchemy or as a text with ``:name`` for an argument; or, for
    MongoDB, a model or a collection and its stages, as ``__view__`` does.

    ``name`` is the Python form of the field's name, if it is not the function's. ``python`` gives
    the rows, or the value, in memory, for tests without a store: it is given a function from a
    model to its rows, and the arguments by name.

    ``read`` says who may call it; of the rows that it gives those are seen that the viewer may
    read. What gives a value and says nothing has the rule of its module or package. Raises
    ``ModelError`` where it is not called, as ``@routine``.
    """
    if inspect.isfunction(returns):
        mend = "Write @routine(list[Model]) above it, or @routine(int), with what it gives."
        raise ModelError(returns.__name__, None, "is marked by @routine alone", mend=mend)

    def declared(function: Callable[..., Any]) -> Declared:
        return Declared(
            function, returns, name or function.__name__, function.__module__, python, read
        )

    return declared


ObjectId = Annotated[str, Scalar.OBJECT_ID]
"""A BSON ObjectId, as 24 hex digits in Python."""

BigInt = Annotated[int, Scalar.BIGINT]
"""A whole number of up to 64 bits in a document; plain ``int`` is GraphQL's 32-bit ``Int``."""
