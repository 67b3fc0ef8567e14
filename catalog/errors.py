"""In charge of the root of all errors that Bigraph raises on purpose.

    BigraphError
    ├── ModelError            catalog: a model that cannot be served
    ├── InputError            resolvers: an argument that cannot be honoured
    └── StoreError            datasources: a store that does not answer

Each carries a stable ``code``, a message for the person who caused it, and a hint where one helps.
`docs/errors.md` lists every code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class BigraphError(Exception):
    """An error that may be shown to the client as it is: it holds no internal detail."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def details(self) -> Mapping[str, object]:
        """What programs are told of it, beside its code and its hint."""
        return {}

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ModelError(BigraphError):
    """A model that cannot be served; raised while the catalog is built, so at start-up."""

    code = "MODEL_INVALID"

    def __init__(self, model: str, field: str | None, reason: str, *, mend: str) -> None:
        where = f"{model}.{field}" if field else model
        super().__init__(f"{where}: {reason}.", hint=mend)


class StoredValueError(BigraphError):
    """A stored value that does not have the type its model declares."""

    code = "STORED_VALUE_INVALID"
