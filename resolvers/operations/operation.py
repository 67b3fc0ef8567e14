"""In charge of one query: planned once for all requests that its plan fits, and then only run.

A plan holds for all requests whose variables are given or not in the same way, and agree in those
on which the plan itself depends, such as the size of a page. Of what is answered of rows alone its
plan is kept, and of the document its text: should the tree be needed again, it is read again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, Final, NamedTuple

from graphql import GraphQLError
from strawberry import Schema

from catalog.entity import Catalog
from resolvers.context import Context, Told
from resolvers.documents.coercers import UnfitError
from resolvers.documents.coercion import coerced_by_core, coercer_of
from resolvers.documents.info import core_of
from resolvers.documents.likely import UnforeseenError, likely
from resolvers.documents.parsing import Document, Tree
from resolvers.limits.allowing import Allowing, allowing, costing
from resolvers.limits.judging import defaults_of, judge_of
from resolvers.operations.answering import Answering
from resolvers.operations.root_plans import Root, RootPlanner
from resolvers.planning.plan import Planner
from resolvers.planning.variables import Facet, StructuralError, Variable
from resolvers.policies import policies_asked
from resolvers.reasons import Form
from telemetry.stages import stage

_ONE: Final = 50_000
"""Characters of a document, and of the values that plans are for, if it has two plans or more.

