"""Many new rows are looked at by field: the law that they become what each becomes by itself."""

import asyncio
import datetime
import decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from shop_models import CATALOG, Tier

from resolvers.writes.inputs import Inputs
from resolvers.writes.nested import NewRow, PlainRows
from resolvers.writes.refusals import RefusedError
from resolvers.writes.rows import completed
from resolvers.writes.trees import new_rows

INPUTS = Inputs(CATALOG)
MOMENTS = st.datetimes(
    timezones=st.none() | st.just(datetime.timezone(datetime.timedelta(hours=9)))
)
CUSTOMER = st.fixed_dictionaries(
    {"email": st.sampled_from(["A@x", "b@y", "none"]), "name": st.text(max_size=21)},
    optional={
        "owner": st.sampled_from(["ann", "bob"]),
        "tier": st.sampled_from(Tier),
        "credit": st.sampled_from(
            [decimal.Decimal(1), decimal.Decimal(-1), decimal.Decimal("NaN")]
        ),
        "visits": st.integers(-1, 3),
        "secret": st.none() | st.text(max_size=3),
        "tags": st.none() | st.lists(st.text(max_size=3), max_size=2),
        "extra": st.none() | st.just({"a": [1]}),
        "joined": st.none() | MOMENTS,
        "orders": st.just({"create": [{"number": 1, "code": "p"}]}),
    },
)
PRODUCT = st.fixed_dictionaries(
    {"code": st.sampled_from("p"), "title": st.text(max_size=3), "owner": st.just("ann")},
    optional={
        "stock": st.integers(-1, 3),
        "size": st.none() | st.fixed_dictionaries({"width": st.integers(-1, 3)}),
        "labels": st.lists(st.text(max_size=2), max_size=2),
        "cover": st.sampled_from([{"photo": {"pixels": 9}}, {"quote": {"text": "a"}}]),
    },
)
ORDER = st.fixed_dictionaries(
    {"code": st.just("p"), "number": st.integers(1, 3)},
    optional={"customerId": st.just(1), "customer": st.just({"connect": {"id": 1}})},
)


def looked_at(entity: str, given: Any) -> Any:
    """The rows as they are given to the store, or what is refused, of a row or of a list."""
    judge = INPUTS.judges[entity]
    try:
        rows = asyncio.run(new_rows(INPUTS, judge, given))
    except RefusedError as error:
        return [(refusal.path, refusal.message) for refusal in error.refused.errors]
    return rows, list(completed(judge, [row.values for row in rows]))


@given(
    given=st.one_of(
        st.tuples(st.just("Customer"), st.lists(CUSTOMER, max_size=4)),
        st.tuples(st.just("Product"), st.lists(PRODUCT, max_size=4)),
        st.tuples(st.just("Order"), st.lists(ORDER, max_size=4)),
    )
)
@example(given=("Order", [{"code": "p", "number": 1, "customerId": 1}, {"code": "p", "number": 2}]))
def test_rows_of_a_list_become_what_each_becomes_by_itself(given):
    """With the values of the model, and all that is refused of all of them."""
    entity, raws = given
    each = [looked_at(entity, raw) for raw in raws]
    every = looked_at(entity, raws)
    refused = [
        (("input", str(at), *path[1:]), message)
        for at, one in enumerate(each)
        if isinstance(one, list)
        for path, message in one
    ]
    if refused:
        assert every == refused
        return
    rows, values = every
    assert values == [one for _, (one,) in each]
    for at, (row, ((alone,), _)) in enumerate(zip(rows, each, strict=True)):
        assert row.path == ("input", str(at))
        assert (row.judge, row.values) == (alone.judge, alone.values)
        assert row.nested.keys() == alone.nested.keys()
        assert row.supplied.keys() == alone.supplied.keys()


async def test_fields_alone_are_looked_at_together_and_relations_are_not():
    """So the law is about both."""
    judge, plain = INPUTS.judges["Order"], {"code": "p", "number": 1, "customerId": 1}
    related = {"code": "p", "number": 1, "customer": {"connect": {"id": 1}}}
    assert isinstance(await new_rows(INPUTS, judge, [plain, plain]), PlainRows)
    (_, other) = await new_rows(INPUTS, judge, [plain, related])
    assert isinstance(other, NewRow)
    assert other.nested.keys() == {"customer"}
