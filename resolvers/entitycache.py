"""In charge of the entity cache: what hops have found, kept for other requests.

An answer is looked for in this process, then in Redis, then in its store. Whatever is being looked
for already is waited for, so that many who miss the same thing load it once; and it is looked for
anew shortly before it ends, behind the backs of those who ask.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field

from catalog.entity import Catalog, Relation
from catalog.errors import StoredValueError
from catalog.query import Answer, DataSource, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask
from datasources.redis import Cache, NoCache
from resolvers.athand import LOCAL_SECONDS, AtHand
from resolvers.entries import Entries, Entry
from resolvers.kept import Kept, Lookup
from telemetry import current

_Errand = asyncio.Task[Mapping[Lookup, Mapping[Key, Answer]]]


@dataclass(slots=True, eq=False)
class Batch:
    """The keys that one call asks of one lookup, and their answers as they come in."""

    lookup: Lookup
    keys: dict[Key, None] = field(default_factory=dict[Key, None])
    answers: dict[Key, Answer] = field(default_factory=dict[Key, Answer])

    @property
    def read(self) -> Read | Summary:
        """What is asked, without its values."""
        return self.lookup.template.read

    def missing(self) -> list[Key]:
        """The keys without an answer as yet."""
        return [key for key in self.keys if key not in self.answers]


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
        self, source: DataSource, lookup: Lookup, keys: Sequence[Key]
    ) -> tuple[Mapping[Key, Answer], Sequence[Key]]:
        """What is in this process of these keys, and the keys that are not."""
        found = self._at_hand.find(lookup, keys)
        tally = current()
        tally.cache_hits += len(found.answers)
        tally.cache_local_hits += len(found.answers)
        if found.ageing:
            batch = Batch(lookup, dict.fromkeys(found.ageing))
            self._send(source, self._not_under_way([batch]), behind=True)
        return found.answers, found.missing

    async def load(self, source: DataSource, batches: Sequence[Batch]) -> None:
        """Gives every batch an answer for each of its keys. Raises ``StoreError``."""
        if not any(batch.lookup.ttl for batch in batches):
            await _ask(source, batches)
            return
        errands = self._whereabouts(batches)
        if new := self._not_under_way(batches):
            errands.add(self._send(source, new))
        # Nobody's going away ends an errand: others may be waiting, and it has its use.
        await asyncio.wait(errands)
        for found in [errand.result() for errand in errands]:
            for batch in batches:
                batch.answers.update(found.get(batch.lookup, {}))

    async def close(self) -> None:
        """Ends what is under way."""
        for errand in (errands := list(self._errands)):
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)

    # --- Errands: each to Redis, and for what is not there to the store ---------------------------

    def _whereabouts(self, batches: Iterable[Batch]) -> set[_Errand]:
        """The errands that bring some of these keys."""
        return {
            errand
            for batch in batches
            for key, errand in self._under_way.get(batch.lookup, {}).items()
            if key in batch.keys
        }

    def _not_under_way(self, batches: Iterable[Batch]) -> list[Batch]:
        """The batches with the keys that no errand brings."""
        new: list[Batch] = []
        for batch in batches:
            known = self._under_way.get(batch.lookup, {})
            if keys := [key for key in batch.keys if key not in known]:
                new.append(Batch(batch.lookup, dict.fromkeys(keys)))
        return new

    def _send(
        self, source: DataSource, batches: Sequence[Batch], *, behind: bool = False
    ) -> _Errand:
        """``behind`` the backs of those who ask, it belongs to none of their requests."""
        errand = asyncio.create_task(
            self._run(source, batches, behind=behind), context=Context() if behind else None
        )
        self._errands.add(errand)
        for batch in batches:
            if batch.lookup.ttl:
                under_way = self._under_way.setdefault(batch.lookup, {})
                under_way.update(dict.fromkeys(batch.keys, errand))
        errand.add_done_callback(lambda done: self._ended(done, batches))
        return errand

    def _ended(self, errand: _Errand, batches: Iterable[Batch]) -> None:
        self._errands.discard(errand)
        if not errand.cancelled():
            errand.exception()  # is told to those who wait, if there are any
        for lookup in {batch.lookup for batch in batches if batch.lookup.ttl}:
            left = {k: e for k, e in self._under_way[lookup].items() if e is not errand}
            self._under_way[lookup] = left
            if not left:
                del self._under_way[lookup]

    async def _run(
        self, source: DataSource, batches: Sequence[Batch], *, behind: bool
    ) -> Mapping[Lookup, Mapping[Key, Answer]]:
        kept = [batch for batch in batches if batch.lookup.ttl]
        # What Redis is about to forget is loaded now, while those who ask still have it at hand.
        await self._look_up(kept, least=LOCAL_SECONDS if behind else 0)
        missing = {batch: batch.missing() for batch in kept}
        await _ask(source, batches)
        for batch, keys in missing.items():
            self._keep(batch, keys)
        return {batch.lookup: batch.answers for batch in batches}

    async def _look_up(self, batches: Sequence[Batch], least: float) -> None:
        """Fills in what Redis has, and will have for ``least`` seconds, by one call."""
        named = [self._entries.names(batch.lookup, batch.keys) for batch in batches]
        contents = iter(await self._redis.get_many([name for names in named for name in names]))
        now = time.time()
        for batch, names in zip(batches, named, strict=True):
            found: dict[Key, Entry] = {}
            for key, name, content in zip(batch.keys, names, contents, strict=False):
                # Whatever does not decode was not written by this version: a miss.
                with suppress(ValueError):
                    if content is not None:
                        found[key] = self._entries.unpacked(name, batch.lookup, content)
            good = {k: e.answer for k, e in found.items() if e.ends - now > least}
            if good:
                ends = min(found[key].ends for key in good)
                self._at_hand.keep(batch.lookup, good, ends - now)
                batch.answers.update(good)

    def _keep(self, batch: Batch, keys: Iterable[Key]) -> None:
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
        self._at_hand.keep(lookup, kept, lookup.ttl)
        if self._redis.takes:
            named = zip(self._entries.names(lookup, kept), kept.values(), strict=True)
            packed = {
                name: self._entries.packed(name, lookup, Entry(answer, ends))
                for name, answer in named
            }
            items = {name: content for name, content in packed.items() if content is not None}
            self._redis.set_many(items, lookup.ttl)


async def _ask(source: DataSource, batches: Sequence[Batch]) -> None:
    """Fills in what the store has to say to the keys without an answer, by one call."""
    asked = [(batch, missing) for batch in batches if (missing := batch.missing())]
    if not asked:
        return
    asks = [
        # The same statement, whatever the order of the rows.
        Ask(batch.lookup.template, batch.lookup.values, tuple(sorted(missing, key=repr)))
        for batch, missing in asked
    ]
    for (batch, missing), answers in zip(asked, await source.run(asks), strict=True):
        nothing = batch.read.nothing
        batch.answers.update({key: answers.get(key, nothing) for key in missing})
