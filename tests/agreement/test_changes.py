"""In charge of the law of changes: memory and a real store do the same, step by step."""

import pytest
from agreement_changes import changes
from agreement_settings import SECONDS, examples
from hypothesis import given
from hypothesis import strategies as st
from test_agreement import typed

from catalog import Catalog
from catalog.change import Change, Changed, Insert, Transaction
from catalog.query import DataSource, Order, Read, Readable
from datasources.errors import StoreError
from datasources.memory import MemorySource

pytestmark = pytest.mark.timeout(3 * SECONDS)


@examples(15)
@given(data=st.data())
async def test_a_store_changes_as_memory_does(harbour, data):
    """Transactions of changes, some undone: the same keys, the same errors, the same rows."""
    memory = MemorySource(harbour.catalog, harbour.store, {})
    await harbour.empty()
    for _ in range(data.draw(st.integers(1, 3), label="transactions")):
        steps = data.draw(st.lists(changes(harbour.catalog), max_size=4), label="changes")
        ends = data.draw(st.sampled_from(["well", "well", "badly"]), label="ends")
        ours = await _outcome(harbour.catalog, memory, steps, ends)
        theirs = await _outcome(harbour.catalog, harbour.source, steps, ends)
        assert theirs == ours


class UndoneError(Exception):
    """What ends a transaction badly."""


async def _outcome(
    catalog: Catalog, source: DataSource, steps: list[Change], ends: str
) -> list[object]:
    """What came of each step, what was there after it, and what is there at the end."""
    seen: list[object] = []
    try:
        async with source.begin() as transaction:
            for step in steps:
                seen += [await _made(transaction, step), await _rows(catalog, transaction)]
            _end(ends)
    except (StoreError, UndoneError) as error:
        seen.append(type(error))
    return [*seen, await _rows(catalog, source)]


def _end(ends: str) -> None:
    if ends == "badly":
        raise UndoneError


async def _made(transaction: Transaction, change: Change) -> Changed:
    """Keys of updated and deleted rows are in any order."""
    came = await transaction.change(change)
    return came if isinstance(change, Insert) else Changed(tuple(sorted(came.keys)), came.made)


async def _rows(catalog: Catalog, source: Readable) -> list[object]:
    reads = [
        Read(entity, entity.paths, order=tuple(Order((name,)) for name in entity.key))
        for entity in catalog.values()
    ]
    return [typed(list(answers[()].rows)) for answers in await source.read(reads)]
