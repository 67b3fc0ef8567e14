"""In charge of why a root field is left to graphql-core: a few reasons, to be counted."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """How a root field is completed."""

    ROWS = "rows"
    """Of rows alone, by a generated function."""
    RESOLVERS = "resolvers"
    """Level by level, with resolvers that users wrote."""
    STANDARD = "standard"
    """By graphql-core."""


class Reason(StrEnum):
    """Why a root field is not completed directly."""

    INTROSPECTION = "introspection"
    """It is a field of GraphQL's own."""
    INPUT = "input"
    """Its arguments cannot be honoured; graphql-core tells it where it belongs."""
    VIOLATION = "violation"
    """A stored value is none that GraphQL allows there."""
    STORE = "store"
    """A store failed."""
    BEYOND_ROWS = "beyond_rows"
    """It takes more than rows: a resolver, or an object whose type its value tells."""
    UNAUTHORIZED = "unauthorized"
    """The viewer may not read something in it."""
    PERMISSIONS = "permissions"
    """A field has Strawberry's permission classes."""
    FIELD_EXTENSION = "field_extension"
    """A field has extensions of Strawberry's."""
    FIELD_CLASS = "field_class"
    """A field is of a class that is not Strawberry's own."""
    GENERATOR = "generator"
    """A resolver is an asynchronous generator."""
    ASYNC_TYPE = "async_type"
    """The type of an object is found by a coroutine."""
    PARTS = "parts"
    """The answer comes in parts, as `@defer` and `@stream` have it."""
    OPERATION = "operation"
    """The whole operation is left to it: a mutation, or a query with hooks around each field."""


class NotDirectError(Exception):
    """Something in a selection cannot be completed directly; it says what, and the reason."""

    def __init__(self, reason: Reason, said: str) -> None:
        super().__init__(said)
        self.reason = reason
