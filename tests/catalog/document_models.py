"""In charge of a plain Pydantic class as people write it, with nothing added but its collection."""

import datetime

from pydantic import BaseModel

from catalog import Access, anyone

__access__ = Access(read=anyone)


class Address(BaseModel):
    """Where it is."""

    street: str
    city: str | None = None


class Museum(BaseModel):
    """Shows things."""

    __collection__ = "museums"

    name: str
    opened: datetime.date | None = None
    address: Address
    rooms: list[Address] = []
    owner: "Owner | None" = None


class Owner(BaseModel):
    """Stands below what names it."""

    name: str


class MuseumDraft(BaseModel):
    name: str
