"""Airlines, in Postgres."""

from typing import TYPE_CHECKING

from sqlmodel import Field, Relationship, SQLModel

from models.named import Named

if TYPE_CHECKING:
    from models.flight import Flight


class Airline(Named, SQLModel, table=True):
    """A company that flew from New York in 2013."""

    carrier: str = Field(primary_key=True, description="Two-character code, such as UA.")
    name: str = Field(description="Name in full, such as United Air Lines Inc.")

    flights: list["Flight"] = Relationship(
        back_populates="airline",
        sa_relationship_kwargs={"doc": "Flights under this airline's code."},
    )
