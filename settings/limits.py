"""In charge of settings about what operations may ask for."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from settings.kinds import DAY


class Limits(BaseSettings):
    """What one operation, and one client, may ask for."""

    default_page_size: int = Field(
        100, ge=1, description="Rows on a page when neither first nor last is given."
    )
    max_page_size: int = Field(
        1000, ge=1, description="Rows on a page at most; a larger page is refused, not cut."
    )
    max_document_length: int = Field(
        100_000,
        ge=1,
        description="Characters of a document at most; more are refused before they are looked at.",
    )
    max_tokens: int = Field(
        5_000,
        ge=1,
        description="Tokens of a document at most; more are refused before they are parsed.",
    )
    max_depth: int = Field(30, ge=1, description="How deep fields may stand within fields.")
    max_aliases: int = Field(
        200,
        ge=0,
        description="Fields under an alias at most; these and all below count for each spread of "
        "their fragment.",
    )
    max_root_fields: int = Field(50, ge=1, description="Fields of an operation itself at most.")
    max_directives: int = Field(200, ge=0, description="Directives at most.")
    max_fields: int = Field(2_000, ge=1, description="Fields at all depths at most.")
    max_comparisons: int = Field(
        50_000,
        ge=1,
        description="Pairs of fields with one name at one place that validation may compare.",
    )
    max_variable_values: int = Field(
        10_000,
        ge=1,
        description="Values that variables may hold, as often as they are used: an object counts "
        "as ten, a text as one for each 1,000 characters, and what only writes take as none.",
    )
    max_nested_rows: int = Field(
        1_000_000,
        ge=1,
        description="The product of the sizes of pages within pages at most.",
    )
    max_cost: int = Field(
        2_000_000,
        ge=1,
        description="What an operation may be estimated to cost, in rows; see docs/limits.md.",
    )
    cost_mode: Literal["enforce", "measure"] = Field(
        "enforce",
        description="Whether what costs more is refused; with `measure` the estimate only stands "
        "in each request's line in the log.",
    )
    rate_limit: int = Field(
        0,
        ge=0,
        description="What one client may ask for within `RATE_WINDOW`, in costs of operations; "
        "with 0 as much as it likes.",
    )
    rate_window: float = Field(
        60,
        ge=1,
        le=DAY,
        description="How long it takes until a client that has asked for all may do so again, in "
        "seconds.",
    )
    rate_operations: Annotated[dict[str, int], NoDecode] = Field(
        {},
        description="What one client may ask for by operations of a name, beside that: a JSON "
        "object of names and costs.",
    )
    max_reach_keys: int = Field(
        10_000,
        ge=1,
        description="Keys that a filter into the other store may read for one relation at most; "
        "one that needs more is refused.",
    )

    @model_validator(mode="after")
    def _default_fits(self) -> Self:
        if self.default_page_size > self.max_page_size:
            message = f"DEFAULT_PAGE_SIZE is {self.default_page_size}, over MAX_PAGE_SIZE"
            raise ValueError(f"{message}, which is {self.max_page_size}")
        return self

    @model_validator(mode="after")
    def _rates_are_some(self) -> Self:
        if self.rate_operations and not self.rate_limit:
            raise ValueError("RATE_OPERATIONS is set, and RATE_LIMIT is not")
        if min(self.rate_operations.values(), default=1) < 1:
            raise ValueError("RATE_OPERATIONS has a cost below 1")
        return self
