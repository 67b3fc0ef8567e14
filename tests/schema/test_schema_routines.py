"""In charge of routines in the schema: their arguments, with defaults of every type."""

import datetime
import decimal
import enum
import uuid

from graphql import print_type
from pydantic import BaseModel

from catalog import BigInt, Catalog, ObjectId, catalog_of, routine
from catalog.query import Read
from resolvers.operations.known import Operations
from resolvers.planning.paging import PageLimits
from resolvers.planning.plan import Planner
from resolvers.planning.seen import Seen
from schema import build_schema

NEW_YEAR = datetime.datetime(2013, 1, 1, tzinfo=datetime.UTC)
DAY, PRICE, TOKEN = NEW_YEAR.date(), decimal.Decimal("1.5"), uuid.UUID(int=1)


class Season(enum.Enum):
    """What only a routine names."""

    COLD = "c"
    WARM = "w"


class Hour(BaseModel):
    """A document."""

    __collection__ = "hours"

    id: int


@routine(list[Hour])
def some_hours(  # noqa: PLR0917 (one of each type)
    season: Season = Season.WARM,
    seasons: list[Season] = [Season.COLD],  # noqa: B006 (as users may write it)
    day: datetime.date = DAY,
    at: datetime.datetime = NEW_YEAR,
    price: decimal.Decimal = PRICE,
    token: uuid.UUID = TOKEN,
    blob: bytes = b"a",
    big: BigInt = 7,
    ratio: float = 3,
    ref: ObjectId = "0" * 24,
) -> object:
    """Hours."""
    given = (season, seasons, day, at, price, token, blob, big, ratio, ref)
    return Hour, [{"$match": {"$expr": {"$in": ["$id", list(given)]}}}]


def test_defaults_stand_in_the_schema() -> None:
    """As clients would write them."""
    graph = build_schema(catalog_of([Hour, some_hours]))._schema
    text = print_type(graph.query_type)  # type: ignore[arg-type]
    for argument in (
        "season: Season! = WARM",
        "seasons: [Season!]! = [COLD]",
        'day: Date! = "2013-01-01"',
        'at: DateTime! = "2013-01-01T00:00:00+00:00"',
        'price: Decimal! = "1.5"',
        'token: UUID! = "00000000-0000-0000-0000-000000000001"',
        'blob: Base64! = "YQ=="',
        'big: BigInt! = "7"',
        "ratio: Float! = 3",
        'ref: ID! = "000000000000000000000000"',
    ):
        assert argument in text


def test_defaults_are_what_is_asked_of_the_store() -> None:
    """Where a client gives nothing, in the forms in which sources take values."""
    read = _read(catalog_of([Hour, some_hours]), "{ someHours { nodes { id } } }")
    assert read.call
    assert read.call.values == (
        *("WARM", ("COLD",), DAY, NEW_YEAR, PRICE, TOKEN),
        *(b"a", 7, 3.0, "0" * 24),
    )


def _read(catalog: Catalog, query: str) -> Read:
    planner = Planner(Seen(catalog), PageLimits(10, 100))
    operation = Operations(build_schema(catalog), catalog).find(query, None)
    (root,) = operation.roots(planner, {}) or () if operation else ()  # type: ignore[misc]
    assert root.island
    return root.island.read
