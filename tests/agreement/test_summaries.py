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

from catalog import Catalog
from catalog.query import Answer, Key
from catalog.summary import Summary, type_at

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
    (ours,), (theirs,) = (
        await postgres.source.read([_within(postgres.catalog, summary)]),
        await mongo.source.read([_within(mongo.catalog, summary)]),
    )
    _check(summary, ours, theirs)


def _within(catalog: Catalog, summary: Summary) -> Summary:
    """The summary in the terms of a catalog: stores hold other values for an enum's members."""
    entity = catalog[summary.entity.name]
    keys = []
    for key in summary.keys:
        target = catalog[key.relations[-1].target] if key.relations else entity
        keys.append(dataclasses.replace(key, type=type_at(target, key.path)))
    return dataclasses.replace(summary, entity=entity, keys=tuple(keys))


def _check(summary: Summary, answers: Mapping[Key, Answer], expected: Mapping[Key, Answer]) -> None:
    keys: Sequence[Key] = ((),) if summary.batch is None else summary.batch.keys
    assert answers.keys() <= set(keys)
    for key in keys:
        one, other = (each.get(key, summary.nothing).rows for each in (answers, expected))
        assert [_near(group) for group in one] == [_near(group) for group in other]


def _near(group: Mapping[str, Any]) -> dict[str, Any]:
    """The group with its types, but with numbers that are merely close to equal ones."""
    return {
        name: _Near(value, _SLACK if "big" in name else 1e-9) if _rounds(value) else typed(value)
        for name, value in group.items()
    }


# MongoDB's mean of longs is one of doubles: of values near 2**63 that cancel out, little is left.
_SLACK = 2.0**63 * 1e-12


def _rounds(value: Any) -> bool:
    return isinstance(value, (float, decimal.Decimal))


class _Near:
    """A number that equals those of its type that differ by no more than rounding."""

    def __init__(self, value: float | decimal.Decimal, slack: float) -> None:
        self.value = value
        self._slack = slack

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Near)
            and type(self.value) is type(other.value)
            and float(other.value) == pytest.approx(float(self.value), rel=1e-9, abs=self._slack)
        )

    __hash__ = None

    def __repr__(self) -> str:
        return f"near {self.value!r}"
