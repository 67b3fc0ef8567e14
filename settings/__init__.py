"""In charge of the settings: one frozen value, built once, from the environment and `.env`.

Each topic has a file. `docs/settings.md` lists every one; a test compares it with this class.
"""

from __future__ import annotations

import json
from typing import Literal, Self

from pydantic import field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from auth.issuers import is_loopback
from settings.documents import Documents
from settings.http import Http
from settings.issuer import IssuerSettings
from settings.limits import Limits
from settings.live import Live
from settings.observing import Observing
from settings.packages import Packages
from settings.people import People
from settings.serving import Serving
from settings.stores import Stores
from settings.writes import Writes

__all__ = ["IssuerSettings", "Settings"]


class Settings(
    # Pydantic begins with the fields of the last.
    Observing,
    Writes,
    People,
    Live,
    Documents,
    Http,
    Limits,
    Stores,
    Packages,
    Serving,
):
    """What an operator may set; every description is the one that ``--help`` shows."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    @field_validator("issuers", "rate_operations", "public_operations", mode="before")
    @classmethod
    def _json(cls, value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError as error:
            raise ValueError(f"it is no JSON: {error}") from None

    @model_validator(mode="after")
    def _login_is_possible(self) -> Self:
        if self.login is None:
            return self
        url = self.public_url
        if url and not url.startswith("https://") and not is_loopback(url):
            raise ValueError("a login needs a PUBLIC_URL that is https://, or on this machine")
        if self.environment == "production" and not (url and self.redis_url):
            raise ValueError("in production a login needs PUBLIC_URL, and REDIS_URL for sessions")
        return self

    @property
    def gives_insight(self) -> bool:
        """Whether anybody is told how they are answered."""
        return self.environment == "development" if self.insight is None else self.insight

    @property
    def told_of(self) -> Literal["all", "allowed", "off"]:
        """Who is told of the schema: as said, else everybody in development only."""
        return self.introspection or ("all" if self.environment == "development" else "off")

    @property
    def stops_after(self) -> float:
        """Seconds from a signal until no more is taken: as said, else some in production only."""
        if self.shutdown_delay is not None:
            return self.shutdown_delay
        return 3.0 if self.environment == "production" else 0.0

    @property
    def serves_graphiql(self) -> bool:
        """Whether the page is served: as said, else in development only."""
        return self.environment == "development" if self.graphiql is None else self.graphiql
