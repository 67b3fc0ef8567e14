"""In charge of batches: the keys that one call asks of a store, and the answers as they come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from catalog.query import Answer, Key, Read, Readable
from catalog.summary import Summary
from catalog.templates import Ask
from resolvers.cache.kept import Lookup


@dataclass(slots=True, eq=False)
class Batch:
    """The keys of one lookup, and what is known of them."""

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

    def without(self, keys: Iterable[Key]) -> Batch:
        """The batch of its other keys."""
        left = set(keys)
        return Batch(self.lookup, {key: None for key in self.keys if key not in left})


async def ask_store(source: Readable, batches: Sequence[Batch]) -> None:
    """Fills in what the store has to say to the keys without an answer, by one call.

    Raises ``StoreError``.
    """
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
