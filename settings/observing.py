"""In charge of settings about what is told of the server, and to whom."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings


class Observing(BaseSettings):
    """Metrics, logs, GraphiQL, and who is told how."""

    metrics: bool = Field(
        True, description="Whether Prometheus may read what is measured, at a port of its own."
    )
    metrics_host: str = Field("127.0.0.1", description="The address of that port.")
    metrics_port: int = Field(9464, ge=0, le=65535, description="That port; 0 takes a free one.")
    metrics_operations: int = Field(
        100,
        ge=0,
        description="Names of operations that are measured each by itself, the first that come; "
        "all others are measured together.",
    )
    slow_operation_ms: float = Field(
        1000,
        ge=0,
        description="What takes longer stands in the log with its steps, in milliseconds; 0 logs "
        "none so.",
    )
    insight: bool | None = Field(
        None,
        description="Whether anybody may ask how they are answered, by `GraphQL-Timing` and "
        "`extensions.explain`; without it, in development only.",
    )
    insight_role: str | None = Field(
        None, description="The role whose holders may ask that in any case."
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

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value
