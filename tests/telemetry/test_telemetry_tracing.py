"""Where spans go: the standard variables, and an end of the program that never hangs."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from telemetry.tracing import configure, enabled

PROGRAM = """
import json, os, sys
from telemetry import enabled, logs, span, tracing
logs.configure("info", "json")
shutdown = tracing.configure(os.environ, service_version="1.2.3")
with span("request", kind="server"):
    with span("resolver"): pass
print(json.dumps({"enabled": enabled(), "sdk": "opentelemetry.sdk.trace" in sys.modules}))
shutdown()
shutdown()
"""

TICKING = """
import atexit, threading, time
ticks = 0
def tick():
    global ticks
    while True:
        time.sleep(0.01)
        ticks += 1
threading.Thread(target=tick, daemon=True).start()
atexit.register(lambda: print(ticks * 0.01))
"""
"""Tells, when a program ends, in how many seconds it had its turns: no busy machine's count."""


class Collector:
    """An OTLP endpoint on loopback that keeps what it is sent."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[dict[str, str]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.requests.append(ExportTraceServiceRequest.FromString(body))
                collector.headers.append(dict(self.headers))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def spans(self) -> list[str]:
        return [
            span.name
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def resource(self) -> dict[str, str]:
        attributes = self.requests[0].resource_spans[0].resource.attributes
        return {attribute.key: attribute.value.string_value for attribute in attributes}


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that listens."""
    collector = Collector()
    yield collector
    collector.stop()


def test_off_unless_asked(run):
    """No variable: no spans, and the SDK is not even imported."""
    done = run(PROGRAM)
    assert json.loads(done.stdout) == {"enabled": False, "sdk": False}
    assert done.stderr == ""


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_SDK_DISABLED": "True", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
    ],
)
def test_can_be_turned_off(environ):
    """OTEL_SDK_DISABLED and the exporter none win over an endpoint."""
    shutdown = configure(environ, service_version="1")
    assert not enabled()
    shutdown()


def test_an_endpoint_is_asking_enough(run, collector):
    """All spans reach it before the program ends, with the resource's defaults."""
    done = run(PROGRAM, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    assert json.loads(done.stdout)["enabled"] is True
    assert done.stderr == ""
    assert sorted(collector.spans()) == ["request", "resolver"]
    assert collector.resource().items() >= {
        ("service.name", "bigraph"),
        ("service.version", "1.2.3"),
    }


def test_the_sdks_variables_are_honoured(run, collector):
    """Names, resource attributes, headers, the exact endpoint for traces, several exporters."""
    environ = {
        "OTEL_TRACES_EXPORTER": "otlp,console",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.url}/own/path",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=blue",
        "OTEL_SERVICE_NAME": "flights",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test,service.version=9",
    }
    done = run(PROGRAM, environ)
    assert sorted(collector.spans()) == ["request", "resolver"]
    assert collector.resource().items() >= {
        ("service.name", "flights"),
        ("service.version", "9"),
        ("deployment.environment.name", "test"),
    }
    assert collector.headers[0]["x-tenant"] == "blue"
    assert '"name": "resolver"' in done.stdout


def test_the_sampler_is_honoured(run, collector):
    """A sampler that takes nothing sends nothing."""
    sampler = {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"}
    run(PROGRAM, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, **sampler})
    assert collector.spans() == []


def test_what_counts_is_the_environment_given(run, collector):
    """Settings may come from a file: variables of the process are not looked at, nor changed."""
    given = {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    program = PROGRAM.replace("configure(os.environ,", f"configure({given!r},")
    program += 'print({k: v for k, v in os.environ.items() if k.startswith("OTEL_")})'
    done = run(program, {"OTEL_TRACES_EXPORTER": "console"})
    assert sorted(collector.spans()) == ["request", "resolver"]
    assert done.stdout.splitlines()[-1] == "{'OTEL_TRACES_EXPORTER': 'console'}"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            {"OTEL_TRACES_EXPORTER": "zipkin"},
            "OTEL_TRACES_EXPORTER is 'zipkin', which is none of otlp, console, none",
        ),
        (
            {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc', but only http/protobuf is spoken",
        ),
    ],
)
def test_asking_for_what_there_is_not_is_refused(environ, said):
    """One clear line at start-up rather than spans that never arrive."""
    with pytest.raises(ValueError, match=said):
        configure(environ, service_version="1")


@pytest.mark.parametrize("collector_is", ["refusing", "silent"])
def test_an_unreachable_collector_does_not_hold_up_the_end(run, collector_is):
    """Within three seconds, with one line that says so at most, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if collector_is == "silent" else 1
        program = TICKING + PROGRAM.replace(
            "shutdown()\nshutdown()", "ticks = 0; shutdown(); print(ticks * 0.01)"
        )
        done = run(program, {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"})
    assert done.returncode == 0
    shut, ended = map(float, done.stdout.splitlines()[-2:])
    assert shut <= ended < 3
    assert "Traceback" not in done.stderr
    lines = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert lines in ([], ["tracing_trouble"])
