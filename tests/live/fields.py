"""In charge of fields by which tests see what becomes of operations."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import strawberry
from strawberry import Info

from schema import extends

events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What has come to pass, and what is waited for, by names that one test gives."""


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
