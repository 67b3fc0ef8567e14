"""In charge of not loading what reads tokens before anybody shows one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import Generic, Protocol, TypeVar

from auth.principal import Principal
from auth.shown import Authenticates, Shown, Vouched


class _Closes(Protocol):
    async def close(self) -> None: ...


_Made_co = TypeVar("_Made_co", covariant=True)
_Closes_co = TypeVar("_Closes_co", bound=_Closes, covariant=True)


class Lazy(Generic[_Made_co]):
    """Something that is made when it is first asked for; what it stands on may take a second."""

    def __init__(self, make: Callable[[], _Made_co]) -> None:
        self._make = make
        self._made: _Made_co | None = None
        self._making = Lock()

    @property
    def made(self) -> _Made_co | None:
        """It, if it is there already."""
        return self._made

    def __call__(self) -> _Made_co:
        """It; the same each time. Where requests are answered, ``ready`` is to be asked."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    async def ready(self) -> _Made_co:
        """The same, and nobody else is held up meanwhile: it is made in a thread."""
        return self._made if self._made is not None else await asyncio.to_thread(self)


class Late(Lazy[_Closes_co]):
    """One that is to be closed."""

    async def close(self) -> None:
        """Closes it, if it was made."""
        if self.made is not None:
            await self.made.close()


class Deferred(Authenticates):
    """Stands for one that is made when it is first asked."""

    def __init__(self, late: Late[Authenticates]) -> None:
        self._late = late

    def recalled(self, authorization: bytes) -> Principal | None:
        """Who showed this before: nobody, to one that was never asked."""
        made = self._late.made
        return None if made is None else made.recalled(authorization)

    async def vouched(self, shown: Shown) -> Vouched:
        """Who asks; raises what the one raises that it stands for."""
        return await (await self._late.ready()).vouched(shown)

    async def close(self) -> None:
        """Gives back every connection, if there is any."""
        await self._late.close()
