"""In charge of serving a graph: by this process, or by several of which it is the parent."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from strawberry import Schema

from assembly import bearable, graph_of, http_rules, uploads
from catalog import Catalog
from console import joined, say, welcome
from datasources.embedded import EmbeddedUrls
from datasources.redis import Replays
from development import own_issuer, sign_in_hint
from doors import doors
from edge.app import GRAPHIQL, create_app
from edge.issuer import OwnIssuer
from edge.listening import Listening
from edge.persisted.manifest import manifest_at
from edge.process import PATIENCE, Stop
from edge.workers import Share, Workers
from metering import measured
from packages import examples, package
from settings import Settings
from telemetry import logger
from telemetry.stalls import watched

VERSION: Final = "0.1.0"

# Objects that come before garbage is looked for: an answer of 5,000 rows is made of some 10,000,
# and ends in no cycles. By Python's own 700 the search takes a sixth of the time; by 50,000 it is
# so rare, since documents leave no garbage, that what was cut short stays, which is megabytes.
_GARBAGE: Final = 20_000
_log = logger("process")


@dataclass(frozen=True, slots=True)
class Place:
    """What is served, from which stores, and at which address."""

    settings: Settings
    catalog: Catalog
    schema: Schema
    urls: EmbeddedUrls
    listening: Listening

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port."""
        host, port, *_ = self.listening.address
        return host, port


async def answer(place: Place, stop: Stop, share: Share | None = None) -> None:
    """Answers until it is to stop; as a worker, if it has a ``share``."""
    settings = place.settings
    shown = list(examples(package(settings.models, "MODELS"))) if settings.serves_graphiql else None
    own = own_issuer(settings, place.address)
    async with AsyncExitStack() as stack:
        replays = Replays(redis_url := settings.redis_url or place.urls.redis)
        stack.push_async_callback(replays.close)
        signing_in = doors(settings, own, replays, redis_url)
        graph = graph_of(place.catalog, place.schema, settings, place.urls, signing_in)
        rules = http_rules(settings)
        app = create_app(
            graph,
            max_body_bytes=settings.max_body_bytes,
            uploads=uploads(settings),
            rules=rules,
            examples=shown,
            more=[own.route(replays)] if own else [],
            is_stopping=lambda: stop.asked,
        )
        metrics = stack.enter_context(
            measured(graph, settings, VERSION, replaces=share is not None)
        )
        if settings.stall_seconds:
            stack.enter_context(watched(settings.stall_seconds))
        await graph.warm()
        if share is None:
            greet(place, own, metrics)
        loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
        _log.info("serving", version=VERSION, loop=loop)
        gc.collect()
        gc.freeze()  # what is here now stays: no search for garbage need look through it
        gc.set_threshold(_GARBAGE, 20, 20)
        await stop.serve(
            app,
            place.listening,
            proxies=settings.forwarded_allow_ips,
            bearable=bearable(settings),
            presence=graph.presence,
            delay=graph.delay,
            origins=rules.origins,
            started=share.tell_ready if share else lambda: None,
        )


def greet(place: Place, own: OwnIssuer | None, metrics: str | None = None) -> None:
    """Says where everything is, and of which models it was forgotten to say who may read them."""
    settings = place.settings
    shown = list(examples(package(settings.models, "MODELS"))) if settings.serves_graphiql else None
    hint = sign_in_hint(own, settings) if own else None
    query = (shown[0].title, shown[0].query) if shown else None
    page = None if shown is None else GRAPHIQL
    say(welcome(place.address, page, query, place.urls.named(), hint, metrics))
    if closed := [entity.name for entity in place.catalog.values() if entity.access is None]:
        say(f"Nobody may read {joined(closed)}: no __access__ says who; see docs/rules.md.")
    tell_trusted(settings)


def tell_trusted(settings: Settings) -> None:
    """Says how many documents are trusted, and what becomes of others. Raises ``ManifestError``."""
    if settings.trusted_documents is None:
        return
    documents = len(manifest_at(settings.trusted_documents).texts)
    others = {
        "log": "others are answered, and logged",
        "warn": "others are answered with a warning, and logged",
        "enforce": "all others are refused",
    }[settings.trusted_mode]
    page = ", GraphiQL's too" if settings.serves_graphiql and settings.trusted_refuse else ""
    say(f"{documents} documents are trusted; {others}{page}.")


async def answer_by_workers(place: Place) -> None:
    """Has several processes answer, each as this one would, until it is to stop.

    With SIGHUP they are restarted one by one. Raises ``WorkerError``.
    """
    settings, loop = place.settings, asyncio.get_running_loop()
    command = [sys.executable, *sys.orig_argv[1:]]
    patience = settings.stops_after + 2 * PATIENCE
    environment = {**os.environ, **_told(place.urls)}
    workers = Workers(command, settings.workers, place.listening, environment, patience=patience)
    await workers.start()
    doing = {
        signal.SIGINT: workers.stop,
        signal.SIGTERM: workers.stop,
        signal.SIGHUP: workers.restart,
    }
    for number, do in doing.items():
        loop.add_signal_handler(number, do)
    greet(place, own_issuer(settings, place.address))
    await workers.run()
    loop.remove_signal_handler(signal.SIGHUP)


def worker_settings(settings: Settings, share: Share) -> Settings:
    """A worker's own: each has a port of its own for metrics, one after the other."""
    port = settings.metrics_port
    return settings.model_copy(update={"metrics_port": port + share.number if port else 0})


def _told(urls: EmbeddedUrls) -> Mapping[str, str]:
    """The embedded stores as settings: those who have them do not start any."""
    named = {"DATABASE_URL": urls.postgres, "MONGO_URL": urls.mongo, "REDIS_URL": urls.redis}
    return {name: url for name, url in named.items() if url}
