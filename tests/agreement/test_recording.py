"""What is noted of changes makes them again elsewhere, and takes them back, exactly."""

from collections.abc import Sequence
from typing import Any

import pytest
from agreement_boats import BOATS_IN_TABLES, documents
from agreement_changes import changes
from agreement_settings import SECONDS, examples
from hypothesis import given
from hypothesis import strategies as st

from catalog import Catalog, Store, catalog_of
from catalog.change import Change
from catalog.change_codec import decoded_changes, encoded_changes
from catalog.query import Read
from datasources.errors import StoreError
from datasources.memory import MemorySource
from resolvers.writes.recording import Redoing, Undoing

pytestmark = pytest.mark.timeout(3 * SECONDS)

CATALOGS = {
    Store.POSTGRES: catalog_of(BOATS_IN_TABLES),
    Store.MONGO: catalog_of(documents()),
}


@pytest.mark.parametrize("store", CATALOGS)
@examples(20)
@given(data=st.data())
async def test_what_is_noted_makes_the_same_elsewhere_and_takes_it_back(store, data):
    """After any changes that were made before, and by way of text."""
    catalog = CATALOGS[store]
    several = st.lists(changes(catalog), max_size=5)
    before, said = data.draw(several, label="before"), data.draw(several, label="changes")
    one, other = MemorySource(catalog, store, {}), MemorySource(catalog, store, {})
    for change in before:
        for source in (one, other):
            await _made(source, [change])
    opening = await _rows(catalog, one)
    try:
        async with one.begin() as transaction:
            redoing = Redoing(undoing := Undoing(transaction))
            for change in said:
                await redoing.change(change)
    except StoreError:
        return  # what is refused is no change
    assert await _made(other, decoded_changes(catalog, encoded_changes(redoing.again)))
    assert await _rows(catalog, other) == await _rows(catalog, one)
    assert await _made(one, decoded_changes(catalog, encoded_changes(undoing.back)))
    assert await _rows(catalog, one) == opening


async def _made(source: MemorySource, said: Sequence[Change]) -> bool:
    """Whether the changes could be made; else none was."""
    try:
        async with source.begin() as transaction:
            for change in said:
                await transaction.change(change)
    except StoreError:
        return False
    return True


async def _rows(catalog: Catalog, source: MemorySource) -> list[Any]:
    """All that there is, whatever its order."""
    reads = [Read(entity, entity.paths) for entity in catalog.values()]
    answers = await source.read(reads)
    return [sorted(map(repr, answer[()].rows)) for answer in answers]
