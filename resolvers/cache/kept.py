"""In charge of answers that outlive their request: shared by all who ask, and changed by nobody."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, cast

import orjson

from catalog.errors import StoredValueError
from catalog.query import Answer, Record
from catalog.templates import Template

_BASE: Final = 500
"""Bytes that an answer takes beside its values: its key, its object, its places in dicts."""


class Lookup(NamedTuple):
    """What is asked for each of some keys, whose answers may be kept for ``ttl`` seconds, or not.

    ``policy`` is that of the source which is asked: what is kept of one viewer's is no other's.
    """

    template: Template
    values: tuple[Any, ...]
    ttl: float = 0
    policy: str = ""


class Kept(Answer):
    """An answer that others may get as well.

    ``raw`` are records, which nobody may change; ``rows`` are copies for each who asks, since
    fields written by users may do as they like with theirs.
    """

    __slots__ = ("ends", "form", "renewal", "told", "weight")

    def __init__(self, raw: Sequence[Record] = (), total: int | None = None) -> None:
        """Raises ``StoredValueError`` for what is wrong in its store, and so is not to be kept."""
        super().__init__(raw, total)
        self.weight = _BASE + weight_of(raw)
        """Bytes that it takes; what is told of it may take as many again."""
        self.ends = self.renewal = 0.0
        """When it is no longer good, and when it is to be loaded anew, by the monotonic clock."""
        self.form: object = None
        self.told: orjson.Fragment | None = None
        """What is shown of it in an answer of this form: the one that was asked for last."""

    @property
    def rows(self) -> Sequence[Record]:
        """The records, in order; the caller's own."""
        return [_copied(record) for record in self.raw]

    def tell(self, form: object, shown: bytes) -> orjson.Fragment:
        """What is shown of it, in JSON; remembered for the next who asks for the same form."""
        # Bytes that orjson makes take up 4 KB, however few they are; copied, what they need.
        told = orjson.Fragment(bytes(memoryview(shown)))
        if len(shown) <= self.weight:
            self.told, self.form = told, form
        return told


def weight_of(value: Any) -> int:
    """The bytes that a value takes; names of fields are shared, and not counted.

    Raises ``StoredValueError`` for one that is wrong in its store.
    """
    if isinstance(value, dict):
        inner: Iterable[Any] = cast("dict[str, Any]", value).values()
    elif isinstance(value, (list, tuple)):
        inner = cast("Sequence[Any]", value)
    elif isinstance(value, StoredValueError):
        raise value
    else:
        return sys.getsizeof(value)
    return sys.getsizeof(cast("object", value)) + sum(map(weight_of, inner))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in cast("Record", value).items()}
    if isinstance(value, list):
        return [_copied(item) for item in cast("list[Any]", value)]
    return value
