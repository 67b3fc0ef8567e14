"""The sockets at one address: who comes, which of them he wakes, and how asyncio serves them."""

import asyncio
import errno
import select
import socket
import sys
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import pytest

from edge.listening import AddressError, Listening, listen


def woken(listening: Listening) -> list[socket.socket]:
    """The sockets at which somebody waits."""
    return select.select(listening.sockets, [], [], 10)[0]


async def test_answers_are_not_held_back_for_an_acknowledgement():
    """Nagle would wait 40 ms for it, between an answer's head and its body."""
    delayed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def told(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = writer.get_extra_info("socket")
        delayed.set_result(sent.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with AsyncExitStack() as stack:
        listening = stack.enter_context(listen("127.0.0.1", 0))
        for each in listening.sockets:
            await stack.enter_async_context(await asyncio.start_server(told, sock=each))
        _, writer = await asyncio.open_connection(*listening.address)
        assert await delayed == 1
        writer.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_who_comes_wakes_one_of_them(host: str):
    """Of many, so that in a rush as many are let in at once."""
    with ExitStack() as stack:
        try:
            listening = stack.enter_context(listen(host, 0))
        except AddressError:
            pytest.skip("There is no IPv6.")
        address = listening.address
        assert {each.getsockname() for each in listening.sockets} == {address}
        stack.enter_context(socket.create_connection(address[:2]))
        assert len(woken(listening)) == 1
        for _ in range(300):
            stack.enter_context(socket.create_connection(address[:2]))
        assert len(woken(listening)) > len(listening.sockets) / 2


def test_where_they_cannot_be_dealt_out_all_are_woken(monkeypatch: pytest.MonkeyPatch):
    """Nobody is lost there either."""
    monkeypatch.setattr(sys, "platform", "darwin")
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.address):
        assert len(woken(listening)) == len(listening.sockets)
        client, _ = woken(listening)[-1].accept()
        client.close()


def test_a_kernel_that_does_not_know_how_has_copies_too(monkeypatch: pytest.MonkeyPatch):
    """And nothing is left of what was tried."""
    monkeypatch.setattr(socket, "SO_REUSEPORT", 9_999)
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.address):
        assert len(woken(listening)) == len(listening.sockets)


def test_an_address_is_not_shared_with_another_server():
    """Though its sockets share it with each other."""
    with listen("127.0.0.1", 0) as listening:
        with pytest.raises(AddressError, match="in use") as raised:
            listen(*listening.address)
        assert raised.value.hint == "Choose another with --port or --host."
        (address, port) = listening.address
    listen(address, port).__exit__()


@pytest.mark.parametrize("step", ["bind", "listen"])
def test_two_that_begin_at_once_do_not_share_an_address(step: str, monkeypatch: pytest.MonkeyPatch):
    """One of them has it, at whichever step of the one the other comes."""
    got: list[Listening] = []
    refused: list[AddressError] = []

    class Interrupted(socket.socket):
        def bind(self, address: Any) -> None:
            super().bind(address)
            self.interrupt("bind")

        def listen(self, *backlog: int) -> None:
            super().listen(*backlog)
            self.interrupt("listen")

        def interrupt(self, now: str) -> None:
            if now == step:
                monkeypatch.undo()
                take(*self.getsockname())

    def take(host: str, port: int) -> None:
        try:
            got.append(listen(host, port))
        except AddressError as error:
            refused.append(error)

    monkeypatch.setattr(socket, "socket", Interrupted)
    take("127.0.0.1", 0)
    assert [each.code for each in refused] == ["ADDRESS_UNAVAILABLE"]
    (listening,) = got
    with listening, socket.create_connection(listening.address):
        assert len(woken(listening)) == 1


def test_too_few_descriptors_are_told(monkeypatch: pytest.MonkeyPatch):
    """And none is kept."""
    made: list[socket.socket] = []

    class Few(socket.socket):
        def __init__(self, *given: Any, **more: Any) -> None:
            if len(made) > 5:
                raise OSError(errno.EMFILE, "Too many open files")
            super().__init__(*given, **more)
            made.append(self)

    monkeypatch.setattr(socket, "socket", Few)
    with pytest.raises(AddressError, match="Too many open files"):
        listen("127.0.0.1", 0)
    assert [each.fileno() for each in made] == [-1] * len(made)


def test_an_address_of_another_machine_is_told():
    """As one that is no address at all, none of which is asked for beyond this machine."""
    for host in ("203.0.113.1", "::1%nowhere", "a" * 64):
        with pytest.raises(AddressError, match=f"Cannot listen on {host}:1: "):
            listen(host, 1)
