"""In charge of who may be told how a request is answered, and of the `Server-Timing` header."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auth import Principal
from edge.requests import Headers, header
from telemetry import Tally
from telemetry.stages import stages_of, steps_of

HEADER: Final = b"graphql-timing"
_REPORT: Final = "report"


@dataclass(frozen=True, slots=True)
class Insight:
    """Who may be told: everybody, or those who hold a role."""

    everybody: bool = False
    role: str | None = None

    def is_for(self, principal: Principal) -> bool:
        """Whether this one may be."""
        return self.everybody or (self.role is not None and self.role in principal.roles)


NOBODY: Final = Insight()
"""What holds where an operator says nothing."""


def timing(headers: Headers, tally: Tally) -> Sequence[tuple[bytes, bytes]]:
    """The header, in milliseconds by stage, if the client asks by `GraphQL-Timing: report`."""
    if header(headers, HEADER).strip().lower() != _REPORT:
        return ()
    stages = stages_of(tally, time.perf_counter())
    calls = [step.system for step in steps_of(tally)]
    parts = [_metric(name, seconds, calls.count(name)) for name, seconds in stages.items()]
    return [(b"server-timing", ", ".join(parts).encode())]


def _metric(name: str, seconds: float, calls: int) -> str:
    said = f';desc="{calls} call{"s" * (calls > 1)}"' if calls else ""
    return f"{name};dur={seconds * 1000:.2f}{said}"
