"""In charge of everything that a request needs of the server: the lifespan's one typed state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol, runtime_checkable

from strawberry import Schema

from auth import ANONYMOUS, Authenticates, Late, Principal, SignsIn
from catalog.change import Isolation
from catalog.ending import ended
from catalog.entity import Catalog, Store
from catalog.query import DataSource
from catalog.writing import is_written
from datasources.redis import Buckets, Cache
from edge.contexts import Contexts, Watches
from edge.live.presence import Presence
from edge.live.rules import LIVE, LiveRules
from edge.persisted.documents import Documents
from edge.persisted.preparing import prepare
from edge.persisted.trusted import Trusted
from edge.rates import Charging, Rates
from resolvers.across.reach import MOST_KEYS
from resolvers.across.sizes import Sizes
from resolvers.cache.entitycache import EntityCache
from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.guards import guards_of
from resolvers.operations.known import Operations
from resolvers.outbox.changes import Outbox
from resolvers.outbox.courier import Courier
from resolvers.outbox.finishing import Finishing
from resolvers.planning.paging import PageLimits
from resolvers.planning.sights import Sights

POLICY_SECONDS: Final = 5.0
"""How long the user's function may take to say which policies hold."""

IDEMPOTENCY_TTL: Final = 86_400.0
"""For how many seconds the answer to an idempotency key is kept."""


_WARMING: Final = 1.0
"""Seconds that are taken before anybody asks."""


@runtime_checkable
class Warm(Protocol):
    """A source, or who finds out who asks, that can get ready before it is asked."""

    async def warm(self) -> None:
        """Raises nothing if it cannot."""
        ...


@runtime_checkable
class Delayed(Protocol):
    """A source in which reads may have to wait for others."""

    @property
    def delay(self) -> float:
        """About how long, in seconds."""
        ...


