"""In charge of settings about where the server listens, and how much a process is to bear."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from settings.kinds import DAY


class Serving(BaseSettings):
    """Where it listens, and how much a process is to bear."""

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one."
    )
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        description="The proxies that are believed who the client is (`X-Forwarded-For`, "
        "`X-Forwarded-Proto`): addresses and networks, or `*` for all.",
    )
    workers: int = Field(
        1,
        ge=1,
        description="Processes that answer, each with connections and memory of its own; with "
        "several, SIGHUP restarts them one by one.",
    )
    public_url: str | None = Field(
        None, description="Where clients find the server, if a proxy stands before it."
    )
    environment: Literal["development", "production"] = Field(
        "development", description="In production nothing is embedded and GraphiQL is off."
    )
    data_dir: Path = Field(Path(".data"), description="Where the embedded servers keep their data.")
    max_requests: int = Field(
        1000, ge=1, description="Requests under way in a process at most; further ones get 503."
    )
    max_lag: float = Field(
        0.2,
        gt=0,
        le=DAY,
        description="For how long what is due may wait for its turn in a process, in seconds; "
        "while it waits longer, fewer requests are let in, and others get 503.",
    )
    slow_client_timeout: float = Field(
        10,
        ge=1,
        le=DAY,
        description="How long a client may take for a request's head, for its body, or to take in "
        "some of an answer, in seconds.",
    )
    keep_alive: float = Field(
        75,
        ge=1,
        le=DAY,
        description="How long a connection may be without a request, in seconds; longer than what "
        "is in front of the server keeps it.",
    )
    shutdown_delay: float | None = Field(
        None,
        ge=0,
        le=DAY,
        description="For how long a server that is told to stop answers on, while it says that it "
        "is not ready, in seconds; without it, 3 in production, and else not at all.",
    )
    stall_seconds: float = Field(
        1,
        ge=0,
        le=DAY,
        description="For how long the event loop may be held up until the log tells by what, in "
        "seconds; 0 never looks.",
    )

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _proxies(cls, proxies: str) -> str:
        listed = "" if proxies == "*" else proxies
        for proxy in (each.strip() for each in listed.split(",") if each.strip()):
            try:
                _ = ip_network(proxy)
            except ValueError:
                reason = f"{proxy!r} is no address and no network, such as 10.0.0.0/8"
                raise ValueError(f"{reason}; no names are looked up, and * stands alone") from None
        return proxies

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "http://x")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError(f"{url!r} is no http:// or https:// URL")
        return url

    @field_validator("data_dir", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if value == "":
            raise ValueError("it is empty")
        return value
