"""In charge of the directions of an order."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.costs import COMPARED


@strawberry.enum(
    description="A direction. Nulls come last in both, unless it says otherwise.",
    directives=[COMPARED],
)
class Ordering(Enum):
    """What an order term may say; the names are those of the GraphQL enum."""

    ASC = "ASC"
    DESC = "DESC"
    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"
