"""In charge of not loading what reads tokens before anybody shows one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from auth.principal import Principal
from auth.shown import Authenticates, Shown, Vouched


class _Closes(Protocol):
    async def close(self) -> None: ...


_Made_co = TypeVar("_Made_co", bound=_Closes, covariant=True)


class Late(Generic[_Made_co]):
    """Something that is made when it is first asked for."""

    def __init__(self, make: Callable[[], _Made_co]) -> None:
        self._make = make
        self._made: _Made_co | None = None

    def __call__(self) -> _Made_co:
        """It; the same each time."""
        if self._made is None:
            self._made = self._make()
        return self._made

    async def close(self) -> None:
        """Closes it, if it was made."""
        if self._made is not None:
            await self._made.close()


class Deferred(Authenticates):
    """Stands for one that is made when it is first asked."""

    def __init__(self, late: Late[Authenticates]) -> None:
        self._late = late

    def recalled(self, authorization: bytes) -> Principal | None:
        """Who showed this before."""
        return self._late().recalled(authorization)

    async def vouched(self, shown: Shown) -> Vouched:
        """Who asks; raises what the one raises that it stands for."""
        return await self._late().vouched(shown)

    async def close(self) -> None:
        """Gives back every connection, if there is any."""
        await self._late.close()
