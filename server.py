"""In charge of the commands: a graph is served, described, filled or migrated, as settings say."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # Until there is something to end in order, Ctrl-C is to end it without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The user's packages are looked for in the folder that one stands in, wherever this file is.
    sys.path.append(str(Path.cwd()))

from pydantic import ValidationError

import migrating
import tending
from assembly import catalog_and_schema, graph_of, roles
from catalog import BigraphError, Catalog, Store
from console import Progress, explained, joined, options, say
from datasources.check import check
from datasources.embedded import (
    EmbeddedError,
    EmbeddedUrls,
    ServerName,
    Supervisor,
    check_owner,
    note_owner,
)
from datasources.load import load
from datasources.migrations.noted import Urls
from datasources.postgres.check import check_roles, lacking
from development import print_token
from edge.explain import Explained, explanation
from edge.listening import listen
from edge.process import Stop, check_http
from edge.workers import Share
from packages import StartError, package, sample_tables
from principals import print_access
from resolvers.documents.info import core_of
from resolvers.guards import guards_of
from resolvers.planning.paging import PageLimits
from serving import VERSION, Place, answer, answer_by_workers, worker_settings
from settings import Settings
from telemetry import tracing
from telemetry.logs import configure as configure_logs

SDL = Path(__file__).parent / "schema" / "schema.graphql"


def not_given(catalog: Catalog, settings: Settings) -> set[ServerName]:
    """The stores without a URL, which are to be embedded."""
    needed: dict[ServerName, tuple[bool, str | None]] = {
        "postgres": (bool(catalog.of(Store.POSTGRES)), settings.database_url),
        "mongo": (bool(catalog.of(Store.MONGO)), settings.mongo_url),
        "redis": (True, settings.redis_url),
    }
    missing: set[ServerName] = {n for n, (wanted, url) in needed.items() if wanted and not url}
    if settings.environment == "production":
        missing.discard("redis")  # without one, nothing is cached
        for name in sorted(missing):
            setting = {"postgres": "DATABASE_URL", "mongo": "MONGO_URL"}[name]
            message = f"{setting} is not set, and in production no server is embedded."
            raise StartError(message, hint=f"Set {setting} to the {name} server's URL.")
    return missing


def embeds(settings: Settings) -> bool:
    """Whether there may be a server of our own to start."""
    given = (settings.database_url, settings.mongo_url, settings.redis_url)
    return settings.environment != "production" and not all(given)


async def fill(catalog: Catalog, settings: Settings, embedded: EmbeddedUrls) -> None:
    """Makes of the embedded stores what the models say, with the sample in them.

    They migrate themselves, unless one of the graph's stores is not ours. Where none is, it is only
    said if they are behind.
    """
    urls, ours = urls_of(catalog, settings, embedded), Urls(embedded.postgres, embedded.mongo)
    if ours == Urls(None, None):
        await migrating.tell_behind(settings, urls)
        return
    if migrates := urls == ours and migrating.has_history(settings):
        await migrating.keep_up(settings, urls)
    await load_sample(catalog, settings, ours, migrates=migrates)


async def load_sample(
    catalog: Catalog, settings: Settings, urls: Urls, *, migrates: bool = False
) -> None:
    """Makes missing tables and collections, and loads what the models' package has in `sample`.

    Where it ``migrates``, tables and collections are made already. A store without a URL here is
    left alone: only who says `load` has it written to.
    """
    await load(
        catalog,
        sample_tables(package(settings.models, "MODELS")),
        postgres_url=urls.postgres,
        mongo_url=urls.mongo,
        progress=Progress(),
        migrates=migrates,
    )


async def serve(settings: Settings) -> None:
    """Starts what is not given by URL, loads the sample, and serves until a signal comes."""
    check_http()
    share = Share.ours()
    catalog, schema = catalog_and_schema(settings)
    stop = Stop(settings.stops_after)
    async with AsyncExitStack() as stack:
        stack.enter_context(stop.on_signals())
        if share is not None:
            given, none = worker_settings(settings, share), EmbeddedUrls(None, None, None)
            share.follow(stop)
            await answer(Place(given, catalog, schema, none, share.listening), stop, share)
            return
        missing = not_given(catalog, settings)
        listening = stack.enter_context(listen(settings.host, settings.port))
        urls = await start_embedded(missing, settings, stack)
        await fill(catalog, settings, urls)
        await check_stores(catalog, settings, urls)
        place = Place(settings, catalog, schema, urls, listening)
        await (answer_by_workers(place) if settings.workers > 1 else answer(place, stop))
        say("Stopping ...")


async def check_stores(catalog: Catalog, settings: Settings, urls: EmbeddedUrls) -> None:
    """Raises ``SearchUnavailable`` and ``RoleUnfit``; says what no row-level security guards.

    And it says what models have and PostgreSQL does not, as it is of a model that has changed.
    """
    await check(catalog, postgres_url=settings.database_url, mongo_url=settings.mongo_url)
    told, url = roles(settings), settings.database_url or urls.postgres
    if url and (missing := await lacking(catalog.of(Store.POSTGRES), url)):
        say(f"PostgreSQL is not as the models say: {joined(missing)}. See docs/migrations.md.")
    if told and url and (unguarded := await check_roles(catalog, url, told)):
        say(f"No row-level security guards {joined(unguarded)}; see docs/rules.md.")


async def start_embedded(
    names: set[ServerName], settings: Settings, stack: AsyncExitStack
) -> EmbeddedUrls:
    """Starts the embedded servers; they end with the stack.

    What they hold is of one package of models; Redis tells the graphs in it apart by itself.
    """
    if not names:
        return EmbeddedUrls(None, None, None)
    if holds := names != {"redis"}:
        check_owner(settings.data_dir, settings.models)
    say(f"Starting {joined(sorted(names))} in {settings.data_dir} ...")
    supervisor = Supervisor(settings.data_dir, names, say=say)
    urls = (await stack.enter_async_context(supervisor)).urls
    if holds:
        note_owner(settings.data_dir, settings.models)
    return urls


def urls_of(catalog: Catalog, settings: Settings, embedded: EmbeddedUrls) -> Urls:
    """Where the stores are that hold an entity."""
    postgres = settings.database_url or embedded.postgres
    mongo = settings.mongo_url or embedded.mongo
    return Urls(
        postgres if catalog.of(Store.POSTGRES) else None, mongo if catalog.of(Store.MONGO) else None
    )


async def migrate(settings: Settings, given: Mapping[str, Any]) -> int:
    """Migrates, plans, checks, or writes the next migration; starts what is not given by URL."""
    catalog, _ = catalog_and_schema(settings)
    async with AsyncExitStack() as stack:
        embedded = not_given(catalog, settings) - {"redis"}
        started = await start_embedded(embedded, settings, stack)
        urls = urls_of(catalog, settings, started)
        if "message" in given:
            return await migrating.write_revision(settings, catalog, urls, given["message"])
        if given["check"]:
            return await migrating.check(settings, catalog, urls)
        if given["plan"]:
            return await migrating.print_plan(settings, urls, adopt=given["adopt"])
        return await migrating.migrate(
            settings, urls, adopt=given["adopt"], may_lose=given["may_lose"]
        )


async def tend(settings: Settings, given: Mapping[str, Any]) -> int:
    """Shows the outbox, or does with one of its rows what is asked."""
    catalog, schema = catalog_and_schema(settings)
    async with AsyncExitStack() as stack:
        urls = await start_embedded(not_given(catalog, settings) - {"redis"}, settings, stack)
        graph = graph_of(catalog, schema, settings, urls, (None, None))
        stack.push_async_callback(graph.close)
        if graph.finishing is None:
            raise StartError("There is no outbox: the graph does not write into both stores.")
        outbox = graph.finishing.outbox
        if given["retried"]:
            return await tending.retry(outbox, given["retried"])
        if given["forgotten"]:
            return await tending.forget(outbox, given["forgotten"])
        return await tending.print_rows(outbox)


async def load_given(settings: Settings) -> None:
    """Loads the sample into the stores that the settings name by URL."""
    catalog, _ = catalog_and_schema(settings)
    missing = not_given(catalog, settings) - {"redis"}
    if missing:
        message = f"No URL is given for {joined(sorted(missing))}."
        raise StartError(message, hint="`serve` loads the sample into embedded servers itself.")
    given = Urls(settings.database_url, settings.mongo_url)
    if migrates := migrating.has_history(settings):
        await migrating.keep_up(
            settings, urls_of(catalog, settings, EmbeddedUrls(None, None, None))
        )
    await load_sample(catalog, settings, given, migrates=migrates)


def runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    """What runs an event loop: uvloop's, where it is installed."""
    if find_spec("uvloop") is None:
        return asyncio.run
    import uvloop  # noqa: PLC0415 (see above)

    return uvloop.run


