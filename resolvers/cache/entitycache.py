"""In charge of the entity cache: what hops have found, kept for other requests.

An answer is looked for in this process, then in Redis, then in its store. Whatever is being looked
for already is waited for, so that many who miss the same thing load it once; and it is looked for
anew shortly before it ends, behind the backs of those who ask.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass

from catalog import deadline
from catalog.ending import ended
from catalog.entity import Catalog, Entity, Relation
from catalog.errors import StoredValueError
from catalog.query import Answer, Key, Readable
from datasources.errors import StoreUnavailable
from datasources.redis import Cache, NoCache, may_wait
from resolvers.cache.athand import LOCAL_SECONDS, AtHand
from resolvers.cache.batches import Batch, ask_store
from resolvers.cache.entries import Entries, Entry
from resolvers.cache.kept import Kept, Lookup
from resolvers.cache.marks import MARK_SECONDS, Marks, fresh_mark, stamp_of
from telemetry import current


@dataclass(slots=True, eq=False)
class _Errand:
    """A way to Redis, and for what is not there to the store; others may wait for what it brings.

    ``looked`` is set when Redis has answered, or has had its time.
    """

    batches: Sequence[Batch]
    looked: asyncio.Event
    task: asyncio.Task[None]
    waiting: int = 0

    def brought(self) -> None:
        """Does nothing if it came to its end. Raises ``StoreError``, also if the cache was closed.

        A cancelled task's own error would be taken for the cancellation of whoever waits.
        """
        if self.task.cancelled():
            store = self.batches[0].read.entity.store.value
            raise StoreUnavailable(store, "The server stops, and asks no store any longer.")
        self.task.result()

    def found(self, lookup: Lookup) -> Mapping[Key, Answer]:
        """What it brought, once it has."""
        return {k: a for b in self.batches if b.lookup == lookup for k, a in b.answers.items()}


class EntityCache:
    """What is kept of one catalog's stores; lives as long as the server.

    ``default_ttl`` is for hops across stores of which no model says anything; with 0 nothing is
    kept at all. ``local_bytes`` bounds what is kept in this process.
    """

    def __init__(
        self, catalog: Catalog, redis: Cache, *, default_ttl: float, local_bytes: int
    ) -> None:
        self._catalog = catalog
        self._redis = redis
        self._default_ttl = default_ttl if local_bytes or not isinstance(redis, NoCache) else 0
        self._entries = Entries(catalog)
        self._marks = Marks(catalog)
        self._at_hand = AtHand(local_bytes)
        self._under_way: dict[Lookup, dict[Key, _Errand]] = {}
        self._errands: set[_Errand] = set()

    def ttl_of(self, relation: Relation) -> float:
        """For how many seconds what is found along a relation may be kept."""
        if not self._default_ttl:
            return 0
        if relation.cache_ttl is not None:
            return relation.cache_ttl
        if not relation.cross_store:
            return 0
        declared = self._catalog[relation.target].cache_ttl
        return self._default_ttl if declared is None else declared

    def find(
        self, source: Readable, lookup: Lookup, keys: Sequence[Key]
    ) -> tuple[Mapping[Key, Answer], Sequence[Key]]:
        """What is in this process of these keys, and the keys that are not."""
        if self._marks.of(lookup.template):
            return {}, keys  # other processes may write it at any moment
        found = self._at_hand.find(lookup, keys)
        tally = current()
        tally.cache_hits += len(found.answers)
        tally.cache_local_hits += len(found.answers)
        if found.ageing:
            self._renew(source, Batch(lookup, dict.fromkeys(found.ageing)))
        return found.answers, found.missing

    async def load(self, source: Readable, batches: Sequence[Batch]) -> None:
        """Gives every batch an answer for each of its keys. Raises ``StoreError``."""
        if not any(batch.lookup.ttl for batch in batches):
            await ask_store(source, batches)
            return
        others = [self._joined(batch) for batch in batches]
        led = [batch.without(joined) for batch, joined in zip(batches, others, strict=True)]
        errands = {errand for joined in others for errand in joined.values()}
        await self._carried(errands, self._sent(source, [batch for batch in led if batch.keys]))
        for batch, joined, own in zip(batches, others, led, strict=True):
            batch.answers.update(own.answers)
            for errand in set(joined.values()):
                batch.answers.update(errand.found(batch.lookup))

    async def forget(self, entities: Collection[Entity]) -> None:
        """Nothing counts from now on that was kept of rows of these entities, in any process.

        While Redis cannot be told, what it holds counts until it ends.
        """
        names = self._marks.named(entities)
        await self._redis.put({name: fresh_mark() for name in names}, MARK_SECONDS)

    async def close(self) -> None:
        """Ends what is under way."""
        await ended(errand.task for errand in self._errands)

    # --- Errands ----------------------------------------------------------------------------------

    def _joined(self, batch: Batch) -> dict[Key, _Errand]:
        """The errands of others that bring some of the keys, and that may be waited for.

        One for rows that are written may have begun before they were.
        """
        if self._marks.of(batch.lookup.template):
            return {}
        under_way = self._under_way.get(batch.lookup)
        if not under_way:
            return {}
        patient = may_wait()
        return {
            key: errand
            for key in batch.keys
            if (errand := under_way.get(key)) and (patient or errand.looked.is_set())
        }

    def _renew(self, source: Readable, batch: Batch) -> None:
        """Loads anew what ends soon, behind the backs of those who ask: for no request."""
        left = batch.without(self._under_way.get(batch.lookup, ()))
        if left.keys:
            # What Redis is about to forget is loaded now, while those who ask have it at hand.
            errand = Context().run(self._sent, source, [left], least=LOCAL_SECONDS)
            if errand is not None:
                errand.waiting += 1  # it has its use, whoever goes away that waits as well

    def _sent(
        self, source: Readable, batches: Sequence[Batch], *, least: float = 0
    ) -> _Errand | None:
        """A new errand for these keys; what Redis has for less than ``least`` seconds is loaded."""
        if not batches:
            return None
        looked = asyncio.Event()
        run = self._run(source, batches, looked, least)
        errand = _Errand(batches, looked, asyncio.create_task(run))
        self._errands.add(errand)
        for batch in batches:
            if batch.lookup.ttl:
                under_way = self._under_way.setdefault(batch.lookup, {})
                under_way.update(dict.fromkeys(batch.keys, errand))
        errand.task.add_done_callback(lambda _: self._ended(errand))
        return errand

    async def _carried(self, joined: set[_Errand], own: _Errand | None) -> None:
        """Waits for errands; who waits for another's look into Redis waits for Redis.

        An errand for which nobody waits any longer ends, and with it what it asks of the store.
        """
        errands = [*joined, *([own] if own else [])]
        for errand in errands:
            errand.waiting += 1
        try:
            await self._waited(joined, errands)
        finally:
            for errand in errands:
                errand.waiting -= 1
                if not (errand.waiting or errand.task.done()):
                    errand.task.cancel()
                    self._withdraw(errand)

    async def _waited(self, joined: set[_Errand], errands: Sequence[_Errand]) -> None:
        looking = [errand for errand in joined if not errand.looked.is_set()]
        if looking:
            with current().cache_wait:
                await asyncio.gather(*(errand.looked.wait() for errand in looking))
        await asyncio.wait([errand.task for errand in errands])
        for errand in errands:
            errand.brought()

    def _ended(self, errand: _Errand) -> None:
        self._errands.discard(errand)
        errand.looked.set()
        if not errand.task.cancelled():
            errand.task.exception()  # is told to those who wait, if there are any
        self._withdraw(errand)

    def _withdraw(self, errand: _Errand) -> None:
        """Nobody is to wait for it from now on."""
        for lookup in {batch.lookup for batch in errand.batches if batch.lookup.ttl}:
            under_way = self._under_way.pop(lookup, {})
            if left := {key: other for key, other in under_way.items() if other is not errand}:
                self._under_way[lookup] = left

    async def _run(
        self, source: Readable, batches: Sequence[Batch], looked: asyncio.Event, least: float
    ) -> None:
        deadline.limit(None)  # others may wait for it, for longer
        kept = [batch for batch in batches if batch.lookup.ttl]
        stamps = await self._look_up(kept, least)
        looked.set()
        missing = {batch: batch.missing() for batch in kept}
        await ask_store(source, batches)
        for batch, keys in missing.items():
            self._keep(batch, keys, stamps[batch])

    async def _look_up(self, batches: Sequence[Batch], least: float) -> Mapping[Batch, str | None]:
        """Fills in what Redis has, and will have for ``least`` seconds, by one call.

        Gives the stamps under which the rest may be kept, once the store has it.
        """
        named = [self._entries.names(batch.lookup, batch.keys) for batch in batches]
        marks = {name: None for batch in batches for name in self._marks.of(batch.lookup.template)}
        asked = [*(name for names in named for name in names), *marks]
        answered = await self._redis.get_many(asked)
        contents, held = iter(answered), self._held(marks, answered)
        now = time.time()
        stamps = {b: stamp_of(self._marks.of(b.lookup.template), held) for b in batches}
        for batch, names in zip(batches, named, strict=True):
            found: dict[Key, Entry] = {}
            for key, name, content in zip(batch.keys, names, contents, strict=False):
                # Whatever does not decode was not written by this version, or before a write.
                with suppress(ValueError):
                    if content is not None and (stamp := stamps[batch]) is not None:
                        found[key] = self._entries.unpacked(name + stamp, batch.lookup, content)
            good = {k: e.answer for k, e in found.items() if e.ends - now > least}
            if good:
                ends = min(found[key].ends for key in good)
                self._keep_at_hand(batch.lookup, good, ends - now)
                batch.answers.update(good)
        return stamps

    def _held(
        self, marks: Iterable[str], answered: Sequence[bytes | None]
    ) -> Mapping[str, bytes | None]:
        """The marks, of which those are made that are not there; they are not counted as rows."""
        names = list(marks)
        held = dict(zip(names, answered[len(answered) - len(names) :], strict=True))
        gone = [name for name, mark in held.items() if mark is None]
        tally = current()
        tally.cache_hits -= len(held) - len(gone)
        if gone and self._redis.takes:
            self._redis.add_many({name: fresh_mark() for name in gone}, MARK_SECONDS)
        return held

    def _keep_at_hand(self, lookup: Lookup, answers: Mapping[Key, Kept], seconds: float) -> None:
        if not self._marks.of(lookup.template):
            self._at_hand.keep(lookup, answers, seconds)

    def _keep(self, batch: Batch, keys: Iterable[Key], stamp: str | None) -> None:
        """Keeps what the store has given for these keys, if it is right."""
        lookup, ends = batch.lookup, time.time() + batch.lookup.ttl
        kept: dict[Key, Kept] = {}
        for key in keys:
            answer = batch.answers[key]
            records = answer.rows
            try:
                kept[key] = Kept(records, answer.total)
            except StoredValueError:  # is told each time, until it is mended in its store
                batch.answers[key] = Answer(records, answer.total)
        batch.answers.update(kept)
        self._keep_at_hand(lookup, kept, lookup.ttl)
        if stamp is not None and self._redis.takes:
            named = zip(self._entries.names(lookup, kept), kept.values(), strict=True)
            packed = {
                name: self._entries.packed(name + stamp, lookup, Entry(answer, ends))
                for name, answer in named
            }
            items = {name: content for name, content in packed.items() if content is not None}
            self._redis.set_many(items, lookup.ttl)
