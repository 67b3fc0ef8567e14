"""In charge of the plans that Postgres makes of our statements: indexes are of use to them."""

from collections.abc import Callable, Generator

import psycopg
import pytest
import sqlalchemy as sa
from postgres_models import Table

from catalog.query import Batch, Compare, Operator, Order, Quantifier, Read, Related
from datasources.postgres.indexes import Column, leader_of
from datasources.postgres.statements import statement_for

BY_DELAY = (Order(("delay",)), Order(("id",)))
UNITED = Compare(("carrier",), Operator.EQ, "C7")


@pytest.fixture(scope="module")
def plan_of(catalog, url, admin) -> Generator[Callable[[Read], str]]:
    """Explains a read on tables that are large enough for plans to matter, as it is prepared."""
    admin.execute("create database large")
    large = psycopg.connect(url.replace("/app?", "/large?"), autocommit=True)
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: large)
    large.execute("create schema air")
    Table.metadata.create_all(engine)
    large.execute(
        "insert into air.airline select 'C' || n, 'Name ' || n, null from generate_series(0, 99) n"
    )
    large.execute(
        "insert into air.flight select n, 'C' || n % 100, 'P' || n % 7, n % 24, n % 500"
        " from generate_series(1, 20000) n"
    )
    large.execute("insert into air.pilot select n, 'N' || n from generate_series(1, 2000) n")
    large.execute("insert into air.crew select n, n % 2000 + 1 from generate_series(1, 20000) n")
    large.execute("vacuum analyze")

    def explained(read: Read) -> str:
        statement = statement_for(catalog, read)
        assert statement
        # Parameters stay open, as in a statement that is prepared.
        rows = large.execute(f"explain (generic_plan, costs off) {statement.sql}".encode())
        return "\n".join(line for (line,) in rows)

    yield explained
    engine.dispose()
    large.close()


def test_a_page_for_each_key_reads_no_further_than_its_limit(catalog, plan_of):
    """The index gives each key's rows in order; no key's rows are sorted."""
    batch = Batch(("carrier",), tuple((f"C{number}",) for number in range(50)))
    plan = plan_of(Read(catalog["Flight"], (("id",),), order=BY_DELAY, limit=5, batch=batch))
    inner = plan[plan.index("Limit") :]
    assert "Index Only Scan using flight_of_airline" in inner
    assert "Sort" not in inner


@pytest.mark.parametrize("descending", [False, True])
def test_a_page_for_each_key_goes_along_the_index_of_its_key(catalog, plan_of, descending):
    """Where a key has many rows on average, an index of the order alone looks cheaper."""
    batch = Batch(("place",), tuple((f"P{number}",) for number in range(5)))
    after = Compare(("id",), Operator.GT, 100)
    order = (Order(("id",), descending=descending),)
    fields = (("id",), ("carrier",))
    plan = plan_of(Read(catalog["Flight"], fields, filter=after, order=order, limit=5, batch=batch))
    inner = plan[plan.index("Limit") :]
    assert "using flight_from_place" in inner
    assert "Sort" not in inner


@pytest.mark.parametrize("order", [(Order(("id",)),), (Order(("hour",)), Order(("id",)))])
def test_a_page_for_each_key_never_walks_the_table_in_hope(catalog, plan_of, order):
    """Where no index gives a key's rows in order, they are found by the key, and then sorted."""
    batch = Batch(("carrier",), tuple((f"C{number}",) for number in range(50)))
    read = Read(catalog["Flight"], (("place",),), order=order, limit=5, batch=batch)
    plan = plan_of(read)
    assert "flight_of_airline" in plan
    assert "flight_pkey" not in plan
    through = catalog["Flight"].relations["pilots"]
    linked = Batch(through.target_fields, ((1,), (2,)), through.through)
    plan = plan_of(Read(catalog["Pilot"], (("name",),), order=(Order(("id",)),), limit=3,
                        batch=linked))  # fmt: skip
    assert "crew_pkey" in plan
    assert plan.index("Sort") < plan.index("crew_pkey")


def test_which_orders_an_index_gives(catalog):
    """Its columns after those of the key, all of them one way or all the other, nulls too."""
    flight = catalog["Flight"]
    delay, descending = Order(("delay",)), Order(("delay",), descending=True)
    nulls_first = Order(("delay",), descending=True, nulls_first=True)
    number, backwards = Order(("id",)), Order(("id",), descending=True)
    forwards, reversed_ = Column("carrier"), Column("carrier", descending=True, nulls_first=True)
    assert leader_of(flight, ["carrier"], [delay, number]) == forwards
    assert leader_of(flight, ["carrier"], [nulls_first, backwards]) == reversed_
    of_the_key = Order(("carrier",), descending=True)
    assert leader_of(flight, ["carrier"], [of_the_key, delay, number]) == forwards
    assert leader_of(flight, ["place", "hour"], []) == Column("place")
    assert not leader_of(flight, ["carrier"], [descending, backwards])
    assert not leader_of(flight, ["carrier"], [delay, backwards])
    assert not leader_of(flight, ["carrier"], [number])
    assert not leader_of(flight, ["place"], [delay])
    by_name = Order(("name",), (flight.relations["airline"],))
    assert not leader_of(flight, ["carrier"], [by_name, number])


def test_a_plain_page_reads_the_index_in_order(catalog, plan_of):
    """Nulls are last in an index as they are in an order: nothing is sorted."""
    plan = plan_of(Read(catalog["Flight"], (("id",),), filter=UNITED, order=BY_DELAY, limit=5))
    assert "flight_of_airline" in plan
    assert "Sort" not in plan


def test_a_batch_without_limit_is_a_plain_join(catalog, plan_of):
    """So the planner is free in how to join; here it looks each key up."""
    batch = Batch(("id",), tuple((number,) for number in range(50)))
    plan = plan_of(Read(catalog["Flight"], (("place",),), batch=batch))
    assert "Index Scan using flight_pkey" in plan
    assert "Subquery" not in plan


def test_totals_and_links_are_found_by_their_indexes(catalog, plan_of):
    """No table is read whole."""
    pilots = catalog["Flight"].relations["pilots"]
    batch = Batch(pilots.target_fields, ((1,), (2,)), pilots.through)
    read = Read(catalog["Pilot"], (("name",),), order=(Order(("id",)),), limit=3, batch=batch)
    assert "Seq Scan" not in plan_of(read)
    by_carrier = Batch(("carrier",), (("C1",), ("C2",)))
    counts = Read(catalog["Flight"], (), limit=0, total=True, batch=by_carrier)
    assert "Seq Scan" not in plan_of(counts)


def test_a_filter_by_a_related_row_begins_where_it_is_selective(catalog, plan_of):
    """The planner sees a join in it, not a loop over every row."""
    flight = catalog["Flight"]
    named = Compare(("name",), Operator.EQ, "Name 7")
    airline = Related(flight.relations["airline"], Quantifier.SOME, named)
    assert "SubPlan" not in plan_of(Read(flight, (("id",),), filter=airline))
    pilots = Related(flight.relations["pilots"], Quantifier.SOME, Compare(("id",), Operator.EQ, 7))
    assert "SubPlan" not in plan_of(Read(flight, (("id",),), filter=pilots))
