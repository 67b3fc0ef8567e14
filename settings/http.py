"""In charge of settings about what requests may do over HTTP."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from settings.kinds import DAY

_ORIGIN = re.compile(r"https?://[^\s/?#@]+")


class Http(BaseSettings):
    """Requests: their size, their time, files, and whose pages may ask."""

    request_timeout: float = Field(
        60,
        gt=0,
        le=DAY,
        description="How long a request may take from when it is read, in seconds; a client asks "
        "for less by the header `Request-Timeout-Ms`.",
    )
    max_body_bytes: int = Field(
        1_000_000, ge=1, description="The size of a request's body at most, in bytes."
    )
    batch_limit: int = Field(
        0, ge=0, description="How many requests may be in one body; 0 refuses such lists."
    )
    gzip_from: int = Field(
        1000,
        ge=0,
        description="How long an answer is at least that goes out in gzip to who takes it, in "
        "bytes; 0 never does that.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Of whose pages browsers let ask, such as `https://app.example`, with commas "
        "between them; `*` is any. Never with a session's cookie.",
    )
    csrf_prevention: bool = Field(
        True,
        description="Whether a query by GET is to show, as docs/http.md says, that no page of "
        "another site asks; what comes with a cookie or files always is to.",
    )
    uploads: bool = Field(
        False, description="Whether requests may bring files, for fields of yours that take some."
    )
    upload_max_bytes: int = Field(
        10_000_000, ge=1, description="The size of such a file at most, in bytes."
    )
    upload_max_files: int = Field(10, ge=1, description="Files that one request may bring.")
    upload_dir: Path | None = Field(
        None,
        description="The folder where they are while they are answered, without a name; without "
        "it, the system's for temporary files.",
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(each.strip().rstrip("/") for each in value.split(",") if each.strip())

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin, such as https://app.example, nor *")
        return origins
