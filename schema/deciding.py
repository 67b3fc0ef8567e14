"""In charge of the one function of the user's that says which policies hold."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any, TypeVar

from catalog.errors import ModelError
from resolvers.guards import Decide
from schema.extend import modules_of

_DECIDES = "__bigraph_decides__"

Function = TypeVar("Function", bound=Decide)


def policies(function: Function) -> Function:
    """Marks the async function that says which policies hold, by principal, names and context.

    It is asked once for an operation, with all names that matter to it. It gives those that hold,
    or a mapping of names to True and False. What it does not grant is denied; so is all, if it
    raises or takes too long. Raises ``ModelError`` if it is not async.
    """
    if not inspect.iscoroutinefunction(function):
        name: str = getattr(function, "__name__", repr(function))
        mend = "Write `async def`, with the parameters principal, names and context."
        raise ModelError(name, None, "decides about policies, but is not async", mend=mend)
    setattr(function, _DECIDES, True)
    return function


def policies_in(package: ModuleType) -> Decide | None:
    """The function marked by ``policies`` in a package's modules; raises ``ModelError`` for two."""
    found: list[Any] = [
        value
        for module in modules_of(package)
        for value in vars(module).values()
        if inspect.isfunction(value) and value.__module__ == module.__name__
        if hasattr(value, _DECIDES)
    ]
    if len(found) > 1:
        names = " and ".join(each.__name__ for each in found)
        mend = "Let one of them ask the other."
        raise ModelError(package.__name__, None, f"{names} both decide about policies", mend=mend)
    return found[0] if found else None
