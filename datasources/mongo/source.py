"""In charge of answering reads from MongoDB: one aggregate command for all that are given."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from catalog.change import Isolation
from catalog.deadline import seconds_for
from catalog.entity import Catalog, Entity, Store
from catalog.explained import StorePlan
from catalog.query import Answer, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask, Template, ask_of
from catalog.viewer import Viewer
from datasources.mongo.answers import answers_of, count_rows
from datasources.mongo.client import CODEC, POOL_SIZE, Database, Document, Session, settled
from datasources.mongo.errors import DRIVER_ERRORS, STORE, reason_of, store_error
from datasources.mongo.explaining import plan_of
from datasources.mongo.pipelines import Command, command_of
from datasources.mongo.pooling import PoolWatch
from datasources.mongo.reading import Decode, records_function
from datasources.mongo.redacted import command_text
from datasources.mongo.refusals import is_passing, write_conflict
from datasources.mongo.transaction import MongoTransaction
from datasources.places import USUAL, Places, Queueing
from telemetry.logs import logger
from telemetry.pools import PoolUse
from telemetry.stores import store_span

PING_SECONDS: Final = 1.0
_GRACE_SECONDS: Final = 2.0
_CLOSING_SECONDS: Final = 5.0
_ONE_BATCH: Final = 1_000_000
"""Documents in the first reply; MongoDB ends it at 16 MB, and the driver fetches the rest."""

_log = logger(STORE)


class MongoSource:
    """A ``DataSource`` over the documents of one database.

    ``max_seconds`` bounds each read in the server, and a little later also here. Reads and
    transactions have one of ``pool_size`` places, so that they never wait within the driver. Raises
    ``StoreUnavailable``, ``StoreTimeout`` or ``StoreError``; after a failure the next read connects
    anew.
    """

    store = Store.MONGO
    policy = ""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        *,
        max_seconds: float = 30.0,
        pool_size: int = POOL_SIZE,
        queueing: Queueing = USUAL,
        pool: PoolWatch | None = None,
    ) -> None:
        self._places = Places(self.store.value, pool_size, queueing)
        self._database = database.with_options(codec_options=CODEC)
        self._catalog = catalog
        self._max_seconds = max_seconds
        self._pool = pool or PoolWatch()

    @property
    def pool_use(self) -> PoolUse:
        """How the driver's connections are used now, if it tells its ``pool``."""
        use = self._pool.use
        return use._replace(waiting=use.waiting + self._places.waiting)

    def as_seen_by(self, viewer: Viewer) -> MongoSource:  # noqa: ARG002
        """Itself: MongoDB shows everybody the same."""
        return self

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Answers each read, in order; every key of a batch has an answer."""
        return await self.run([ask_of(read) for read in reads])

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        await self._places.take()
        try:
            return await self._answered(asks, None)
        finally:
            self._places.leave()

    def begin(self, isolation: Isolation | None = None) -> MongoTransaction:  # noqa: ARG002
        """A transaction in a session of its own, which begins when it is first used.

        MongoDB has one level of isolation, see `Isolation`.
        """
        seconds = self._max_seconds + _GRACE_SECONDS
        return MongoTransaction(
            self._catalog, self._database, self._answered, seconds, self._places
        )

    def begin_own(self, isolation: Isolation | None = None) -> MongoTransaction:
        """The same: MongoDB knows of nobody else."""
        return self.begin(isolation)

    async def _answered(
        self, asks: Sequence[Ask], session: Session | None
    ) -> list[Mapping[Key, Answer]]:
        reads = [ask.read for ask in asks]
        command = command_of(self._catalog, reads)
        documents = await self._run(command, reads, session) if command else []
        decoders = [ask.template.made.get(self) or self._written(ask.template) for ask in asks]
        return answers_of(reads, decoders, command, documents)

    def _written(self, template: Template) -> Decode:
        read = template.read
        listed = read.listing if isinstance(read, Summary) else read
        made = records_function(self._catalog, listed.entity, listed.fields, listed.joins)
        template.made[self] = made
        return made

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """As the collections' metadata say; a collection that cannot tell in a second has none."""
        counts = await asyncio.gather(*(self._size(entity) for entity in entities))
        pairs = zip(entities, counts, strict=True)
        return {entity.name: count for entity, count in pairs if count is not None}

    async def _size(self, entity: Entity) -> int | None:
        # Without a query, `count` reads what MongoDB knows of a collection; a view it would walk.
        command = {"count": entity.table, "maxTimeMS": int(PING_SECONDS * 1000)}
        try:
            async with asyncio.timeout(PING_SECONDS + _GRACE_SECONDS):
                return int((await self._database.command(command))["n"])
        except (*DRIVER_ERRORS, TimeoutError):
            return None

    async def ping(self) -> str | None:
        """None if MongoDB answers within a second, else why not, without addresses or secrets."""
        try:
            async with asyncio.timeout(PING_SECONDS):
                await self._database.command("ping")
        except (*DRIVER_ERRORS, TimeoutError) as error:
            return reason_of(error)
        return None

    async def explained(self, asks: Sequence[Ask]) -> list[StorePlan]:
        """MongoDB's own plan of the one command of these reads."""
        command = command_of(self._catalog, [ask.read for ask in asks])
        seconds = seconds_for(self._max_seconds)
        return [await plan_of(command, self._database, seconds)] if command else []

    async def close(self) -> None:
        """Gives back every connection; the driver is waited for a while.

        One that looks for a server that is away was seen to go on for ever. It is left behind, also
        if it does not hear that it is to end.
        """
        closing = asyncio.create_task(settled(self._database.client.close()))
        _, left = await asyncio.wait([closing], timeout=_CLOSING_SECONDS)
        if left:
            _log.warning("mongo_driver_left_behind", seconds=_CLOSING_SECONDS)
            closing.cancel()
        else:
            closing.result()

    async def _run(
        self, command: Command, reads: Sequence[Read | Summary], session: Session | None
    ) -> list[Document]:
        collections = {read.entity.table for read in reads}
        collection = collections.pop() if len(collections) == 1 else None
        name = self._database.name
        span = store_span(
            *("mongodb", "aggregate", collection),
            batch=len(reads),
            namespace=name,
            asked=command,
            told=command_text,
        )
        with span as call:
            documents = await self._aggregate(command, session)
            call.returned(count_rows(reads, documents))
        return documents

    async def _aggregate(self, command: Command, session: Session | None) -> list[Document]:
        at = self._database if command.collection is None else self._database[command.collection]
        # To MongoDB, 0 is no limit.
        seconds = seconds_for(self._max_seconds)
        options = {"maxTimeMS": max(1, int(seconds * 1000)), "batchSize": _ONE_BATCH}
        try:
            async with asyncio.timeout(seconds + _GRACE_SECONDS):
                cursor = await settled(at.aggregate(command.pipeline, session=session, **options))
                return await cursor.to_list(None)
        except (*DRIVER_ERRORS, TimeoutError) as error:
            if session and is_passing(error):
                raise write_conflict() from error
            raise store_error(error) from error
