"""In charge of making each strategy once: Hypothesis looks through all of one that is new to it."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from catalog import Catalog

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kept(make: Callable[_P, _R]) -> Callable[_P, _R]:
    """Gives what was made before of the same arguments; catalogs, without a hash, by identity."""
    made: dict[Any, tuple[Any, _R]] = {}

    @functools.wraps(make)
    def keeping(*arguments: _P.args, **named: _P.kwargs) -> _R:
        given = (*arguments, *named.items())
        key = tuple(id(each) if isinstance(each, Catalog) else each for each in given)
        if key not in made:
            made[key] = given, make(*arguments, **named)
        return made[key][1]

    return keeping
