"""In charge of what is judged with each request of an operation that is known: its variables."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from graphql import VariableDefinitionNode

from resolvers.documents.parsing import Document
from resolvers.limits.asking import Asked
from resolvers.limits.inputs import Inputs
from resolvers.limits.judging import Judge, defaults_of
from resolvers.limits.sizes import Values, number_of
from telemetry.tally import current

_KNOWN: Final = 50
"""Values of variables whose verdict is remembered for one operation."""


class Verdict(NamedTuple):
    """Whether an operation may be executed, and what it is estimated to cost."""

    allows: bool
    cost: float


class Allowing:
    """Judges an operation by what its variables say, each value once."""

    def __init__(self, judge: Judge, document: Document, names: frozenset[str]) -> None:
        self._judge = judge
        self._document = document
        self._inputs = Inputs(judge.weights)
        node = document.tree.node
        self._defaults = defaults_of(node)
        self._looked_at = [
            (each.variable.name.value, _input_of(each, judge))
            for each in node.variable_definitions or ()
            if each.variable.name.value in names
        ]
        self._judged: dict[tuple[Any, ...], Verdict] = {}

    def __call__(self, given: Values) -> Verdict:
        """The verdict on these variables, which fit the operation and are as they came."""
        key = tuple([self._part(name, kind, given) for name, kind in self._looked_at])
        verdict = self._judged.get(key)
        if verdict is None:
            if len(self._judged) >= _KNOWN:
                self._judged.clear()
            verdict = self._judged[key] = self._verdict(given)
        current().cost = verdict.cost
        return verdict

    def _part(self, name: str, kind: str | None, given: Values) -> Any:
        """What of a variable matters: its number, and of an input what it weighs."""
        value = given.get(name, self._defaults.get(name))
        number = number_of(value)
        return number if kind is None else (self._inputs.given(value, kind), number)

    def _verdict(self, given: Values) -> Verdict:
        document, node = self._document.tree
        asked = self._judge.asked(document, node, given)
        return Verdict(self._judge.beyond(asked) is None, asked.cost)


def allowing(judge: Judge, document: Document) -> Allowing | None:
    """What is asked with each request; None if it may be executed whatever its variables are.

    Where costs are only measured, they are with each.
    """
    asked, made = _worst(judge, document)
    return made if judge.beyond(asked) or not judge.limits.cost_refuses else None


def costing(judge: Judge, document: Document) -> Allowing:
    """What tells the cost of each request."""
    return _worst(judge, document)[1]


def _worst(judge: Judge, document: Document) -> tuple[Asked, Allowing]:
    """What is asked for by the worst values of variables, and who judges by each."""
    measuring = judge.measuring(document.tree.document)
    asked = measuring.operation(document.tree.node).asked
    return asked, Allowing(judge, document, frozenset(measuring.looked_at))


def _input_of(definition: VariableDefinitionNode, judge: Judge) -> str | None:
    """The type of a variable, if it is an input in which something weighs."""
    kind: Any = definition.type
    while not hasattr(kind, "name"):
        kind = kind.type
    name = kind.name.value
    return name if name in judge.weights.inputs else None
