"""In charge of the port at which metrics are read.

It is answered by threads: also while the event loop is stuck, and without keeping requests waiting.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any, Final, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import prometheus_client
from prometheus_client import CollectorRegistry

PATH: Final = "/metrics"

_App = Callable[..., Iterable[bytes]]

# Its own type for it is half unknown.
_metrics = cast("Any", prometheus_client).make_wsgi_app


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 10
    """Seconds for which a client is waited for."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: it is asked every few seconds."""


@contextmanager
def served(
    registry: CollectorRegistry, host: str, port: int, *, shared: bool = False
) -> Generator[int]:
    """Has them read over HTTP while this lasts; the port, of which 0 is a free one.

    If it may be ``shared``, another process may listen there that does so, too: the one that this
    one replaces. Raises OSError if nobody can listen there.
    """
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    kind = type("_Here", (_Server,), {"address_family": family, "allow_reuse_port": shared})
    server = make_server(host, port, _only(_metrics(registry)), kind, _Handler)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _only(app: _App) -> _App:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == PATH:
            return app(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Metrics are at /metrics.\n"]

    return answer
