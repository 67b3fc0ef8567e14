"""In charge of a user's own interfaces and unions around the rows of the trains.

Objects of several types stand in lists, and in lists of lists, below one another at every depth.
Their resolvers are plain and asynchronous; some fail, and some give null where none may be.
"""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from graphql import GraphQLError

from schema import extends, requires
from tests.resolvers.reach_models import Region, Train


@strawberry.interface
class Machine:
    """Anything that moves."""

    name: str

    @strawberry.field
    def plate(self) -> str | None:
        """Some have none, and one may not be told."""
        if self.name.startswith("c"):
            raise GraphQLError(f"The plate of {self.name} is secret.", extensions={"code": "NO"})
        return None if self.name.startswith("b") else self.name.upper()

    @strawberry.field
    async def beside(self) -> Machine | None:
        """What stands next to it."""
        return machine(len(self.name))


@strawberry.interface
class Heavy(Machine):
    """A machine that is weighed."""

    tons: float


@strawberry.type
class Crane(Heavy):
    """Lifts what there is."""

    reach: int

    @strawberry.field
    def lifts(self, most: int = 2) -> list[Annotated[Crate | Crane | Barrow, LOAD]]:
        """One of each, and a null that must not be."""
        loads: list[Any] = [Crate(mark="x"), Barrow(name="bb", wheels=1), machine(0), None]
        return loads[: max(most, 0)]


@strawberry.type
class Barrow(Machine):
    """Is pushed."""

    wheels: int

    @strawberry.field
    async def carries(self) -> Annotated[Crate | Crane | Barrow, LOAD]:
        """Never null, says the schema."""
        return None if self.wheels > 1 else Crate(mark="")  # type: ignore[return-value]


@strawberry.type
class Crate:
    """No machine, but it may hold some."""

    mark: str | None

    @strawberry.field
    def holds(self) -> list[list[Machine | None]]:
        """In rows of its own; some places are empty."""
        return [[machine(0), None], [], [machine(1), machine(2)]]


LOAD = strawberry.union("Load")


def machine(number: int) -> Machine:
    """One of each kind in turn."""
    if number % 3:
        return Barrow(name="b" * number, wheels=number)
    return Crane(name="ca"[number % 2 :], tons=number / 2, reach=number)


@extends(Train)
class Sidings:
    """What stands beside a train."""

    @strawberry.field
    @requires("id")
    def stock(self) -> list[Machine]:  # type: ignore[misc]
        """Some machines, one after the other, until one is not told of."""
        for number in range(self.id):
            if number == 3:
                raise GraphQLError("No more is told.", extensions={"code": "NO"})
            yield machine(number)

    @strawberry.field
    @requires("id", "size")
    async def load(self) -> Annotated[Crate | Crane | Barrow, LOAD] | None:
        """One thing, or nothing."""
        if self.size is None:
            raise GraphQLError("It was not weighed.", extensions={"code": "NO"})
        return {0: None, 1: Crate(mark="m"), 2: machine(4)}.get(self.id, machine(3))  # type: ignore[return-value]


@extends("Query")
class Yard:
    """What one sees from the road."""

    @strawberry.field
    def machines(self, count: int = 4) -> list[Machine | None]:
        """One after the other."""
        return [machine(number) for number in range(min(max(count, 0), 5))]

    @strawberry.field
    async def heaviest(self) -> Heavy:
        """The crane."""
        return machine(3)  # type: ignore[return-value]

    @strawberry.field
    async def seen(
        self, info: strawberry.Info
    ) -> list[Annotated[Train | Region | Crate, strawberry.union("Seen")]]:
        """Rows of both stores, and what no store knows."""
        trains = await info.context.load(Train, {"id": 2})
        regions = await info.context.load(Region, {"train_id": 2})
        return [*trains, Crate(mark=None), *regions]
