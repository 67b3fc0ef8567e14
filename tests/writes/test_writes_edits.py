"""What a change says, as edits of paths."""

import pytest
from pydantic import BaseModel, Field

from catalog import catalog_of
from resolvers.errors import InputError
from resolvers.writes.edits import edits_of
from resolvers.writes.judging import Judge
from resolvers.writes.values import Refusals


class Trip(BaseModel):
    """One journey."""

    __collection__ = "trips"

    id: str = Field(alias="_id")
    seats_left: int


def test_mistakes_name_fields_as_clients_do():
    """Not as the models do."""
    trip = catalog_of([Trip])["Trip"]
    twice = {"input": {"seatsLeft": 1}, "increment": {"seatsLeft": 1}}
    with pytest.raises(InputError, match=r"^Two edits are of seatsLeft, or"):
        edits_of(Judge(trip), trip, twice, (), Refusals())
