"""In charge of not loading what reads tokens before anybody shows one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from auth.principal import Principal
from auth.shown import Authenticates, Shown


class Deferred(Authenticates):
    """Stands for one that is made when it is first asked."""

    def __init__(self, make: Callable[[], Authenticates]) -> None:
        self._make = make

    async def principal(self, shown: Shown) -> Principal:
        """Who asks; raises what the one raises that it stands for."""
        return await self._made.principal(shown)

    async def close(self) -> None:
        """Gives back every connection, if there is any."""
        if "_made" in self.__dict__:
            await self._made.close()

    @cached_property
    def _made(self) -> Authenticates:
        return self._make()
