"""The listening socket, as asyncio serves it."""

import asyncio
import socket

from edge.process import listen


async def test_answers_are_not_held_back_for_an_acknowledgement():
    """Nagle would wait 40 ms for it, between an answer's head and its body."""
    delayed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def told(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = writer.get_extra_info("socket")
        delayed.set_result(sent.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listen("127.0.0.1", 0) as listening:
        async with await asyncio.start_server(told, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            assert await delayed == 1
            writer.close()
