"""In charge of the messages of graphql-transport-ws: what clients may say, and are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson

from edge.errors import HttpError
from edge.parts import Part
from edge.replies import Body
from edge.requests import GraphQLRequest, checked
from resolvers.operations.answering import as_json

PROTOCOL: Final = "graphql-transport-ws"
ACK: Final = b'{"type":"connection_ack"}'
_REASON: Final = 123  # bytes of a close frame's reason, at most


class ClosingError(Exception):
    """Ends a connection, with a code of WebSockets or of the protocol."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason.encode()[:_REASON].decode(errors="ignore")
        """As much of it as fits."""


@dataclass(frozen=True, slots=True)
class Init:
    """Asks to be let in, by what the payload holds."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Asks for the answers to an operation, which the id names from now on."""

    id: str
    asked: GraphQLRequest


@dataclass(frozen=True, slots=True)
class Complete:
    """Wants no more of an operation."""

    id: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a pong, with the same payload."""

    payload: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a ping, or merely says that somebody is there."""


Said = Init | Subscribe | Complete | Ping | Pong


def said_in(text: str | None) -> Said:
    """What a client says; raises ``ClosingError`` for what is no message, as what is no text."""
    try:
        message = orjson.loads(text or b"")
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise _invalid("Messages must be JSON, as text") from None
    if not isinstance(message, dict):
        raise _invalid("Messages must be JSON objects")
    return _read(cast("dict[str, Any]", message))


def next_(id_: str, body: Body | Part) -> bytes:
    """One answer."""
    return b'{"id":%s,"type":"next","payload":%s}' % (as_json(id_), body.json())


def error(id_: str, errors: Sequence[Mapping[str, Any]]) -> bytes:
    """What ends an operation that is not executed, or no further."""
    return b'{"id":%s,"type":"error","payload":%s}' % (as_json(id_), as_json(errors))


def complete(id_: str) -> bytes:
    """There are no more answers."""
    return b'{"id":%s,"type":"complete"}' % as_json(id_)


def pong(payload: Mapping[str, Any] | None) -> bytes:
    """The answer to a ping."""
    if payload is None:
        return b'{"type":"pong"}'
    return b'{"type":"pong","payload":%s}' % as_json(payload)


def _read(message: Mapping[str, Any]) -> Said:
    match message.get("type"):
        case "connection_init":
            return Init(_payload(message) or {})
        case "subscribe":
            return Subscribe(_id(message), _asked(message))
        case "complete":
            return Complete(_id(message))
        case "ping":
            return Ping(_payload(message))
        case "pong":
            _payload(message)
            return Pong()
        case _:
            raise _invalid("Messages must have a type that clients may send")


def _id(message: Mapping[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not id_:
        raise _invalid("`id` must be a string that is not empty")
    return id_


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise _invalid("`payload` must be an object")
    return cast("Mapping[str, Any] | None", payload)


def _asked(message: Mapping[str, Any]) -> GraphQLRequest:
    try:
        return checked(message.get("payload"))
    except HttpError as error:
        raise _invalid(error.message) from None


def _invalid(reason: str) -> ClosingError:
    return ClosingError(4400, f"Invalid message: {reason}")