Those of the document count once for each of its plans.
"""
_KEPT: Final = 10_000
"""Characters of values for which a plan is kept: it holds them, and seldom comes again."""

_PLANS: Final = 50  # of one operation
_ABSENT: Final = object()
_GIVEN: Final = 2
"""In place of a value that is there, and not null; null is 1, and nothing at all 0."""

Variables = Mapping[str, Any]


class Answered(NamedTuple):
    """An answer in JSON, and the errors in it; no data where a null has spread to the top."""

    data: bytes | None
    errors: Sequence[GraphQLError]


class Operation:
    """One query of a valid document; planned for all who see the same in the same way."""

    def __init__(
        self,
        schema: Schema,
        catalog: Catalog,
        query: str,
        tree: Tree,
        grow: Callable[[int], None] = lambda _: None,
    ) -> None:
        node = tree.node
        self.document = Document(query, tree)
        self._core = core_of(schema)
        self._catalog = catalog
        self._answering = Answering(schema, catalog, self.document)
        self._allows = allowing(judge_of(self._core), self.document)
        self._holding = judge_of(self._core).held.by(tree.document, node)
        self._policies = policies_asked(self._core, tree)
        self._grow = grow
        self._definitions = node.variable_definitions or ()
        self._variables = [v.variable.name.value for v in self._definitions]
        self._coercers = {
            each.variable.name.value: coercer_of(self._core, each) for each in self._definitions
        }
        self._all_given = (_GIVEN,) * len(self._variables)
        self._facets: dict[str, Facet] = {}
        self._plans: OrderedDict[tuple[Any, ...], tuple[Root, ...]] = OrderedDict()
        self.weight = 0
        """What all plans weigh: the characters of the document for each, and of its values."""

    @property
    def plans(self) -> int:
        """How many there are."""
        return len(self._plans)

    def roots(self, planner: Planner, given: Variables | None) -> tuple[Root, ...] | None:
        """How its root fields are answered with these variables; None if they do not fit."""
        variables = self._coerced(given or {})
        return None if variables is None else self._roots(planner, variables)

    def cost(self, given: Variables) -> float:
        """What it is estimated to cost with these variables; nothing, if they hold too much."""
        beyond = self._holding is not None and self._holding.is_beyond(given)
        return 0.0 if beyond else self._costing(given).cost

    @cached_property
    def _costing(self) -> Allowing:
        return self._allows or costing(judge_of(self._core), self.document)

    def foresee(self, planner: Planner) -> Sequence[Root]:
        """Plans it for requests as they are likely, as far as no value is needed for that."""
        raw = defaults_of(self.document.tree.node)
        defaults = {name: self._coercers[name](value, 0) for name, value in raw.items()}
        roots: list[Root] = []
        for variables in likely(self._definitions, defaults):
            with suppress(UnforeseenError):
                roots += self._roots(planner, variables)
        return roots

    def explained(self, planner: Planner, given: Variables) -> list[Root] | GraphQLError:
        """How its root fields are answered, planned for these very values; or what is amiss."""
        coerced = coerced_by_core(self._core, self._definitions, given)
        if isinstance(coerced, GraphQLError):
            return coerced
        return self._root_planner().roots(planner, coerced.coerced)

    async def knowing(self, context: Context) -> Context:
        """The context, once it is known which policies hold that are asked about."""
        return await context.knowing(self._policies) if self._policies else context

    async def run(self, context: Context, given: Variables | None) -> Answered | None:
        """The answer with these variables; None if they do not fit, or ask for too much."""
        if given and self._holding is not None and self._holding.is_beyond(given):
            return None
        variables = self._coerced(given or {})
        if variables is None or not (self._allows is None or self._allows(given or {}).allows):
            return None
        if self._policies:
            context = await context.knowing(self._policies)
        roots = self._roots(context.planner, variables)
        if len(roots) == 1:  # it needs no task of its own
            (root,) = roots
            data, errors = await self._answering.answer(root, context, variables, given)
            return Answered(data and b'{"%s":%s}' % (root.key.encode(), data), errors)
        answers = (self._answering.answer(root, context, variables, given) for root in roots)
        found = await asyncio.gather(*answers)
        errors = [error for _, of_one in found for error in of_one]
        pieces: list[bytes] = []  # put together once: an answer may be long
        for root, (data, _) in zip(roots, found, strict=True):
            if data is None:
                return Answered(None, errors)
            pieces += (b',"%s":' if pieces else b'"%s":') % root.key.encode(), data
        return Answered(b"".join((b"{", *pieces, b"}")), errors)

    def answers(
        self, context: Context, given: Variables
    ) -> Mapping[str, Callable[[], Awaitable[Told]]]:
        """What answers each root field that is completed directly, by its response key."""
        variables = self._coerced(given)
        roots = () if variables is None else self._roots(context.planner, variables)
        return {
            root.key: partial(self._answering.answer, root, context, variables or {}, given)
            for root in roots
            if root.is_direct
        }

    def _coerced(self, given: Variables) -> Variables | None:
        if not self._variables:
            return {}
        try:
            return {name: coerce(given[name], 0) for name, coerce in self._coercers.items()}
        except (KeyError, UnfitError):  # or one that is absent
            return self._coerced_by_core(given)

    def _coerced_by_core(self, given: Variables) -> Variables | None:
        coerced = coerced_by_core(self._core, self._definitions, given)
        return None if isinstance(coerced, GraphQLError) else coerced.coerced

    def _roots(self, planner: Planner, variables: Variables) -> tuple[Root, ...]:
        while True:
            signature = (planner, *self._signature(variables))
            roots = self._plans.get(signature)
            if roots is not None:
                self._plans.move_to_end(signature)
                return roots
            try:
                with stage("plan"):
                    standing = self._standing_in(variables)
                    roots = tuple(self._root_planner().roots(planner, standing))
            except StructuralError as error:
                # Two that look at different things of a value see all of it.
                known = self._facets.get(error.name, error.facet)
                self._facets[error.name] = error.facet if known == error.facet else repr
                continue
            self._keep(signature, roots)
            return roots

    def _keep(self, signature: tuple[Any, ...], roots: tuple[Root, ...]) -> None:
        if _told(signature) > _KEPT:
            return
        if not self._plans and all(root.form is Form.ROWS for root in roots):
            self.document.let_go()
        length = len(self.document.query)
        self._plans[signature] = roots
        self._weigh(length + _told(signature))
        while (many := len(self._plans)) > 1 and (many > _PLANS or length + self.weight > _ONE):
            gone, _ = self._plans.popitem(last=False)
            self._weigh(-length - _told(gone))

    def _weigh(self, more: int) -> None:
        self.weight += more
        self._grow(more)

    def _root_planner(self) -> RootPlanner:
        return RootPlanner(self._core, self._catalog, *self.document.tree)

    def _signature(self, variables: Variables) -> tuple[Any, ...]:
        """What a plan depends on: of most variables only whether there is a value."""
        whole = not self._facets and len(variables) == len(self._variables)
        if whole and None not in variables.values():
            return self._all_given
        return tuple(
            [
                self._facets[name](variables.get(name, _ABSENT))
                if name in self._facets
                else (name in variables) + (variables.get(name) is not None)
                for name in self._variables
            ]
        )

    def _standing_in(self, variables: Variables) -> Variables:
        return {name: self._stand_in(name, value) for name, value in variables.items()}

    def _stand_in(self, name: str, value: Any) -> Any:
        facet = self._facets.get(name)
        if value is None or facet is repr:
            return value
        return Variable(name, told=facet and facet(value))


def _told(signature: tuple[Any, ...]) -> int:
    """How many characters of values a plan is made for."""
    return sum([len(part) for part in signature if type(part) is str])
