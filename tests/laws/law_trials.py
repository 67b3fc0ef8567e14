"""In charge of trying the law on one operation, and of telling where it does not hold."""

from __future__ import annotations

import pytest
from law_answers import Answers, answers_of, understood
from law_operations import Operation
from law_shrinking import Asked, smallest
from law_worlds import World

from resolvers.operations.operation import Operation as Understood


async def holds(world: World, operation: Operation, called: str, *, checked: bool = False) -> bool:
    """True if both answers are equal, for all variables; False if it is no valid operation.

    Fails where they differ, with the operation made as small as it goes. One that is to be
    ``checked`` the engine finds as it finds those of requests, by all rules of validation.
    """
    found = _found(world, operation) if checked else understood(world.graph, operation)
    if found is None:
        return False
    for variables in operation.variables:
        if not (await answers_of(world.graph, found, variables, world.before)).agree:
            asked, answers = await _shrunk(world, (operation.text, variables), operation.name)
            pytest.fail(_told(called, asked, answers))
    return True


def _found(world: World, operation: Operation) -> Understood | None:
    return world.graph.operations.find(operation.text, operation.name)


async def _shrunk(world: World, asked: Asked, name: str | None) -> tuple[Asked, Answers]:
    async def answers_to(asked: Asked) -> Answers | None:
        text, variables = asked
        found = _found(world, Operation(text, name))
        return found and await answers_of(world.graph, found, variables, world.before)

    async def differ(smaller: Asked) -> bool:
        answers = await answers_to(smaller)
        return bool(answers) and not answers.agree

    least = await smallest(world.core, asked, differ)
    answers = await answers_to(least)
    assert answers, least
    return least, answers


def _told(called: str, asked: Asked, answers: Answers) -> str:
    text, variables = asked
    return (
        f"{called}\n{text}\nwith {variables}\n"
        f"graphql-core: {answers.standard}\ndirectly:     {answers.direct}"
    )
