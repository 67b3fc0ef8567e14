"""In charge of the way through a document that is validated: once through, with types at hand.

graphql-core's `visit` can also change what it goes through, and calls about ten functions at each
node. Here rules are asked about those nodes alone that they look at, in the same order, and nobody
looks at names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, cast

from graphql import (
    BREAK,
    ASTValidationRule,
    Node,
    TypeInfo,
    UniqueDirectivesPerLocationRule,
    VariableNode,
)
from graphql.validation.validate import query_document_keys_to_validate
from graphql.validation.validation_context import VariableUsage

Look = Callable[..., Any]
"""How a rule looks at a node: by it, its key, what it is in, the path, and what is around that."""

_Kinds = tuple[type[ASTValidationRule], ...]
_Looker = tuple[int, str]
"""The number of a rule, and the method by which it looks at nodes of a kind."""

_KEYS: Final = query_document_keys_to_validate
_NAMES: Final = {"name", "alias"}
_WITH_VARIABLES: Final = frozenset(
    ("arguments", "directives", "fields", "selection_set", "selections", "value", "values")
)
_OF_DIRECTIVES: Final[type[ASTValidationRule]] = UniqueDirectivesPerLocationRule
"""It looks at every node, for the directives that few kinds have."""


class _Plan(NamedTuple):
    """What is to do at nodes of one kind; the numbers are those of rules."""

    know: Callable[[Node], None] | None
    forget: Callable[[], None] | None
    entering: Sequence[tuple[int, Look]]
    leaving: Sequence[tuple[int, Look]]
    below: Sequence[str]


class Walk:
    """One way through a document, for rules, which say to their context what is wrong."""

    def __init__(self, info: TypeInfo, rules: Sequence[ASTValidationRule]) -> None:
        self._info = info
        self._rules = rules
        self._kinds = tuple(map(type, rules))
        self._plans: dict[str, _Plan] = {}
        self._past: dict[int, Any] = {}
        """Where a rule wants to see nothing below a node: the node, or for good `BREAK`."""
        self._path: list[str | int] = []
        self._around: list[Any] = []

    def through(self, node: Node, key: Any = None, parent: Any = None) -> None:
        """Goes through a node and all below it. Raises RecursionError."""
        plan = self._plans.get(node.kind) or self._planned(node.kind)
        know, forget, entering, leaving, below = plan
        past, path, around = self._past, self._path, self._around
        if know is not None:
            know(node)
        for at, look in entering:
            if at not in past and (told := look(node, key, parent, path, around)) is not None:
                past[at] = BREAK if _ends(told) else node
        if below:
            if parent is not None:
                around.append(parent)
            for name in below:
                if (found := getattr(node, name, None)) is not None:
                    path.append(name)
                    if isinstance(found, tuple):
                        self._each(cast("tuple[Node, ...]", found), node)
                    else:
                        self.through(found, name, node)
                    path.pop()
            if parent is not None:
                around.pop()
        for at, look in leaving:
            if at not in past and _ends(look(node, key, parent, path, around)):
                past[at] = BREAK
        if past:
            for at in [at for at, until in past.items() if until is node]:
                del past[at]
        if forget is not None:
            forget()

    def _each(self, nodes: tuple[Node, ...], owner: Node) -> None:
        path, around = self._path, self._around
        around.append(owner)
        for at, node in enumerate(nodes):
            path.append(at)
            self.through(node, at, nodes)
            path.pop()
        around.pop()

    def _planned(self, kind: str) -> _Plan:
        entering, leaving = _lookers(self._kinds, kind)
        plan = self._plans[kind] = _Plan(
            *_knowing(self._info, kind),
            [(at, getattr(self._rules[at], name)) for at, name in entering],
            [(at, getattr(self._rules[at], name)) for at, name in leaving],
            _below(self._kinds, kind),
        )
        return plan


class Uses:
    """Finds where an operation or a fragment uses variables, as graphql-core tells it to rules."""

    def __init__(self, info: TypeInfo) -> None:
        self._info = info
        self._known: dict[str, tuple[Look | None, Look | None, Sequence[str]]] = {}
        self._found: list[VariableUsage] = []

    def of(self, node: Node) -> list[VariableUsage]:
        """Its own; a fragment has no variables, but those of the operations that spread it."""
        self._found = []
        self._look(node)
        return self._found

    def _look(self, node: Node) -> None:
        if isinstance(node, VariableNode):
            info: Any = self._info
            types = info.get_input_type(), info.get_parent_input_type()
            self._found.append(VariableUsage(node, *types, info.get_default_value(), None))
            return
        kind = node.kind
        if kind not in self._known:
            below = [key for key in _KEYS.get(kind, ()) if key in _WITH_VARIABLES]
            self._known[kind] = (*_knowing(self._info, kind), below)
        know, forget, below = self._known[kind]
        inside = [found for key in below if (found := getattr(node, key, None))]
        if not inside:
            return
        if know is not None:
            know(node)
        for found in inside:
            if isinstance(found, tuple):
                for each in cast("tuple[Node, ...]", found):
                    self._look(each)
            else:
                self._look(found)
        if forget is not None:
            forget()


def _knowing(info: TypeInfo, kind: str) -> tuple[Look | None, Look | None]:
    """What notes the types at a node of a kind, and what lets them go after it."""
    return getattr(info, f"enter_{kind}", None), getattr(info, f"leave_{kind}", None)


@cache
def _lookers(rules: _Kinds, kind: str) -> tuple[Sequence[_Looker], Sequence[_Looker]]:
    """The rules that look at nodes of a kind: before, and after what is below them."""
    before, after = ([*_looking(rules, kind, when)] for when in ("enter", "leave"))
    return before, after


def _looking(rules: _Kinds, kind: str, when: str) -> Iterator[_Looker]:
    own = f"{when}_{kind}"
    for at, rule in enumerate(rules):
        if hasattr(rule, own):
            yield at, own
        elif hasattr(rule, when) and (
            rule is not _OF_DIRECTIVES or "directives" in _KEYS.get(kind, ())
        ):
            yield at, when


@cache
def _below(rules: _Kinds, kind: str) -> Sequence[str]:
    """What of a node is gone through: not its names, if no rule looks at them."""
    keys, looked_at = _KEYS.get(kind, ()), any(_lookers(rules, "name"))
    return [key for key in keys if looked_at or key not in _NAMES]


def _ends(told: Any) -> bool:
    """Whether a rule wants to see no more of the document."""
    return told is BREAK or told is True
