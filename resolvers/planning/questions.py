"""In charge of what a plan asks of a store: taken apart once, then filled in for each request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from catalog.filters import leads_across
from catalog.query import Key, Read
from catalog.summary import Summary
from catalog.templates import Ask, ask_of
from resolvers.planning.arguments import value_of
from resolvers.planning.variables import as_they_are, bound

if TYPE_CHECKING:
    from resolvers.context import Context

Variables = Mapping[str, Any]


class Question:
    """A read or a summary of a plan, in which variables may stand in for values."""

    __slots__ = ("_named", "ask", "reaches")

    def __init__(self, read: Read | Summary) -> None:
        self.ask = ask_of(read)
        self._named = as_they_are(self.ask.values)
        self.reaches = leads_across(read)
        """Whether another store must be asked first."""

    async def asked(
        self, context: Context, variables: Variables, keys: tuple[Key, ...] = ()
    ) -> Ask:
        """What to ask of the store with this request's values. Raises ``ReachError``."""
        ask = self.bound(context, variables, keys)
        if not self.reaches:
            return ask
        return ask_of(await context.reach.within(ask.read, keys))

    def bound(self, context: Context, variables: Variables, keys: tuple[Key, ...] = ()) -> Ask:
        """The same where nothing reaches into another store."""
        if self._named is None:
            values = bound(self.ask.values, variables, context.claims, value_of)
        else:
            values = tuple([variables[name] for name in self._named])
        return Ask(self.ask.template, values, keys)