@dataclass(frozen=True)
class Graph:
    """A schema and the stores behind it; lives as long as the server."""

    catalog: Catalog
    schema: Schema
    sources: Mapping[Store, DataSource]
    cache: Cache
    cache_ttl: float
    """For how many seconds answers across stores are kept where no model says; 0 keeps none."""
    page_limits: PageLimits
    max_reach_keys: int = MOST_KEYS
    authenticator: Authenticates | None = None
    """Who finds out who asks; without one nobody can sign in."""
    browsers: Late[SignsIn] | None = None
    """Who signs browsers in and out; without one cookies mean nothing."""
    public_url: str | None = None
    """Where clients find the server, if that is not what their requests say."""
    reject_unauthorized: bool = False
    """Whether an operation is refused whole if anything in it may not be read."""
    access_dry_run: bool = False
    """Whether rules are only tried: what they would deny is logged."""
    cache_local_bytes: int = 0
    """What may be kept in this process, in front of the cache."""
    policy_seconds: float = POLICY_SECONDS
    isolation: Isolation = Isolation.REPEATABLE_READ
    """What the transactions of writes see of others."""
    idempotency_ttl: float = IDEMPOTENCY_TTL
    live: LiveRules = LIVE
    """What those may do who stay connected."""
    rates: Rates | None = None
    """What one client may ask for in a while; without them, as much as it likes."""
    buckets: Buckets | None = None
    """What clients' operations are taken from, if there are rates."""
    documents: Documents = field(default_factory=Documents)
    """The documents that requests may name in place of their text."""
    waits_for_both: bool = True
    """Whether a change of both stores is answered only when both have it."""
    direct: bool = True
    """Whether plans are completed directly, and not by graphql-core with all of its hooks."""

    @cached_property
    def operations(self) -> Operations:
        """The documents that were asked for lately."""
        return Operations(self.schema, self.catalog)

    @cached_property
    def charging(self) -> Charging | None:
        """What takes of what clients may ask for, if that is limited."""
        if self.rates is None or self.buckets is None:
            return None
        return Charging(self.rates, self.buckets, core_of(self.schema), self.operations)

    @cached_property
    def presence(self) -> Presence:
        """Who stays connected to this process."""
        return Presence(self.browsers, self.live)

    @cached_property
    def entity_cache(self) -> EntityCache:
        """What is kept from one request to the next."""
        return EntityCache(
            self.catalog,
            self.cache,
            default_ttl=self.cache_ttl,
            local_bytes=self.cache_local_bytes if self.cache_ttl else 0,
        )

    @cached_property
    def sights(self) -> Sights:
        """What people see of it. Raises ``ModelError``."""
        guards = guards_of(core_of(self.schema))
        return Sights(self.catalog, self.page_limits, guards, dry_run=self.access_dry_run)

    @cached_property
    def sizes(self) -> Sizes:
        """How many rows there are, more or less."""
        return Sizes(self.catalog, self.sources)

    @cached_property
    def finishing(self) -> Finishing | None:
        """What ends changes of both stores; None if not both can be written."""
        written = {entity.store for entity in self.catalog.values() if is_written(entity)}
        if written & self.sources.keys() != {*Store}:
            return None
        outbox = Outbox(self.catalog, self.sources, self.entity_cache.forget)
        return Finishing(outbox, waits=self.waits_for_both)

    @asynccontextmanager
    async def working(self) -> AsyncGenerator[None]:
        """What goes on beside requests, while it lasts: the outbox, and trusted documents."""
        work: list[Coroutine[None, None, None]] = []
        if self.finishing is not None:
            work.append(Courier(self.finishing.outbox).run())
        if self.documents.trusted is not None:
            work.append(self._trusting(self.documents.trusted))
        tasks = {asyncio.create_task(each) for each in work}
        try:
            yield
        finally:
            await ended(tasks)

    async def _trusting(self, trusted: Trusted) -> None:
        """Looks after the manifest: what is in it is made ready."""
        async for manifest in trusted.manifests():
            planner, sources = self.context(ANONYMOUS).planner, self.sources.values()
            await prepare(manifest, self.operations, planner, sources)

    def delay(self) -> float:
        """How long requests wait in its stores for nothing but each other, in seconds."""
        told = [each.delay for each in self.sources.values() if isinstance(each, Delayed)]
        return max(told, default=0.0)

    async def warm(self) -> None:
        """Has connections opened, keys fetched and estimates made before anybody asks.

        What does not come soon is not waited for.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_WARMING):
                parts = (*self.sources.values(), self.authenticator)
                warmed = [each.warm() for each in parts if isinstance(each, Warm)]
                await asyncio.gather(self.sizes.ready(), *warmed)

    @cached_property
    def _contexts(self) -> Contexts:
        return Contexts(
            catalog=self.catalog,
            schema=self.schema,
            sources=self.sources,
            cache=self.entity_cache,
            sights=self.sights,
            sizes=self.sizes,
            finishing=self.finishing,
            isolation=self.isolation,
            whole=self.reject_unauthorized,
            policy_seconds=self.policy_seconds,
            most_keys=self.max_reach_keys,
        )

    @cached_property
    def context(self) -> Callable[[Principal], Context]:
        """What one request has at hand."""
        return self._contexts.of

    @cached_property
    def watched(self) -> Callable[[Principal, Watches], Context]:
        """The same over sources that somebody watches, for reading only."""
        return self._contexts.watched

    async def close(self) -> None:
        """Gives back every connection; none stays because another could not be closed."""
        if self.finishing is not None:
            await self.finishing.close()
        async with AsyncExitStack() as stack:
            for part in (*self.sources.values(), self.cache, self.entity_cache, self.sizes):
                stack.push_async_callback(part.close)
            stack.push_async_callback(self.documents.close)
            if self.buckets:
                stack.push_async_callback(self.buckets.close)
            # The last first: what signs browsers in asks by what finds out who asks.
            if self.authenticator:
                stack.push_async_callback(self.authenticator.close)
            if self.browsers:
                stack.push_async_callback(self.browsers.close)
