"""In charge of settings about what becomes of writes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from settings.kinds import YEAR


class Writes(BaseSettings):
    """Transactions, and writes that are made once."""

    write_isolation: Literal["read-committed", "repeatable-read", "serializable"] = Field(
        "repeatable-read",
        description="What transactions of writes see of others, in PostgreSQL; in MongoDB it is "
        "always one state.",
    )
    two_stores: Literal["wait", "pending"] = Field(
        "wait",
        description="When a write into both stores is answered: when both have it (`wait`), or as "
        "soon as PostgreSQL has, which is then said in `extensions` (`pending`).",
    )
    idempotency_ttl: float = Field(
        86_400,
        gt=0,
        le=YEAR,
        description="How long the answer to a write with an `Idempotency-Key` is kept, in seconds.",
    )
