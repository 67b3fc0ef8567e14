"""In charge of media types: what a request's body is, and which form its answer may take."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from typing import Final

from edge.errors import HttpError

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
OFFERED = (GRAPHQL_RESPONSE, JSON)
EVENT_STREAM = "text/event-stream"
MIXED = "multipart/mixed"

# Of each header: clients say the same in all of their requests.
_KNOWN: Final = 64


@lru_cache(_KNOWN)
def answer_type(header: bytes) -> str:
    """The media type of the answer to a request with this `Accept`.

    Raises ``HttpError`` 406 if the client takes none of ours.

    A client that says nothing, or that it takes anything, gets `application/json`; so does who
    reads parts and names no JSON, for an answer that has none, and for errors.
    """
    accept = header.decode("latin-1")
    if not accept.strip():
        return JSON
    ranges = qualities(accept)
    named = {media_range for media_range, _ in ranges}
    for media_range, quality in sorted(ranges, key=lambda part: -part[1]):
        if quality > 0 and (found := _matching(media_range, named)):
            return found
    if parts_wanted(accept, MIXED):
        return JSON
    raise HttpError(406, "NOT_ACCEPTABLE", f"Answers are {' or '.join(OFFERED)}.")


@lru_cache(_KNOWN)
def wants_events(header: bytes) -> bool:
    """Whether a client would rather have a stream of events than one answer; it has to name it."""
    ranges = qualities(header.decode("latin-1"))
    named = {media_range for media_range, _ in ranges}
    for media_range, quality in sorted(ranges, key=lambda part: -part[1]):
        if quality > 0 and (media_range == EVENT_STREAM or _matching(media_range, named)):
            return media_range == EVENT_STREAM
    return False


@lru_cache(_KNOWN)
def names_parts(header: bytes) -> bool:
    """Whether a client speaks of `multipart/mixed` in its `Accept`."""
    return MIXED.encode() in header


class Spec(StrEnum):
    """How the parts of an answer are written."""

    PENDING = "v0.2"
    """By `pending`, `incremental` with ids, and `completed`: as the specification has it now."""
    OF_2022 = "20220824"
    """By paths and labels: as Apollo Client 3 reads it, and Relay."""


@lru_cache(_KNOWN)
def parts_wanted(accept: str, media_type: str) -> Spec | None:
    """How a client reads answers in parts, of a media type that it names; None if it does not.

    Of parameters that name another way than those that are known, nothing can be made.
    """
    ranges = [part for part in accept.split(",") if _range(part)[0] == media_type]
    for said in ranges:
        if _range(said)[1] > 0 and (spec := _spec_in(said)):
            return spec
    return None


def _spec_in(media_range: str) -> Spec | None:
    said = (each.partition("=") for each in media_range.split(";")[1:])
    parameters = {name.strip().lower(): value.strip(' "').lower() for name, _, value in said}
    if "subscriptionspec" in parameters:
        return None
    named = parameters.get("deferspec") or parameters.get("incrementalspec") or Spec.PENDING
    return Spec(named) if named in {*Spec} else None


def wants_page(accept: str) -> bool:
    """True for a browser that opens the address, which wants a page and not data."""
    return any(media_range == "text/html" for media_range, _ in qualities(accept))


@lru_cache(_KNOWN)
def check_body_type(header: bytes) -> None:
    """Raises ``HttpError`` 415 for a body that is not exactly JSON in UTF-8."""
    said = header.decode("latin-1").split(";")
    media_type, *parameters = (part.strip().lower() for part in said)
    charsets = [value for value in parameters if value.startswith("charset=")]
    utf8 = all(value.split("=")[1].strip('"') in {"utf-8", "utf8"} for value in charsets)
    if media_type != JSON or not utf8:
        message = f"The body's Content-Type must be {JSON}, in UTF-8."
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", message)


def qualities(accept: str) -> list[tuple[str, float]]:
    """What a header such as `Accept` names, in lower case, each with its weight from 0 to 1."""
    return [_range(part) for part in accept.split(",") if part.strip()]


def _range(text: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in text.split(";"))
    weights = [value[2:] for value in parameters if value.startswith("q=")]
    try:
        weight = float(weights[0]) if weights else 1.0
    except ValueError:
        weight = 0.0
    return media_range, weight if 0 <= weight <= 1 else 0.0


def _matching(media_range: str, named: Collection[str]) -> str | None:
    """What a range stands for; what is named by itself is not meant by a wider one beside it."""
    if media_range in OFFERED:
        return media_range
    wide = media_range in {"*/*", "application/*"}
    return next((each for each in (JSON, GRAPHQL_RESPONSE) if wide and each not in named), None)
