"""In charge of settings about documents that are asked for by an id."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt
from pydantic_settings import BaseSettings, NoDecode

from settings.kinds import YEAR


class Documents(BaseSettings):
    """Documents by an id: those that clients have sent, and trusted ones."""

    persisted_ttl: int = Field(
        86_400,
        ge=0,
        le=YEAR,
        description="How long a document that a client has sent with its hash is kept after it was "
        "used last, for all to ask for by the hash, in seconds; 0 keeps none.",
    )
    persisted_most: int = Field(
        1_000, ge=1, description="How many such documents Redis keeps; the latest stay."
    )
    trusted_documents: Path | None = Field(
        None,
        description="The manifest of the documents that are trusted: a file, or a folder of files; "
        "see docs/persisted.md.",
    )
    trusted_mode: Literal["log", "warn", "enforce"] = Field(
        "log",
        description="What becomes of others, where there is a manifest: they are logged, the "
        "client is warned as well, or they are refused.",
    )
    public_max_age: int = Field(
        0,
        ge=0,
        le=YEAR,
        description="For how long caches may keep answers by GET to whom nobody knows, of "
        "documents that are asked for by an id, in seconds; 0 lets none.",
    )
    public_operations: Annotated[dict[str, NonNegativeInt], NoDecode] = Field(
        {},
        description="The same of operations of a name: a JSON object of names and seconds.",
    )

    @property
    def trusted_refuse(self) -> bool:
        """Whether documents are refused that are not trusted."""
        return self.trusted_documents is not None and self.trusted_mode == "enforce"
