"""In charge of what an orchestrator asks: is it alive, and can it answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from datasources.redis import NoCache
from edge.graph import Graph

_UNKEPT: Final = {"cache-control": "no-store"}


def routes(graph: Graph, is_stopping: Callable[[], bool]) -> list[BaseRoute]:
    """`GET /health/live`, and `GET /health/ready` with each store's state and reason."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        if is_stopping():
            return JSONResponse({"status": "stopping"}, 503, headers=_UNKEPT)
        stores = await _stores(graph)
        # Without Redis everything is answered, only slower.
        down = [name for name, reason in stores.items() if reason and name != "redis"]
        body = {
            "status": "unavailable" if down else "ready",
            "stores": {
                name: {"ready": reason is None, **({"reason": reason} if reason else {})}
                for name, reason in stores.items()
            },
        }
        return JSONResponse(body, 503 if down else 200, headers=_UNKEPT)

    return [Route("/health/live", live), Route("/health/ready", ready)]


async def _stores(graph: Graph) -> dict[str, str | None]:
    """Why each store cannot be used; None where it can."""
    pings = {store.value: source.ping() for store, source in graph.sources.items()}
    if not isinstance(graph.cache, NoCache):
        pings["redis"] = graph.cache.ping()
    reasons = await asyncio.gather(*pings.values())
    return dict(zip(pings, reasons, strict=True))
