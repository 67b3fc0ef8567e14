"""Log lines: one format for ours and the libraries', JSON for machines, text for people."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from telemetry import logs

ROOT = Path(__file__).parents[2]
TRACE = "0af7651916cd43dd8448eb211c80319c"

LINES = f"""
import logging, sys, warnings
from telemetry import begin, current, logs, log_request, logger, store_span
early = logger("early")
logs.configure(*sys.argv[1:] or ("info", "auto"))
early.info("started", port=8000)
logger("engine").debug("hidden")
logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1")
logging.getLogger("uvicorn.access").info("GET / 200")
logging.getLogger("pymongo.command").debug("a value")
logging.getLogger("psycopg.pool").warning("error connecting in 'pool-1'")
begin("00-{TRACE}-b7ad6b7169203331-01")
with store_span("postgresql", "SELECT") as call: call.returned(3)
with store_span("mongodb", "aggregate") as call: call.returned(2)
current().cache_hits, current().cache_misses = 4, 5
log_request("Flights", "query", duration_ms=12.34567, status=200)
log_request("Evil\\x1b[31m\\nforged", None, duration_ms=1, status=503, error_codes=["STORE_DOWN"])
try: {{}}["key"]
except KeyError: logging.getLogger("asyncio").exception("Task failed")
"""


@pytest.fixture(scope="module")
def json_lines(run) -> list[dict[str, object]]:
    """What the program above writes when stderr is no terminal."""
    done = run(LINES)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_lines_are_json_unless_a_person_looks(json_lines):
    """Each line is an object with UTC time, level and event; below the level nothing is written."""
    for line in json_lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])
        assert list(line)[:3] == ["timestamp", "level", "event"]
    assert [(line["source"], line["level"], line["event"]) for line in json_lines] == [
        ("early", "info", "started"),
        ("uvicorn.error", "info", "Uvicorn running on http://127.0.0.1"),
        ("psycopg.pool", "warning", "error connecting in 'pool-1'"),
        ("request", "info", "request"),
        ("request", "error", "request"),
        ("asyncio", "error", "Task failed"),
    ]
    assert json_lines[0]["port"] == 8000


def test_a_request_is_one_line(json_lines):
    """What was asked, how it ended and what its tally counted."""
    line = {key: value for key, value in json_lines[3].items() if key != "timestamp"}
    assert line == {
        "level": "info",
        "event": "request",
        "source": "request",
        "operation": "Flights",
        "type": "query",
        "duration_ms": 12.346,
        "status": 200,
        "rows": 5,
        "store_calls": {"postgres": 1, "mongo": 1},
        "cache_hits": 4,
        "cache_local_hits": 0,
        "cache_misses": 5,
        "errors": [],
        "trace_id": TRACE,
    }
    assert json_lines[4]["errors"] == ["STORE_DOWN"]


def test_no_value_of_a_client_breaks_a_line(run):
    """Half a surrogate pair, an integer beyond 64 bits: the line is written, and is JSON."""
    program = LINES.replace('"Flights", "query"', '"\\ud800", "query", more=2**70')
    line = json.loads(run(program).stderr.splitlines()[3])
    assert (line["operation"], line["more"]) == ("\ud800", 2**70)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])


def test_the_trace_id_is_on_the_lines_of_a_request_only(json_lines):
    """Also on those of libraries."""
    assert [line.get("trace_id") for line in json_lines] == [None] * 3 + [TRACE] * 3
    assert "KeyError: 'key'" in json_lines[5]["exception"]


def test_a_terminal_gets_text():
    """For a person: one line an event, in colour, and nobody's escape sequences but ours."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", LINES], cwd=ROOT, stderr=theirs) as program:
        os.close(theirs)
        written = _all_of(ours)
    assert program.returncode == 0
    assert "\x1b[31m\nforged" not in written.replace("\r", "")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written)
    assert re.search(r"Z \[info {4,5}\] started .*port=8000", plain)
    assert re.search(r"request .*operation=Flights .*status=200", plain)
    assert r"operation=Evil\x1b[31m\nforged" in plain
    assert "Traceback (most recent call last)" in plain


def _all_of(terminal: int) -> str:
    written = b""
    try:
        while chunk := os.read(terminal, 65536):
            written += chunk
    except OSError:  # how Linux tells that the other end is closed
        pass
    finally:
        os.close(terminal)
    return written.decode()


def test_text_can_be_asked_for(run):
    """Style text without a terminal has no colours; the level is honoured."""
    program = LINES.replace('sys.argv[1:] or ("info", "auto")', '("warning", "text")')
    written = run(program).stderr
    assert "\x1b" not in written
    assert "started" not in written
    assert "error connecting in 'pool-1'" in written


def test_debug_keeps_the_libraries_values_out(run):
    """At debug level, drivers would write whole commands."""
    written = run(LINES.replace('("info", "auto")', '("DEBUG", "json")')).stderr
    assert "hidden" in written
    assert "a value" not in written
    assert "GET / 200" not in written


def test_an_unknown_level_is_refused():
    """One clear line."""
    with pytest.raises(ValueError, match="the log level is 'loud', which is none of debug, info"):
        logs.configure("loud", "json")
