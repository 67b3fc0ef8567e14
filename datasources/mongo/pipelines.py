"""In charge of compiling reads into one aggregate command. Pure.

A plain read alone is a pipeline on its collection, whose documents are its rows. Everything else
is a union whose documents name the read they answer by its place ``N`` among the reads:

    {rowsN: row}                    one row of a plain read, or one group of a summary
    {totalN: number}                the total of a plain read, absent where it is 0
    {key: K, rowsN: [row, ...], totalN: [{totalN: number}]}
                                    what batch ``N`` found for the ``K``-th of its keys

The batches share documents, each of which holds the ``K``-th key of each batch and is joined to
the collections by ``$lookup``; so any number of keys costs one command and uses the indexes. The
answer to one key of all batches must fit into one document of MongoDB (16 MB). Plain reads have no
such bound, as their totals come by ``$unionWith``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bson import MinKey

from catalog.entity import Catalog
from catalog.query import Batch, Key, Read
from catalog.searches import is_at_root, searches
from catalog.summary import Summary
from datasources.errors import SearchMisplaced
from datasources.mongo.groups import group_stages
from datasources.mongo.lookups import by_index, lookup
from datasources.mongo.paths import Stage, portion_of
from datasources.mongo.routines import rows_of
from datasources.mongo.rows import count_stages, row_stages
from datasources.mongo.values import NOTHING, encoded

KEY = "key"
ROWS = "rows"
TOTAL = "total"

_SOUGHT = "sought"
_NO_KEY = MinKey()
"""Stands where a batch has fewer keys than another: null would find what lacks the field."""


@dataclass(frozen=True, slots=True)
class Command:
    """One aggregate command: on a collection, or on the database itself.

    ``keys`` holds for each read the keys that are looked for, so what ``K`` counts: none that hold
    a null or what MongoDB cannot store, for these find nothing.
    """

    collection: str | None
    pipeline: list[Stage]
    keys: tuple[tuple[Key, ...], ...] = ()


def is_rows_only(reads: Sequence[Read | Summary]) -> bool:
    """True if the command's documents are the rows themselves."""
    return len(reads) == 1 and not reads[0].batch and not reads[0].total and reads[0].limit != 0


def command_of(catalog: Catalog, reads: Sequence[Read | Summary]) -> Command | None:
    """The command that answers all the reads; None if the store need not be asked.

    Raises ``SearchMisplaced``.
    """
    for read in reads:
        _check_search(read)
    if is_rows_only(reads):
        read = reads[0]
        return _command(read, _stages(catalog, read), ((),))
    sought = [_sought(read) for read in reads]
    parts = [*_joined_batches(catalog, reads, sought), *_plain_parts(catalog, reads)]
    if not parts:
        return None
    first, *others = parts
    unions = [{"$unionWith": {"coll": o.collection, "pipeline": o.pipeline}} for o in others]
    keys = tuple(tuple(each) for each in sought)
    return Command(first.collection, [*first.pipeline, *unions], keys)


def _check_search(read: Read | Summary) -> None:
    """Raises ``SearchMisplaced`` where ``$text`` would not be in the first stage, or not alone."""
    if not is_at_root(read.filter, batched=bool(read.batch)):
        raise SearchMisplaced("mongo", "MongoDB cannot search inside this filter.")


def _stages(catalog: Catalog, read: Read | Summary) -> list[Stage]:
    """The stages that give what is listed: rows, or groups of them."""
    return group_stages(catalog, read) if isinstance(read, Summary) else row_stages(catalog, read)


def _plain_parts(catalog: Catalog, reads: Sequence[Read | Summary]) -> Iterator[Command]:
    for at, read in enumerate(reads):
        if read.batch is None and read.limit != 0:
            named = {"$replaceWith": {f"{ROWS}{at}": "$$ROOT"}}
            yield _command(read, [*_stages(catalog, read), named])
        if read.batch is None and not isinstance(read, Summary) and read.total:
            yield _command(read, count_stages(catalog, read, f"{TOTAL}{at}"))


def _command(
    read: Read | Summary, stages: list[Stage], keys: tuple[tuple[Key, ...], ...] = ()
) -> Command:
    """The stages, after those that leave of a collection, or make of it, what is the entity's.

    What is looked up is so already. A search must stay in the first stage.
    """
    collection, made = rows_of(read)
    portion = portion_of(read.entity)
    if not portion:
        return Command(collection, [*made, *stages], keys)
    at = 1 if searches(read.filter) else 0
    return Command(collection, [*made, *stages[:at], {"$match": portion}, *stages[at:]], keys)


def _joined_batches(
    catalog: Catalog, reads: Sequence[Read | Summary], sought: Sequence[dict[Key, Key]]
) -> Iterator[Command]:
    lookups = [
        stage
        for at, read in enumerate(reads)
        if read.batch and sought[at]
        for stage in _batch_lookups(catalog, read, read.batch, at)
    ]
    if lookups:
        documents = {"$documents": list(_documents(sought))}
        yield Command(None, [documents, *lookups, {"$unset": _SOUGHT}])


def _sought(read: Read | Summary) -> dict[Key, Key]:
    """The batch's keys that can find something, with what MongoDB holds for them."""
    if read.batch is None or not (read.total or read.limit != 0):
        return {}
    kinds = [read.entity.fields[name].type for name in read.batch.fields]
    stored = {key: tuple(map(encoded, kinds, key)) for key in read.batch.keys if None not in key}
    return {key: values for key, values in stored.items() if NOTHING not in values}


def _documents(sought: Sequence[dict[Key, Key]]) -> Iterator[Stage]:
    """The documents to join: each has its place, and the keys of all batches at that place."""
    columns = [(at, list(keys.values())) for at, keys in enumerate(sought) if keys]
    for place in range(max(len(keys) for _, keys in columns)):
        values = {
            _name(at, field): keys[place][field] if place < len(keys) else _NO_KEY
            for at, keys in columns
            for field in range(len(keys[0]))
        }
        # Without $literal, text that begins with a dollar sign would be a field's path.
        yield {"$literal": {KEY: place, _SOUGHT: values}}


def _name(read: int, field: int) -> str:
    return f"{read}_{field}"


def _batch_lookups(
    catalog: Catalog, read: Read | Summary, batch: Batch, at: int
) -> Iterator[Stage]:
    entity, places = read.entity, {name: place for place, name in enumerate(batch.fields)}
    pairs = [
        (f"{_SOUGHT}.{_name(at, places[name])}", entity.fields[name].stored)
        for name in by_index(entity, batch.fields)
    ]
    if read.limit != 0:
        yield lookup(entity, pairs, _stages(catalog, read), f"{ROWS}{at}", nulls=False)
    if not isinstance(read, Summary) and read.total:
        into = f"{TOTAL}{at}"
        yield lookup(entity, pairs, count_stages(catalog, read, into), into, nulls=False)
