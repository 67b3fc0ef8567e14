"""In charge of the root of all errors that Bigraph raises on purpose.

    BigraphError
    ├── ModelError            catalog: a model that cannot be served
    ├── InputError            resolvers: an argument that cannot be honoured
    └── StoreError            datasources: a store that does not answer

Each carries a stable ``code``, a message for the person who caused it, and a hint where one helps.
`docs/errors.md` lists every code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, cast


class BigraphError(Exception):
    """An error that may be shown to the client as it is: it holds no internal detail."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details or {}
        """What programs are told of it, beside its code and its hint."""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


def exceeded(measured: float, limit: float) -> Mapping[str, object]:
    """What programs are told of a limit: how much there is, as far as is known, and may be."""
    return {"measured": measured, "limit": limit}


class ModelError(BigraphError):
    """A model that cannot be served; raised while the catalog is built, so at start-up."""

    code = "MODEL_INVALID"

    def __init__(self, model: str, field: str | None, reason: str, *, mend: str) -> None:
        where = f"{model}.{field}" if field else model
        super().__init__(f"{where}: {reason}.", hint=mend)


class StoredValueError(BigraphError):
    """A stored value that does not have the type its model declares."""

    code = "STORED_VALUE_INVALID"


def stored_errors(value: object) -> Iterator[StoredValueError]:
    """What is amiss in a value that was read, however deep in documents and lists."""
    match value:
        case StoredValueError():
            yield value
        case dict() | list():
            held = cast("dict[str, object] | list[object]", value)
            for each in held.values() if isinstance(held, dict) else held:
                yield from stored_errors(each)
        case _:
            pass
