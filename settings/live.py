"""In charge of settings about connections that last."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings

from settings.kinds import DAY


class Live(BaseSettings):
    """WebSockets and event streams."""

    live_operations: int = Field(
        100, ge=1, description="Operations under way at once on one WebSocket, or one event stream."
    )
    live_connections: int = Field(
        100,
        ge=1,
        description="WebSockets and event streams of one principal at once, in each process.",
    )
    live_connections_of_address: int = Field(
        1000, ge=1, description="The same of one address, whoever it is."
    )
    live_init_timeout: float = Field(
        5,
        gt=0,
        le=DAY,
        description="How long a WebSocket may take to say who it is (`connection_init`), in "
        "seconds.",
    )
    live_pulse: float = Field(
        20,
        gt=0,
        le=DAY,
        description="How often who stays connected is sent a sign of life, in seconds; a WebSocket "
        "that answers none for as long is closed.",
    )
