"""In charge of what a schema says of costs, by the directives of IBM's GraphQL Cost Directives."""

from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[
        *(Location.OBJECT, Location.FIELD_DEFINITION),
        *(Location.INPUT_OBJECT, Location.INPUT_FIELD_DEFINITION, Location.ENUM),
    ],
    name="cost",
    description="What each object of a type or input, each call of a field, each value that is "
    "given for a field of an input, or of an enum, weighs.",
)
class Cost:
    """``@cost``; the weight is a number as text, as the specification has it.

    It knows of no weight of an input's objects, as of rows that are written, and weighs a list
    as one value; that each of its values weighs is ours as well.
    """

    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How many objects a field gives: what one of the arguments says, or as many as "
    "there are in it, if it is a list; else as assumed.",
)
class ListSize:
    """``@listSize``; with ``sized_fields`` these of its type are the lists, and not itself."""

    assumed_size: int | None = strawberry.UNSET
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET
    require_one_slicing_argument: bool = False
