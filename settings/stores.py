"""In charge of settings about the stores, their connections, and what is kept of them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from settings.kinds import DAY, YEAR


class Stores(BaseSettings):
    """The stores, connections to them, and the cache."""

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
    postgres_pool_size: int = Field(10, ge=1, description="Connections to PostgreSQL at most.")
    mongo_pool_size: int = Field(
        100, ge=1, description="Reads and transactions that MongoDB has of this process at most."
    )
    pool_queue: int = Field(
        1000,
        ge=0,
        description="Requests that may wait for one of these at each store; further ones get 503 "
        "at once.",
    )
    pool_timeout: float = Field(
        0.5, gt=0, le=DAY, description="How long they wait, in seconds, until they get 503."
    )
    postgres_role: str | None = Field(
        None,
        description="The role as which PostgreSQL is read for whoever has signed in, so that its "
        "row-level security tells rows by who asks; without it, PostgreSQL is told of nobody.",
    )
    postgres_anonymous_role: str | None = Field(
        None, description="The same for everybody else; without it, the same role."
    )
    postgres_lines: bool = Field(
        default=True,
        description="Whether PostgreSQL writes the rows of pages that are asked for often as text, "
        "which takes it up to twice the time, and this process about half.",
    )
    store_timeout: float = Field(
        30, gt=0, le=DAY, description="How long one statement or pipeline may take, in seconds."
    )
    cache_ttl: float = Field(
        60,
        ge=0,
        le=YEAR,
        description="How long a row read across stores is kept, in seconds, where its model does "
        "not say; 0 keeps nothing at all.",
    )
    cache_local_bytes: int = Field(
        16_000_000,
        ge=0,
        description="How much of what is kept may be in this process as well, for two seconds, in "
        "front of Redis; 0 keeps nothing there.",
    )

    @model_validator(mode="after")
    def _roles_are_both(self) -> Self:
        if self.postgres_anonymous_role and not self.postgres_role:
            raise ValueError("POSTGRES_ANONYMOUS_ROLE is set, and POSTGRES_ROLE is not")
        return self
