"""In charge of preparing statements in a new session, before anybody asks by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import psycopg
from psycopg import generators
from psycopg.pq import ExecStatus

MOST: Final = 400
"""Statements that are prepared ahead, of the number that a session prepares: others need room."""

_CHARACTERS: Final = 300_000
"""Of their texts, for the same reason."""


async def prepared(
    connection: psycopg.AsyncConnection[Any], texts: Iterable[str]
) -> dict[str, bytes]:
    """The names of those that Postgres has prepared, in order, as many as there is room for.

    They are s1, s2 and so on, without a gap. Raises psycopg's errors if the connection is lost.
    """
    names: dict[str, bytes] = {}
    left = _CHARACTERS
    for text in texts:
        left -= len(text)
        if left < 0 or len(names) == MOST:
            break
        name = b"s%d" % (len(names) + 1)
        connection.pgconn.send_prepare(name, text.encode())
        (result,) = await connection.wait(generators.execute(connection.pgconn))
        if result.status == ExecStatus.COMMAND_OK:
            names[text] = name
    return names
