"""In charge of the one error of the embedded servers, as the person at the terminal reads it."""

from __future__ import annotations

from typing import ClassVar


class EmbeddedError(Exception):
    """An embedded server that cannot be started: `message` says which, why, and where its log is.

    It names local paths, so it is for the terminal and never for a client.
    """

    code: ClassVar[str] = "EMBEDDED_SERVER_FAILED"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message
