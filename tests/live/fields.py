"""In charge of fields by which tests see what becomes of operations."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator

import strawberry
from graphql import GraphQLError
from strawberry import Info

from schema import Authenticated, extends
from tests.library.models.book import Book

events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What has come to pass, and what is waited for, by names that one test gives."""

taken = Counter[str]()
"""What was taken of floods."""


@extends("Query")
class Slow:
    """What takes long."""

    @strawberry.field
    async def forever(self, name: str) -> int:
        """Never answers."""
        events[f"{name} begun"].set()
        try:
            await asyncio.Event().wait()
        finally:
            events[f"{name} ended"].set()
        return 1

    @strawberry.field
    def who(self, info: Info) -> str | None:
        """The subject of who asks."""
        return info.context.principal.subject

    @strawberry.field
    def broken(self) -> str | None:
        """Fails as nobody foresaw."""
        raise LookupError("the secret reason")


@extends("Subscription")
class Telling:
    """What is told over time."""

    @strawberry.subscription
    async def count(self, to: int, name: str = "") -> AsyncGenerator[int, None]:
        """Counts, and notes when it has ended."""
        try:
            for number in range(1, to + 1):
                yield number
        finally:
            events[f"{name} ended"].set()

    @strawberry.subscription
    async def silence(self, name: str) -> AsyncGenerator[int, None]:
        """One number, and then nothing ever."""
        try:
            yield 0
            events[f"{name} begun"].set()
            await asyncio.Event().wait()
        finally:
            events[f"{name} ended"].set()

    @strawberry.subscription
    async def flood(self, name: str) -> AsyncGenerator[str, None]:
        """As much as somebody takes; counts what that was."""
        try:
            while True:
                taken[name] += 1
                yield "x" * 10_000
                await asyncio.sleep(0)
        finally:
            events[f"{name} ended"].set()

    @strawberry.subscription
    async def books(self, info: Info, titles: list[str]) -> AsyncGenerator[Book, None]:
        """Books, one after the other."""
        for title in titles:
            (book,) = await info.context.load("Book", {"title": title})
            yield book

    @strawberry.subscription
    async def failing(self, how: str) -> AsyncGenerator[int, None]:
        """Fails, at once or after a number."""
        if how == "at once":
            raise LookupError("the secret reason")
        yield 1
        if how == "told":
            raise GraphQLError("The source has run dry.")
        raise LookupError("the secret reason")

    @strawberry.subscription(directives=[Authenticated()])
    async def guarded(self) -> AsyncGenerator[int, None]:
        """For those who have signed in."""
        events["guarded begun"].set()
        yield 1

    @strawberry.subscription
    async def asking(self, info: Info, name: str) -> AsyncGenerator[str | None, None]:
        """Who subscribes, once, and then whenever it is asked."""
        try:
            while True:
                yield info.context.principal.subject
                await events[f"{name} ask"].wait()
                events[f"{name} ask"].clear()
        finally:
            events[f"{name} ended"].set()


@extends("Mutation")
class Doing:
    """What no transaction undoes."""

    @strawberry.mutation
    async def done(self, name: str) -> int:
        """Waits until it may go on."""
        events[f"{name} begun"].set()
        await events[f"{name} go"].wait()
        events[f"{name} done"].set()
        return 1
