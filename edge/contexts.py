"""In charge of what one request has at hand: over the stores, a transaction, or who watches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from strawberry import Schema
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from auth import ANONYMOUS, Principal
from catalog.change import Isolation, Transaction
from catalog.entity import Catalog, Store
from catalog.query import DataSource, Readable
from datasources.redis import NoCache
from resolvers.across.reach import Reach
from resolvers.across.sizes import Sizes
from resolvers.cache.entitycache import EntityCache
from resolvers.cache.loaders import Loaders
from resolvers.context import Context, Means
from resolvers.documents.info import core_of
from resolvers.errors import InputError
from resolvers.guards import guards_of
from resolvers.outbox.finishing import Finishing
from resolvers.planning.sights import Sight, Sights
from resolvers.policies import granted
from schema.shown import Shown
from telemetry import current

Watches = Callable[[Readable], Readable]
"""What makes of a source one that tells somebody what it is asked."""


@dataclass(frozen=True)
class Contexts:
    """What all contexts of a graph share."""

    catalog: Catalog
    schema: Schema
    sources: Mapping[Store, DataSource]
    cache: EntityCache
    sights: Sights
    sizes: Sizes
    finishing: Finishing | None
    isolation: Isolation
    whole: bool
    """Whether an operation is refused whole if anything in it may not be read."""
    policy_seconds: float
    most_keys: int

    @cached_property
    def _strangers(self) -> Sight:
        """What those see who do not say who they are, as most do: always the same."""
        return self.sights.of(ANONYMOUS)

    @cached_property
    def _uncached(self) -> EntityCache:
        """What keeps nothing: what a transaction reads is nobody else's as yet."""
        return EntityCache(self.catalog, NoCache(), default_ttl=0, local_bytes=0)

    @cached_property
    def _reaching(self) -> Callable[[], Reach]:
        return partial(Reach, self.catalog, self.sources, self.most_keys, self.sizes)

    @cached_property
    def _means(self) -> Means:
        return Means(
            granting=self._granted,
            showing=Shown(core_of(self.schema)).to,
            beginning=self._beginning,
            finishing=self.finishing,
            isolation=self.isolation,
            wrote=self.cache.forget,
            writing=self._written,
            whole=self.whole,
        )

    @cached_property
    def _is_alike(self) -> bool:
        """Whether the stores themselves show everybody the same."""
        return all(each.as_seen_by(ANONYMOUS) is each for each in self.sources.values())

    def of(self, principal: Principal) -> Context:
        """What one request has at hand."""
        strangers = principal is ANONYMOUS
        planner, claims = self._strangers if strangers else self.sights.of(principal)
        sources = self.sources
        loaders = Loaders(sources, self.cache)
        context = Context(principal, planner, claims, sources, loaders, self._reaching, self._means)
        return context if self._is_alike else self._told_of(context)

    async def _written(
        self, context: Context, document: str, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The data of a mutation that a user's resolver asks for. Raises its first error."""
        tally = current()
        asked = tally.operation, tally.kind, tally.document
        try:
            result = await self.schema.execute(
                document,
                variable_values=dict(variables),
                context_value=replace(context, is_inner=True),
                allowed_operation_types={OperationType.MUTATION},
            )
        except InvalidOperationTypeError:
            raise InputError("What `write` is given is no mutation.") from None
        finally:
            tally.operation, tally.kind, tally.document = asked
        for error in result.errors or ():
            raise error.original_error or error
        return result.data or {}

    def watched(self, principal: Principal, watch: Watches) -> Context:
        """The same over sources that somebody watches, for reading only.

        Nothing is kept, so all is asked of them.
        """
        context = self.of(principal)
        sources = {store: watch(each) for store, each in context.sources.items()}
        return replace(
            context,
            sources=sources,
            loaders=Loaders(sources, self._uncached),
            reaching=partial(Reach, self.catalog, sources, self.most_keys, self.sizes),
            means=replace(context.means, writing=_only_explained),
        )

    def _told_of(self, context: Context) -> Context:
        """The same, where a store is told who asks."""
        viewer = context.principal
        sources = {store: each.as_seen_by(viewer) for store, each in self.sources.items()}
        return replace(
            context,
            sources=sources,
            loaders=Loaders(sources, self.cache),
            reaching=partial(Reach, self.catalog, sources, self.most_keys, self.sizes),
        )

    @asynccontextmanager
    async def _beginning(
        self, context: Context, store: Store
    ) -> AsyncGenerator[tuple[Transaction, Context]]:
        """A transaction, and the context that reads by it, of which nothing is kept."""
        source = self.sources[store].as_seen_by(context.principal)
        async with source.begin(context.means.isolation) as transaction:
            sources = {**context.sources, store: transaction}
            loaders = Loaders(sources, self._uncached)
            # Without statistics, which would take another connection while one is held.
            reaching = partial(Reach, self.catalog, sources, self.most_keys)
            yield transaction, replace(context, sources=sources, loaders=loaders, reaching=reaching)

    async def _granted(self, context: Context, names: frozenset[str]) -> Context:
        """The context of whom these policies are granted that the user's function grants."""
        guards = guards_of(core_of(self.schema))
        held = await granted(guards, context, names, self.policy_seconds)
        principal = replace(context.principal, policies=held)
        planner, claims = self.sights.found(principal)
        return replace(context, principal=principal, claims=claims, planner=planner)


async def _only_explained(
    context: Context,  # noqa: ARG001 (as of whatever writes)
    document: str,  # noqa: ARG001
    variables: Mapping[str, Any],  # noqa: ARG001
) -> Mapping[str, Any]:
    raise InputError("What is only explained does not write.", hint="Ask without `explain`.")
