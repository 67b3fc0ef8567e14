"""In charge of multipart bodies (RFC 7578): taken apart as they come, and never held whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Final, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Receive

from edge.errors import HttpError

FORM: Final = "multipart/form-data"


class Part(NamedTuple):
    """The head of a part; a file has a name of its own."""

    name: str
    filename: str | None
    media_type: str


def boundary_in(content_type: str) -> bytes | None:
    """What parts the parts; None of a body that is no multipart/form-data."""
    media_type, parameters = parse_options_header(content_type)
    return (parameters.get(b"boundary") or None) if media_type == FORM.encode() else None


async def parts_of(receive: Receive, boundary: bytes) -> AsyncGenerator[Part | bytes]:
    """The parts, each as its head and what is in it, piece by piece.

    Raises ``HttpError`` for what is no such body, or ends too early.
    """
    taken = _Taken()
    try:
        parser = MultipartParser(boundary, taken.callbacks())
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise refused("The client went away while it sent the body.")
            parser.write(message.get("body", b""))
            for event in taken.events():
                yield event
            more = message.get("more_body", False)
    except FormParserError as error:
        raise refused(f"The body is no {FORM}.") from error
    if not taken.is_whole:
        raise refused("The body ends before its last part does.")


def refused(message: str) -> HttpError:
    """Of a body that is not what it should be; the rest of it is not read."""
    return HttpError(400, "BAD_REQUEST", message, headers={"connection": "close"})


class _Taken:
    """What the parser has found since somebody last asked."""

    def __init__(self) -> None:
        self.is_whole = False
        self._events: list[Part | bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._field = self._value = b""

    def events(self) -> list[Part | bytes]:
        """All of it, once."""
        events, self._events = self._events, []
        return events

    def callbacks(self) -> Any:
        """What the parser calls."""
        return {
            "on_part_begin": self._headers.clear,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._on_head,
            "on_part_data": self._on_data,
            "on_end": self._on_end,
        }

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _on_head(self) -> None:
        disposition, told = parse_options_header(self._headers.get(b"content-disposition"))
        if disposition != b"form-data" or b"name" not in told:
            raise refused("A part of the body has no name.")
        filename = told.get(b"filename")
        media_type = self._headers.get(b"content-type", b"application/octet-stream")
        self._events.append(
            Part(
                told[b"name"].decode(errors="replace"),
                None if filename is None else filename.decode(errors="replace"),
                media_type.decode("latin-1"),
            )
        )

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _on_end(self) -> None:
        self.is_whole = True
