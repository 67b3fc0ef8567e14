"""The market's own fields: with files, with events, and one that guesses passwords."""

from collections.abc import AsyncGenerator

import strawberry

from schema import Upload, extends

SECRET = "tomatoes-0815"


@extends("Query")
class Gate:
    """What one asks at the gate."""

    @strawberry.field
    def weighed(self, grams: list[int], factor: float = 1.0) -> float:
        """The sum, times a factor."""
        return sum(grams) * factor

    @strawberry.field
    def opens(self, password: str) -> bool:
        """Whether this is the password; whoever may try often enough finds it."""
        return password == SECRET


@extends("Mutation")
class Office:
    """What one does at the office."""

    @strawberry.mutation
    async def filed(self, file: Upload, more: list[Upload] | None = None) -> int:
        """How large the files are together."""
        return sum([len(await each.read()) for each in (file, *(more or ()))])

    @strawberry.mutation
    def signed(self, password: str) -> bool:
        """Whether this is the password."""
        return password == SECRET


@extends("Subscription")
class Bell:
    """What one hears."""

    @strawberry.subscription
    async def rings(self, times: int) -> AsyncGenerator[int, None]:
        """So many, and a hundred at most."""
        for number in range(min(times, 100)):
            yield number
