"""In charge of the settings: one frozen value, built once, from the environment and `.env`.

`docs/settings.md` lists every one; a test compares it with this class.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DAY, _YEAR = 86_400, 31_536_000  # seconds; beyond, a store may not take them for numbers


class Settings(BaseSettings):
    """What an operator may set; every description is the one that ``--help`` shows."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one."
    )
    environment: Literal["development", "production"] = Field(
        "development", description="In production nothing is embedded and GraphiQL is off."
    )
    data_dir: Path = Field(Path(".data"), description="Where the embedded servers keep their data.")
    database_url: str | None = Field(
        None, description="PostgreSQL, as postgresql://…; without it, an embedded server."
    )
    mongo_url: str | None = Field(
        None, description="MongoDB, as mongodb://…/database; without it, an embedded server."
    )
    redis_url: str | None = Field(
        None, description="Redis or Valkey, as redis://…; without it, an embedded server."
    )
    mongo_driver: Literal["pymongo", "motor"] = Field(
        "pymongo", description="The MongoDB driver: PyMongo's own asynchronous one, or Motor."
    )
    models: str = Field("models", description="The Python package that holds your models.")
    extensions: str | None = Field(
        None,
        description="The Python package that holds your Strawberry fields; without it, "
        "`extensions` beside `models`, and none beside a package of another name.",
    )
    default_page_size: int = Field(
        100, ge=1, description="Rows on a page when neither first nor last is given."
    )
    max_page_size: int = Field(
        1000, ge=1, description="Rows on a page at most; a larger page is refused, not cut."
    )
    max_reach_keys: int = Field(
        10_000,
        ge=1,
        description="Keys that a filter into the other store may read for one relation at most; "
        "one that needs more is refused.",
    )
    max_body_bytes: int = Field(
        1_000_000, ge=1, description="The size of a request's body at most, in bytes."
    )
    postgres_pool_size: int = Field(10, ge=1, description="Connections to PostgreSQL at most.")
    store_timeout: float = Field(
        30, gt=0, le=_DAY, description="How long one statement or pipeline may take, in seconds."
    )
    cache_ttl: float = Field(
        60,
        ge=0,
        le=_YEAR,
        description="How long a row read across stores is kept, in seconds, where its model does "
        "not say; 0 keeps nothing at all.",
    )
    cache_local_bytes: int = Field(
        16_000_000,
        ge=0,
        description="How much of what is kept may be in this process as well, for two seconds, in "
        "front of Redis; 0 keeps nothing there.",
    )
    graphiql: bool | None = Field(
        None, description="Serve GraphiQL; without it, in development only."
    )
    trace_fields: Literal["resolvers", "all"] = Field(
        "resolvers", description="Which fields get a span: those with a resolver, or all."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="Log lines as JSON or text; auto is text on a terminal."
    )

    @field_validator("data_dir", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if value == "":
            raise ValueError("it is empty")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _default_fits(self) -> Self:
        if self.default_page_size > self.max_page_size:
            message = f"DEFAULT_PAGE_SIZE is {self.default_page_size}, over MAX_PAGE_SIZE"
            raise ValueError(f"{message}, which is {self.max_page_size}")
        return self

    @property
    def used_extensions(self) -> str | None:
        """The package of extensions, if any."""
        return self.extensions or ("extensions" if self.models == "models" else None)

    @property
    def serves_graphiql(self) -> bool:
        """Whether the page is served: as said, else in development only."""
        return self.environment == "development" if self.graphiql is None else self.graphiql
