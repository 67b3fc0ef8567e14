"""In charge of the limits themselves: how much a document may ask for, and what is told beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from graphql import GraphQLSchema

from catalog.errors import BigraphError, exceeded
from resolvers.planning.paging import PageLimits

_EXTENSION: Final = "bigraph.limits"
_TOLD: Final = 2**53 - 1
"""The greatest number that is told, as JavaScript knows it; a document may ask for far more."""


_PAGES: Final = PageLimits(default=100, most=1000)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document may have, and ask for; each is the setting of the like name.

    Fields, and what they have, count as often as their fragments are spread. ``comparisons`` are
    those that tell whether fields under one name can be merged.
    """

    document_length: int = 100_000
    tokens: int = 5_000
    depth: int = 30
    aliases: int = 200
    root_fields: int = 50
    directives: int = 200
    fields: int = 2_000
    comparisons: int = 50_000
    variable_values: int = 10_000
    nested_rows: int = 1_000_000
    cost: int = 2_000_000
    cost_refuses: bool = True
    """Whether more is refused; else what each request is estimated to cost is only logged."""
    pages: PageLimits = _PAGES


DEFAULTS: Final = Limits()


class LimitError(BigraphError):
    """A document that asks for more than one may: for how much, as far as it was counted."""

    what: ClassVar[str] = "The document has"
    has: ClassVar[str] = "{}"
    mend: ClassVar[str] = "Ask for less at once, by several requests."

    def __init__(self, measured: float, limit: int) -> None:
        told = int(min(measured, _TOLD))
        message = f"{self.what} {self.has.format(told)}; {limit} is the most that may be."
        super().__init__(message, hint=self.mend, details=exceeded(told, limit))


class DocumentLengthError(LimitError):
    """More characters; nothing was looked at."""

    code = "DOCUMENT_LENGTH_EXCEEDED"
    has = "{} characters"
    mend = "Give values by variables, and ask for less at once."


class TokensError(LimitError):
    """More tokens; nothing was parsed."""

    code = "TOKENS_EXCEEDED"
    has = "{} tokens"


class DepthError(LimitError):
    """Fields within fields."""

    code = "DEPTH_EXCEEDED"
    has = "a depth of {}"
    mend = "Nest fewer fields."


class AliasesError(LimitError):
    """Fields under names of the client's own."""

    code = "ALIASES_EXCEEDED"
    has = "{} aliases"
    mend = "Ask for many rows by one list, as with `where: {id: {in: [...]}}`."


class RootFieldsError(LimitError):
    """Fields of the operation itself."""

    code = "ROOT_FIELDS_EXCEEDED"
    has = "{} root fields"


class DirectivesError(LimitError):
    """Directives of all kinds."""

    code = "DIRECTIVES_EXCEEDED"
    has = "{} directives"


class FieldsError(LimitError):
    """Fields at all places."""

    code = "FIELDS_EXCEEDED"
    has = "{} fields"


class ComparisonsError(LimitError):
    """Fields under one name, at one place of the answer."""

    code = "COMPARISONS_EXCEEDED"
    has = "{} pairs of fields with one name to compare"
    mend = "Ask for each field once at a place of the answer."


class NestedRowsError(LimitError):
    """Lists within lists: the product of their pages."""

    code = "NESTED_ROWS_EXCEEDED"
    has = "pages within pages of {} rows"
    mend = "Ask for smaller pages, by `first` or `last`."


class VariableValuesError(LimitError):
    """Values in variables, counted as often as these are used; none of them was looked at."""

    code = "VARIABLE_VALUES_EXCEEDED"
    what = "The variables hold"
    has = "{} values"
    mend = "Give fewer at once, by several requests; an object counts as ten values."


class CostError(LimitError):
    """What all that is asked for weighs, as estimated before it is read."""

    code = "COST_EXCEEDED"
    has = "an estimated cost of {}"
    mend = "Ask for smaller pages or fewer fields; `GraphQL-Cost: report` says what each costs."


def set_limits(schema: GraphQLSchema, limits: Limits) -> None:
    """Says what one document may ask of a schema."""
    schema.extensions[_EXTENSION] = limits


def limits_of(schema: GraphQLSchema) -> Limits:
    """What one document may ask of a schema."""
    return schema.extensions.get(_EXTENSION, DEFAULTS)
