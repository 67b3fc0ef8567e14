"""In charge of log lines: one format, for our events and for those of the libraries."""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, TextIO

import orjson

from telemetry.imports import without

# It draws tracebacks with colours and frames, which ours are without.
with without("rich"):
    import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from telemetry.spans import trace_id
from telemetry.tally import current, in_request

Style = Literal["auto", "json", "text"]

_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_OPTIONS: Final = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
_STRUCTLOGS: Final = frozenset({"timestamp", "level", "event", "source"})
_BYTES: Final = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
_QUIET: Final = {
    # One line a request is ours to write.
    "uvicorn.access": logging.CRITICAL + 1,
    # As is that of a socket; what is none has no line, or whoever sends it would fill the log.
    "uvicorn.sockets": logging.WARNING,
    # At debug level these write whole commands, people's values included.
    "pymongo": logging.INFO,
    "psycopg": logging.INFO,
    "psycopg.pool": logging.INFO,
    "asyncio": logging.INFO,
    # A line for every question to an issuer, with its address.
    "httpx": logging.WARNING,
    "httpcore": logging.INFO,
    # What it does is told by the command that has it done.
    "alembic": logging.WARNING,
}


def configure(level: str, style: Style) -> None:
    """Write lines of ``level`` (debug, info, warning, error, critical) and above to stderr.

    ``auto`` is text for a person if stderr is a terminal, else JSON. Raises ValueError for an
    unknown level.
    """
    if level.lower() not in _LEVELS:
        raise ValueError(f"the log level is {level!r}, which is none of {', '.join(_LEVELS)}")
    global _least, _requests, _file  # noqa: PLW0603 - one per process, as Python's own logging
    number = _least = logging.getLevelNamesMapping()[level.upper()]
    text = style == "text" or (style == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[*_facts(), *_renderers(text)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _requests = logger("request").bind()  # put together now, not for each line
    _file = None if text else sys.stderr
    _take_over_standard_logging(number, text)


def logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines carry ``name`` as their source; usable before `configure`."""
    return structlog.get_logger(source=name)


def log_request(
    operation: str | None,
    operation_type: str | None,
    *,
    duration_ms: float,
    status: int,
    error_codes: Sequence[str] = (),
    **more: object,
) -> None:
    """Write the line of the request that ends: what was asked, and what its tally counted."""
    failed = status >= 500  # noqa: PLR2004 - HTTP
    if not failed and _least > logging.INFO:
        return
    tally, level = current(), "error" if failed else "info"
    facts: dict[str, object] = {
        "timestamp": datetime.now(UTC),  # orjson takes a tenth of the time of isoformat
        "level": level,
        "event": "request",
        "source": "request",
        "operation": operation,
        "type": operation_type,
        "duration_ms": round(duration_ms, 3),
        "status": status,
        "rows": tally.rows,
        "store_calls": tally.store_calls,
        "cache_hits": tally.cache_hits,
        "cache_local_hits": tally.cache_local_hits,
        "cache_misses": tally.cache_misses,
        "errors": list(error_codes),
    }
    if tally.cost is not None:
        facts["cost"] = tally.cost
    if more:
        facts.update(more)
    if _file is not None:
        _write_request(facts, _file)
    else:
        told = {name: fact for name, fact in facts.items() if name not in _STRUCTLOGS}
        getattr(_requests, level)("request", **told)


def _write_request(line: dict[str, object], file: TextIO) -> None:
    """The line that structlog would write, without its processors: every request has one."""
    if in_request():
        line["trace_id"] = trace_id()
    try:
        told = orjson.dumps(line, default=repr, option=_BYTES)
    except TypeError:
        told = f"{_line(line)}\n".encode()
    file.buffer.write(told)
    file.buffer.flush()


_requests = logger("request")
_least = logging.NOTSET
_file: TextIO | None = None
"""Where JSON goes."""


def _facts() -> list[Processor]:
    return [
        _with_trace_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _with_trace_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    if in_request():
        event.setdefault("trace_id", trace_id())
    return event


def _with_source(_logger: object, _method: str, event: EventDict) -> EventDict:
    event["source"] = event["_record"].name
    return event


def _renderers(text: bool) -> list[Processor]:  # noqa: FBT001
    if text:
        plain = structlog.dev.plain_traceback
        console = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=plain, pad_event_to=0
        )
        return [_printable, console]
    return [structlog.processors.format_exc_info, _json]


def _json(_logger: object, _method: str, event: EventDict) -> str:
    first = {"timestamp": event.pop("timestamp"), "level": event.pop("level")}
    return _line({**first, "event": event.pop("event"), **event})


def _line(line: Mapping[str, object]) -> str:
    try:
        return orjson.dumps(line, default=repr, option=_OPTIONS).decode()
    except TypeError:  # what a client sent may hold half a surrogate pair, or a huge integer
        return json.dumps(line, default=_told)


def _told(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return repr(value)


def _printable(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Clients name their operations: no escape sequence of theirs reaches a terminal."""
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable() and key != "stack":
            event[key] = repr(value)[1:-1]
    return event


def _take_over_standard_logging(level: int, text: bool) -> None:  # noqa: FBT001
    handler = logging.StreamHandler(sys.stderr)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_with_source, *_facts()],
            processors=[remove_meta, *_renderers(text)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(level, least))
    logging.captureWarnings(True)
