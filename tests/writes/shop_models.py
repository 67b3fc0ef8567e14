"""A shop's models: customers and orders in Postgres, products in MongoDB."""

import datetime
import decimal
import enum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, field_validator, model_validator
from pydantic import Field as Key
from sqlalchemy import ARRAY, JSON, CheckConstraint, Column, DateTime, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from catalog import (
    Access,
    Index,
    Link,
    anyone,
    authenticated,
    catalog_of,
    claim,
    roles,
    rows,
    scopes,
)

_THEIRS = rows({"owner": {"eq": claim("sub")}})
_MAY = _THEIRS | roles("admin")


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the shop's tables."""


class Tier(enum.Enum):
    """How good a customer is."""

    BASIC = "b"
    GOLD = "g"


class Street(BaseModel):
    """A document in one of a column."""

    name: str
    number: int | None = Key(default=None, alias="no", ge=0)


class Card(BaseModel):
    """What a customer carries: a document in a column, with all that can be edited in one."""

    city: str = Key(max_length=10)
    stamps: int = Key(default=0, ge=0)
    saved: decimal.Decimal | None = None
    marks: list[str] = []
    until: datetime.date | None = None
    tier: Tier | None = None
    street: Street | None = Key(default=None, alias="way")

    @field_validator("city")
    @classmethod
    def _capital(cls, city: str) -> str:
        return city.capitalize()


class Customer(Table, table=True):
    """Who buys; written by whom they belong to."""

    __access__: ClassVar = Access(
        read=rows({"hidden": {"eq": False}}) | roles("admin"),
        create=_MAY,
        update=_MAY,
        delete=_MAY,
        fields={
            "secret": scopes("secrets"),
            "karma": scopes("secrets"),
            "points": rows({"tier": {"eq": "GOLD"}}),
        },
    )

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str = Field(max_length=20)
    owner: str
    hidden: bool = False
    tier: Tier = Tier.BASIC
    credit: decimal.Decimal = Field(default=decimal.Decimal(0), ge=0)
    visits: int = Field(default=0, ge=0)
    secret: str | None = None
    karma: int | None = Field(default=None, unique=True)
    points: int | None = None
    tags: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    card: Card | None = Field(default=None, sa_column=Column(JSONB))
    wishes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    extra: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    joined: datetime.datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),  # type: ignore[call-overload] (an instance will do)
        sa_column_kwargs={"server_default": func.now()},
    )

    orders: list["Order"] = Relationship(back_populates="customer")

    @field_validator("email")
    @classmethod
    def _whole(cls, email: str) -> str:
        if "@" not in email:
            raise ValueError("an address has an @")
        return email.lower()


class Order(Table, table=True):
    """What a customer buys."""

    __table_args__ = (CheckConstraint("number < 1000", name="few"),)
    __access__: ClassVar = Access(read=anyone, create=authenticated, update=anyone, delete=anyone)
    __links__: ClassVar = (Link("product", to="Product", on={"code": "code"}, back="orders"),)

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    number: int = Field(primary_key=True)
    code: str = Field(index=True)
    total: decimal.Decimal = decimal.Decimal(0)
    paid: bool = False

    customer: Customer = Relationship(back_populates="orders")

    @model_validator(mode="after")
    def _paid(self) -> "Order":
        if self.paid and not self.total:
            raise ValueError("what costs nothing is not paid")
        return self


class Size(BaseModel):
    """How large something is."""

    width: int = Key(ge=0)
    height: int | None = None
    unit: str = "mm"


class Photo(BaseModel):
    """A picture."""

    kind: Literal["photo"]
    pixels: int


class Quote(BaseModel):
    """Words."""

    kind: Literal["quote"]
    text: str


class Offer(BaseModel):
    """A price for a while."""

    price: decimal.Decimal
    tier: Tier | None = None


class Product(BaseModel):
    """What is sold; everybody may change what they own."""

    __collection__ = "products"
    __indexes__ = (Index("title", unique=True), Index("code"))
    __access__ = Access(read=anyone, create=_MAY, update=_MAY, delete=_MAY)

    code: str = Key(alias="_id", min_length=1)
    title: str = Key(max_length=20)
    owner: str
    stock: int = Key(default=0, ge=0, alias="in_stock")
    size: Size | None = None
    labels: list[str] = []
    offers: list[Offer] | None = None
    cover: Annotated[Photo | Quote, Key(discriminator="kind")] | None = None
    tier: Tier | None = None
    rating: float | None = None
    made_on: datetime.date | None = Key(default=None, frozen=True)


class Supplier(Table, table=True):
    """Nobody may write these, and everybody read."""

    __access__: ClassVar = Access(read=anyone)

    id: int = Field(primary_key=True)
    name: str


class Visit(Table, table=True):
    """Everybody may note one, and nobody may change it."""

    __access__: ClassVar = Access(read=anyone, create=anyone)

    id: int | None = Field(default=None, primary_key=True)
    note: str


CATALOG = catalog_of([Customer, Order, Product, Supplier, Visit])
