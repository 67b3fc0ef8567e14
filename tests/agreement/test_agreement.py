"""In charge of the law: memory and a real store give the same answer to any read."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from agreement_kept import kept
from agreement_reads import reads
from agreement_settings import SECONDS, examples
from hypothesis import given
from hypothesis import strategies as st

from catalog import Catalog
from catalog.errors import StoredValueError
from catalog.query import Answer, Key, Read

pytestmark = pytest.mark.timeout(SECONDS)


@examples(50)
@given(data=st.data())
async def test_the_store_gives_the_answers_that_memory_gives(world, data):
    """Rows, their order, values and types, totals and keys are the same for any reads."""
    asked = data.draw(st.lists(world.reads, min_size=1, max_size=3))
    ours, theirs = await world.memory.read(asked), await world.source.read(asked)
    for read, expected, answers in zip(asked, ours, theirs, strict=True):
        assert _shown(read, answers) == _shown(read, expected)


@examples(30)
@given(data=st.data())
async def test_the_store_gives_the_distinct_values_that_memory_gives(world, data):
    """Each once, in any order; up to a limit, any so many of them."""
    asked = data.draw(st.lists(world.distinct_reads, min_size=1, max_size=2))
    ours = await world.memory.read([dataclasses.replace(read, limit=None) for read in asked])
    theirs = await world.source.read(asked)
    for read, expected, answers in zip(asked, ours, theirs, strict=True):
        known, found = _values(expected[()]), _values(answers[()])
        assert len(found) == len(set(found))
        assert set(found) <= set(known)
        assert len(found) == min(len(known), read.limit or len(known))


def _values(answer: Answer) -> list[Key]:
    return [tuple(typed(row).items()) for row in answer.rows]


@examples(20)
@given(data=st.data())
async def test_both_stores_give_one_answer_where_they_hold_the_same(postgres, mongo, data):
    """The same entities as tables and as documents cannot be told apart by their answers."""
    read = data.draw(reads(common(postgres.catalog, mongo.catalog)))
    in_tables = dataclasses.replace(read, entity=postgres.catalog[read.entity.name])
    in_documents = dataclasses.replace(read, entity=mongo.catalog[read.entity.name])
    (ours,), (theirs,) = (
        await postgres.source.read([in_tables]),
        await mongo.source.read([in_documents]),
    )
    assert _shown(read, ours) == _shown(read, theirs)


@kept
def common(one: Catalog, other: Catalog) -> Catalog:
    """The entities, fields and relations of the second that the first has too."""
    return Catalog(
        dataclasses.replace(
            entity,
            fields={name: entity.fields[name] for name in entity.fields if name in twin.fields},
            relations={
                name: entity.relations[name] for name in twin.relations if name in entity.relations
            },
        )
        for entity in other.values()
        for twin in [one[entity.name]]
    )


def _shown(read: Read, answers: Mapping[Key, Answer]) -> dict[Key, Any]:
    """Everything that an answer says, of every key asked for: an absent one has no rows."""
    none = Answer(total=0 if read.total else None)
    keys: Sequence[Key] = ((),) if read.batch is None else read.batch.keys
    assert answers.keys() <= set(keys)
    return {
        key: ([typed(row) for row in answer.rows], answer.total)
        for key in keys
        for answer in [answers.get(key, none)]
    }


def typed(value: Any) -> Any:
    """The value with its type: 1, 1.0 and True are equal in Python, as are moments in any zone."""
    if isinstance(value, dict):
        return {name: typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, StoredValueError):  # in whose words is each store's own
        return StoredValueError
    offset = value.utcoffset() if isinstance(value, datetime.datetime) else None
    return type(value).__name__, value, offset
