"""What reads tokens is loaded late, and holds up nobody while it is."""

from __future__ import annotations

import asyncio
import threading

import pytest

from auth import ANONYMOUS, Deferred, Late, Shown, Vouched
from auth.authenticator import Authenticator
from auth.principal import Principal
from datasources.redis import Replays
from tests.auth.issuing import NOW, running_issuer

SHOWN = Shown(["Bearer x"], [], "GET", "http://x")


class Knowing:
    """Knows whoever shows anything."""

    closed = False

    def recalled(self, _authorization: bytes) -> Principal:
        return ANONYMOUS

    async def vouched(self, _shown: Shown) -> Vouched:
        return Vouched(ANONYMOUS, lambda: True)

    async def close(self) -> None:
        self.closed = True


async def test_what_is_made_late_is_made_once_and_beside_the_event_loop():
    """Which goes on: else nobody could let it go on here."""
    go, threads = threading.Event(), list[int]()

    def make() -> Knowing:
        assert go.wait(30)
        threads.append(threading.get_ident())
        return Knowing()

    late = Late(make)
    deferred = Deferred(late)
    waiting = [asyncio.create_task(late.ready()) for _ in range(3)]
    vouching = asyncio.create_task(deferred.vouched(SHOWN))
    await asyncio.sleep(0)
    assert deferred.recalled(b"Bearer x") is None
    go.set()
    found = await asyncio.gather(*waiting)
    assert (await vouching).principal is ANONYMOUS
    assert found == [late()] * 3
    assert len(threads) == 1
    assert threads != [threading.get_ident()]
    assert deferred.recalled(b"Bearer x") is ANONYMOUS
    await deferred.close()
    assert found[0].closed


async def test_what_was_never_asked_for_is_neither_made_nor_closed():
    """Nor for those who are only looked for among the known."""

    def make() -> Knowing:
        raise AssertionError

    deferred = Deferred(Late(make))
    assert deferred.recalled(b"Bearer x") is None
    await deferred.close()


async def test_what_could_not_be_made_is_tried_again():
    """By who asks next."""
    made: list[Knowing | None] = [Knowing(), None]

    def make() -> Knowing:
        if (knowing := made.pop()) is None:
            raise OSError("not now")
        return knowing

    late = Late(make)
    with pytest.raises(OSError, match="not now"):
        await late.ready()
    assert await late.ready() is late.made is not None


async def test_keys_are_fetched_before_anybody_shows_a_token():
    """Then nobody waits for them; if the issuer was away, it is asked again by a token."""
    async with running_issuer() as issuer:
        shown = Shown([f"Bearer {issuer.token()}"], [], "GET", "http://x")
        for is_down in (False, True):
            issuer.asked.clear()
            issuer.down = is_down
            authenticator = Authenticator([issuer.issuer()], Replays(None), clock=lambda: NOW)
            await authenticator.warm()
            asked, issuer.down = len(issuer.asked), False
            assert asked == (1 if is_down else 2)
            authenticator._keyrings[issuer.url]._tried -= 2  # as if that were a while ago
            assert (await authenticator.vouched(shown)).principal.subject == "ada"
            assert len(issuer.asked) - asked == (2 if is_down else 0)
            await authenticator.close()
