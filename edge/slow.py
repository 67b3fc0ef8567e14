"""In charge of the line in the log of an operation that took long: where its time went.

It holds nothing that a client's variables say, and nobody's name. Of what stores were asked it has
the text without values; of an operation its name, and the document's SHA-256, as Apollo's clients
know it, by which it can be found.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any, Final

from telemetry import Tally, logger
from telemetry.stages import MOST_STEPS, Step, stages_of, steps_of

_TOLD: Final = 20
"""Calls of stores that are told of; of more the longest."""

_TEXT: Final = 2_000
"""Characters of each text."""

_log = logger("slow")


def log_slow(tally: Tally) -> None:
    """Writes the line: at most some 40,000 characters."""
    steps = steps_of(tally)
    longest = sorted(steps, key=lambda step: step.seconds, reverse=True)[:_TOLD]
    longest.sort(key=lambda step: step.began)
    stages = stages_of(tally, time.perf_counter())
    _log.warning(
        "slow_operation",
        operation=tally.operation,
        type=tally.kind,
        document=tally.document and hashlib.sha256(tally.document.encode()).hexdigest(),
        duration_ms=_ms(stages.pop("total")),
        stages={name: _ms(seconds) for name, seconds in stages.items()},
        rows=tally.rows,
        **({"left_to_graphql_core": tally.standard} if tally.standard else {}),
        steps=[_step(step, tally.began) for step in longest],
        steps_left_out=len(steps) - len(longest),
        **({"steps_not_noted": True} if len(steps) == MOST_STEPS else {}),
    )


def _step(step: Step, began: float) -> dict[str, Any]:
    text = step.told(step.asked)
    return {
        "store": step.system,
        "operation": step.operation,
        "at_ms": _ms(step.began - began),
        "duration_ms": _ms(step.seconds),
        "rows": step.rows,
        **({"failed": step.failed} if step.failed else {}),
        "text": text if len(text) <= _TEXT else f"{text[:_TEXT]}…",
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
