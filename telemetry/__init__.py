"""What an operator sees of a request: spans, counts and log lines. Imports nothing of ours."""

from telemetry.counts import count_completion, count_errors, count_refused
from telemetry.logs import log_request, logger
from telemetry.spans import fail, span, trace_id
from telemetry.stores import store_span
from telemetry.tally import Tally, begin, current
from telemetry.tracing import enabled

__all__ = [
    "Tally",
    "begin",
    "count_completion",
    "count_errors",
    "count_refused",
    "current",
    "enabled",
    "fail",
    "log_request",
    "logger",
    "span",
    "store_span",
    "trace_id",
]
