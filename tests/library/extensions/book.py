"""Fields of books that no column holds."""

import decimal

import strawberry

from schema import extends, requires
from tests.library.models.book import Book
from tests.library.models.loan import Loan
from tests.library.models.review import Review


@extends(Book)
class Lending:
    """What the front desk asks of a book."""

    @strawberry.field(description="The price with tax; null where there is no price.")
    @requires("price")
    def price_with_tax(self, rate: decimal.Decimal) -> decimal.Decimal | None:
        """Computed from one column."""
        return None if self.price is None else self.price * (1 + rate)

    @strawberry.field(description="When it was lent last.")
    @requires("id")
    async def last_loan(self, info: strawberry.Info) -> Loan | None:
        """One batch for all books of the answer."""
        loans = await info.context.load(
            Loan, {"book_id": self.id}, order_by=[{"number": "DESC"}], first=1
        )
        return loans[0] if loans else None

    @strawberry.field(description="What readers praise.")
    @requires("id")
    async def praise(self, info: strawberry.Info) -> list[Review]:
        """From the other store."""
        return await info.context.load(
            Review, {"book_id": self.id}, where={"stars": {"gte": 4}}, order_by=[{"stars": "DESC"}]
        )
