"""In charge of what one request has at hand: who asks, the stores, the loaders.

User-written resolvers get it as ``info.context``; its ``load`` is their way to the stores.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLError, GraphQLSchema

from auth import Principal
from catalog.change import Isolation, Transaction
from catalog.entity import Entity, Store
from catalog.filters import all_of
from catalog.query import Batch, Read, Readable
from resolvers.across.reach import Reach
from resolvers.cache.loaders import Loaders
from resolvers.errors import InputError
from resolvers.outbox.finishing import Finishing
from resolvers.planning.arguments import (
    filter_of,
    orders_of,
    value_of,
)
from resolvers.planning.plan import Planner
from resolvers.planning.questions import Question
from resolvers.planning.seen import Seen
from resolvers.rows import Row

if TYPE_CHECKING:
    from resolvers.operations.once import Once

Told: TypeAlias = tuple[bytes | None, Sequence[GraphQLError]]
"""A field's value in JSON, and the errors in it; no value where a null has spread to the top."""

Begins: TypeAlias = (
    "Callable[[Context, Store], AbstractAsyncContextManager[tuple[Transaction, Context]]]"
)
"""What begins a transaction, and makes the context that reads by it."""


@dataclass(frozen=True)
class Means:
    """What all requests of a graph may make use of."""

    granting: Callable[[Context, frozenset[str]], Awaitable[Context]]
    """What asks the user's function about policies."""
    showing: Callable[[Seen], GraphQLSchema]
    """What makes the schema that somebody is told of."""
    beginning: Begins
    finishing: Finishing | None
    """What ends changes of both stores, where there can be such."""
    isolation: Isolation
    """What transactions see of others, at least."""
    wrote: Callable[[Collection[Entity]], Awaitable[None]]
    """Who is told that rows of these entities were written."""
    writing: Callable[[Context, str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
    """What executes a mutation for a resolver that a user wrote."""
    whole: bool
    """Whether an operation is refused whole if anything in it may not be read."""


# One is made for every request: frozen takes three times as long, and so does `list[str]()`.
@dataclass(eq=False)
class Context:
    """The request's own, which nobody changes; nothing of it outlives the request."""

    principal: Principal
    planner: Planner
    claims: Mapping[str, Any]
    """What the principal's token says, by the variables that stand for it in plans."""
    sources: Mapping[Store, Readable]
    loaders: Loaders
    reaching: Callable[[], Reach]
    means: Means
    is_inner: bool = False
    """Whether it is for a mutation of a user's resolver, beside whatever else that does."""
    once: Once | None = None
    """What the request is, if it is written once only."""
    answers: Mapping[str, Callable[[], Awaitable[Told]]] | None = None
    """Of an answer in parts: what completes root fields directly, by response key; else none."""
    pending: list[str] = field(default_factory=list)
    """The outbox's ids of what Postgres has, and MongoDB perhaps not yet."""
    begun: list[asyncio.Task[Any]] = field(default_factory=list)
    """What is read for later parts, which ends with the request."""

    @property
    def in_parts(self) -> bool:
        """Whether the answer comes in parts, so that what is in later ones is read later."""
        return self.answers is not None

    @property
    def catalog(self) -> Seen:
        """The catalog, as far as the viewer sees it."""
        return self.planner.catalog

    @cached_property
    def outcomes(self) -> dict[str, Any]:
        """What came of the operation's writes, by response key, until their fields tell it."""
        return {}

    @cached_property
    def shown(self) -> GraphQLSchema:
        """The schema that the viewer is told of; it is for reading, and never executed."""
        return self.means.showing(self.catalog)

    async def knowing(self, policies: frozenset[str]) -> Context:
        """The same, once it is known which of these policies hold; of others none do."""
        return await self.means.granting(self, policies)

    @cached_property
    def reach(self) -> Reach:
        """What asks the other store first; most requests need none."""
        return self.reaching()

    def afresh(self) -> None:
        """Lets go of all that was read: what is read from now on sees what was written."""
        self.loaders.forget()
        vars(self).pop("reach", None)

    @cached_property
    def batches(self) -> dict[object, Any]:
        """What waits to be asked for many objects at once, where graphql-core asks for each."""
        return {}

    @cached_property
    def _questions(self) -> dict[object, Question]:
        """What `load` has asked in this request: rows of one level ask the same."""
        return {}

    async def load(
        self,
        model: type | str,
        key: Mapping[str, Any],
        *,
        where: Mapping[str, Any] | None = None,
        order_by: Sequence[Mapping[str, Any]] = (),
        first: int | None = None,
    ) -> list[Row]:
        """Rows whose fields equal ``key``; calls that differ only in its values go as one batch.

        ``key`` names fields as Python does; ``where`` and ``order_by`` are as in GraphQL. The rows
        hold all fields; their relations are followed if the client asks. Only rows that the viewer
        may read are found. Raises ``StoreError``, ``ReachError`` and ``UnauthorizedError``.
        """
        entity = self.catalog[model if isinstance(model, str) else model.__name__]
        said = (entity.name, tuple(key), first, repr((where, order_by)))
        question = self._questions.get(said)
        if question is None:
            question = Question(self._read(entity, key, where, order_by, first))
            self._questions[said] = question
        values = tuple([value_of(entity.fields[name].type, key[name]) for name in key])
        if None in values:
            return []
        answers = await self.loaders.load(await question.asked(self, {}, (values,)))
        found = answers[values].rows
        return [Row(self.catalog.kind_of(entity, record) or entity, record) for record in found]

    async def write(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """The data of a mutation, by the viewer's rights; what is read afterwards sees its rows.

        Its fields are one transaction, which is committed before this returns: so it is for
        mutations of one's own, and not for fields in an answer. What is refused is in the data.
        Raises the first of its errors.
        """
        if any(hasattr(source, "change") for source in self.sources.values()):
            hint = "Write in a mutation of your own."
            raise InputError("A field in the answer of a write cannot write.", hint=hint)
        try:
            return await self.means.writing(self, document, variables or {})
        finally:
            self.afresh()

    def _read(
        self,
        entity: Entity,
        key: Mapping[str, Any],
        where: Mapping[str, Any] | None,
        order_by: Sequence[Mapping[str, Any]],
        first: int | None,
    ) -> Read:
        unknown = key.keys() - entity.stored_fields.keys()
        if unknown or not key:
            hint = f"Fields of {entity.name}: {', '.join(entity.stored_fields)}."
            named = ", ".join(sorted(unknown)) or "nothing"
            raise InputError(f"load: the key names {named}.", hint=hint)
        try:
            filter_ = filter_of(self.catalog, entity, where)
            orders = orders_of(self.catalog, entity, order_by)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            hint = f"They are written as {entity.name}Filter and {entity.name}Order in GraphQL."
            raise InputError(f"load: where or order_by has {error} amiss.", hint=hint) from error
        return Read(
            entity,
            entity.paths,
            filter=all_of((self.catalog.rows(entity), filter_)),
            order=orders,
            limit=first,
            batch=Batch(tuple(key), ()),
        )
