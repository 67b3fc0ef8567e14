"""In charge of running pieces of a program in a process of their own, and of recording spans."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry.recording import recorded_spans

ROOT = Path(__file__).parents[2]


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    """The spans that end within the test."""
    with recorded_spans() as exporter:
        yield exporter


@pytest.fixture(scope="session")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program as a process, with only the OTEL_* variables given; its output is text."""

    def run(
        program: str, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**kept, **(environ or {})},
            text=True,
            timeout=20,
            check=False,
            capture_output=True,
        )

    return run
