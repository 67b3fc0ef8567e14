"""In charge of the law for summaries: memory and the real stores measure and group alike."""

import dataclasses
import decimal
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from agreement_settings import SECONDS, examples
from agreement_summaries import summaries
from hypothesis import given
from hypothesis import strategies as st
from test_agreement import common, typed

from catalog.query import Answer, Key
from catalog.summary import Summary

pytestmark = pytest.mark.timeout(SECONDS)


@examples(60)
@given(data=st.data())
async def test_the_store_gives_the_groups_that_memory_gives(world, data):
    """Groups, their order, keys, measures and types; for one or several at once, with reads."""
    asked = data.draw(st.lists(summaries(world.catalog) | world.reads, min_size=1, max_size=3))
    ours, theirs = await world.memory.read(asked), await world.source.read(asked)
    for read, expected, answers in zip(asked, ours, theirs, strict=True):
        if isinstance(read, Summary):
            _check(read, answers, expected)


@examples(30)
@given(data=st.data())
async def test_both_stores_group_alike(postgres, mongo, data):
    """The same entities as tables and as documents cannot be told apart by their groups."""
    summary = data.draw(summaries(common(postgres.catalog, mongo.catalog)))
    in_tables = dataclasses.replace(summary, entity=postgres.catalog[summary.entity.name])
    in_documents = dataclasses.replace(summary, entity=mongo.catalog[summary.entity.name])
    (ours,), (theirs,) = (
        await postgres.source.read([in_tables]),
        await mongo.source.read([in_documents]),
    )
    _check(summary, ours, theirs)


def _check(summary: Summary, answers: Mapping[Key, Answer], expected: Mapping[Key, Answer]) -> None:
    keys: Sequence[Key] = ((),) if summary.batch is None else summary.batch.keys
    assert answers.keys() <= set(keys)
    for key in keys:
        one, other = (each.get(key, summary.nothing).rows for each in (answers, expected))
        assert [_near(group) for group in one] == [_near(group) for group in other]


def _near(group: Mapping[str, Any]) -> dict[str, Any]:
    """The group with its types, but with numbers that are merely close to equal ones."""
    return {name: _Near(value) if _rounds(value) else typed(value) for name, value in group.items()}


def _rounds(value: Any) -> bool:
    return isinstance(value, (float, decimal.Decimal))


class _Near:
    """A number that equals those of its type that differ by no more than rounding."""

    def __init__(self, value: float | decimal.Decimal) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Near)
            and type(self.value) is type(other.value)
            and float(other.value) == pytest.approx(float(self.value), rel=1e-9, abs=1e-9)
        )

    __hash__ = None

    def __repr__(self) -> str:
        return f"near {self.value!r}"
