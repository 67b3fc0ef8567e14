"""In charge of arrays on their way into Postgres: of texts and of whole numbers, as keys are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def array_of(values: Sequence[Any]) -> bytes | None:
    """The values as the text of an array; None for others, which psycopg writes one by one."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return b"{%s}" % ",".join(map(str, values)).encode()
    if kinds != {str}:
        return None
    # All at once: a NUL, which Postgres holds in no text, keeps them apart while they are escaped.
    text = "\0".join(values)
    if text.count("\0") != len(values) - 1:
        return None
    text = text.replace("\\", r"\\").replace('"', r"\"")
    return b'{"%s"}' % text.replace("\0", '","').encode()
