"""In charge of documents that are known before anybody asks: understood, planned, and then at hand.

Plans are for who does not say who asks, for requests that give all of their variables and for those
that give only what they must. What depends on a value, such as the size of a page, waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from graphql import GraphQLError

from catalog.templates import Template
from resolvers.breadth.fields import Followed
from resolvers.completion.objects import hops_in
from resolvers.operations.explain import fields_below
from resolvers.operations.known import Operations
from resolvers.operations.operation import Operation
from resolvers.operations.root_plans import Root
from resolvers.planning.plan import Island, Planner

Unfit = Mapping[str, GraphQLError]
"""Texts with the first thing that is wrong with each."""


async def foresee(
    operations: Operations, texts: Iterable[str], planner: Planner
) -> tuple[list[Root], Unfit]:
    """Has these documents at hand for good, in place of those before; their plans, and the unfit.

    Requests go on meanwhile: after each document it is their turn.
    """
    found: dict[str, Mapping[str | None, Operation]] = {}
    unfit: dict[str, GraphQLError] = {}
    roots: list[Root] = []
    for text in texts:
        try:
            found[text] = operations.learned(text)
        except GraphQLError as error:
            unfit[text] = error
        await asyncio.sleep(0)
        for operation in {id(each): each for each in found.get(text, {}).values()}.values():
            roots += operation.foresee(planner)
            await asyncio.sleep(0)
    operations.trust(found)
    return roots, unfit


def templates_of(roots: Iterable[Root]) -> list[Template]:
    """What these plans ask of stores, each once; but for what another store has a say in."""
    asked = {
        question.ask.template: None
        for root in roots
        for island in _islands(root)
        for question in island.questions
        if not question.reaches
    }
    return list(asked)


def _islands(root: Root) -> Iterator[Island]:
    if root.island:
        yield from _below(root.island)
    for field in fields_below(root.field) if root.field else ():
        match field.source:
            case Followed(hop=hop) if hop:
                yield from _below(hop.island)
            case _:
                pass


def _below(island: Island) -> Iterator[Island]:
    yield island
    for part in (island.part, *island.part.kinds):
        for hop in hops_in(part):
            yield from _below(hop.island)
