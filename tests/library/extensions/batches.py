"""Fields of authors whose values one function gives for all of them."""

from collections.abc import Sequence

import strawberry
from graphql import GraphQLError

from schema import batched, extends, requires
from tests.library.extensions.author import Verse, Wish
from tests.library.models.author import Author


@strawberry.type
class Fan:
    """Somebody who likes an author."""

    name: str

    @strawberry.field
    @batched
    @staticmethod
    def shouts(fans: "list[Fan]", times: int = 1) -> "list[str | None]":
        """What all of them shout; but for those of nobody."""
        return [fan.name.upper() * min(times, 3) if fan.name else None for fan in fans]


@extends(Author)
class Fame:
    """What others say of an author."""

    @strawberry.field
    @batched
    @requires("id", "name")
    @staticmethod
    async def fans(
        authors: Sequence[Author], most: int = 2
    ) -> list[list[Fan | None] | Exception | None]:
        """None are known of the third author. It is null, rather than its author.

        Where null spreads over what is under way, graphql-core leaves coroutines behind.
        """
        return [
            GraphQLError("Nobody knows.", extensions={"code": "UNKNOWN_FANS"})
            if author.id == 3
            else [Fan(name=f"{author.name} {number}") for number in range(most)] + [None]
            for author in authors
        ]

    @strawberry.field
    @batched
    @requires("id")
    @staticmethod
    def motto(authors: list[Author], wish: Wish | None = None) -> list[Verse | Exception | None]:
        """A verse for every other author; what is asked with a sigh fails."""
        words = wish.words if wish else ["sea"]
        return [
            ValueError("a sigh")
            if "sigh" in words and author.id == 2
            else Verse(text=" ".join(words), number=author.id)
            if author.id % 2
            else None
            for author in authors
        ]

    @strawberry.field
    @batched
    @requires("id")
    @staticmethod
    async def best_pupil(authors: list[Author], info: strawberry.Info) -> list[Author | None]:
        """By one read of the store, which asks nobody anything again."""
        found = await info.context.load(Author, {"mentor_id": authors[0].id})
        return [found[0] if found else None for _ in authors]
