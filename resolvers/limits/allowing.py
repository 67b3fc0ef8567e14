"""In charge of what is judged with each request of an operation that is known: its variables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from resolvers.limits.judging import Judge, defaults_of
from resolvers.limits.sizes import Values
from resolvers.parsing import Document

_KNOWN: Final = 50
"""Values of variables whose verdict is remembered for one operation."""


class Allowing:
    """Whether an operation may be executed by what its variables say, each value judged once."""

    def __init__(self, judge: Judge, document: Document, names: tuple[str, ...]) -> None:
        self._judge = judge
        self._document = document
        self._names = names
        self._defaults = defaults_of(document.tree.node)
        self._judged = lru_cache(_KNOWN)(self._allows)

    def __call__(self, given: Values) -> bool:
        """Whether it may, with these variables, which fit it and are as they came."""
        defaults = self._defaults
        return self._judged(*[given.get(name, defaults.get(name)) for name in self._names])

    def _allows(self, *values: Any) -> bool:
        document, node = self._document.tree
        known = dict(zip(self._names, values, strict=True))
        return self._judge.refusal(document, node, known) is None


def allowing(judge: Judge, document: Document) -> Allowing | None:
    """What is asked with each request; None if it may be executed whatever its variables are."""
    measuring = judge.measuring(document.tree.document)
    measure = measuring.operation(document.tree.node)
    if judge.beyond(measure) is None:
        return None
    return Allowing(judge, document, tuple(sorted(measuring.looked_at)))