def print_schema(settings: Settings, *, check: bool) -> int:
    """Prints the SDL; or compares it with the committed one, and says how to mend it."""
    sdl = catalog_and_schema(settings)[1].as_str() + "\n"
    if not check:
        sys.stdout.write(sdl)
        return 0
    same = SDL.exists() and SDL.read_text("utf-8") == sdl
    if not same:
        say(f"schema/{SDL.name} is out of date: python server.py schema > schema/{SDL.name}")
    return 0 if same else 1


def print_explanation(settings: Settings, asked: Explained) -> int:
    """Prints how a query would be answered; raises ``ExplainError``. Needs no database."""
    catalog, schema = catalog_and_schema(settings)
    limits = PageLimits(settings.default_page_size, settings.max_page_size)
    sys.stdout.write(asyncio.run(explanation(catalog, schema, limits, asked)))
    return 0


def run(command: str, settings: Settings, given: Mapping[str, Any]) -> int:
    """Runs one command with its own options; returns its exit status."""
    if command == "schema":
        return print_schema(settings, check=given["check"])
    if command == "explain":
        return print_explanation(settings, explained(**given))
    if command == "access":
        catalog, schema = catalog_and_schema(settings)
        return print_access(settings, catalog, guards_of(core_of(schema)), given["somebody"])
    if command in ("migrate", "revision"):
        return asyncio.run(migrate(settings, given))
    if command == "outbox":
        return asyncio.run(tend(settings, given))
    if command == "token":
        return print_token(settings, given["person"], given["scope"])
    end_tracing = tracing.configure(os.environ, service_version=VERSION)
    try:
        # A signal while everything is still being started ends it like this.
        with suppress(asyncio.CancelledError):
            work = serve(settings) if command == "serve" else load_given(settings)
            # uvloop is faster, but starts no child under another account, which servers of our own
            # need where this one is root's: PostgreSQL refuses to be. They are for development.
            (asyncio.run if embeds(settings) else runner())(work)
    finally:
        end_tracing()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Every expected failure is one clear line, and exit status 2 for bad settings, else 1."""
    given = vars(options().parse_args(arguments))
    command = given.pop("command") or "serve"
    own = {name: given.pop(name) for name in given.keys() - Settings.model_fields.keys()}
    try:
        settings = Settings(**given)
        configure_logs(settings.log_level, settings.log_format)
        return run(command, settings, own)
    except ValidationError as error:
        for problem in error.errors():
            named = "".join(f"{each}: ".upper() for each in problem["loc"])
            say(f"{named}{problem['msg'].removeprefix('Value error, ')}.")
        return 2
    except (BigraphError, EmbeddedError, ValueError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
