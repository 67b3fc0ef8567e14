"""In charge of media types: what a request's body is, and which form its answer may take."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from edge.errors import HttpError

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
OFFERED = (GRAPHQL_RESPONSE, JSON)

# Of each header: clients say the same in all of their requests.
_KNOWN: Final = 64


@lru_cache(_KNOWN)
def answer_type(accept: str | None) -> str:
    """The media type of the answer; raises ``HttpError`` 406 if the client takes none of ours.

    A client that says nothing, or that it takes anything, gets `application/json`.
    """
    if not accept or not accept.strip():
        return JSON
    ranked = sorted(_ranges(accept), key=lambda part: -part[1])
    for media_range, quality in ranked:
        if quality > 0 and (found := _matching(media_range)):
            return found
    raise HttpError(406, "NOT_ACCEPTABLE", f"Answers are {' or '.join(OFFERED)}.")


def wants_page(accept: str | None) -> bool:
    """True for a browser that opens the address, which wants a page and not data."""
    return any(media_range == "text/html" for media_range, _ in _ranges(accept or ""))


@lru_cache(_KNOWN)
def check_body_type(content_type: str | None) -> None:
    """Raises ``HttpError`` 415 for a body that is not exactly JSON in UTF-8."""
    media_type, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charsets = [value for value in parameters if value.startswith("charset=")]
    utf8 = all(value.split("=")[1].strip('"') in {"utf-8", "utf8"} for value in charsets)
    if media_type != JSON or not utf8:
        message = f"The body's Content-Type must be {JSON}, in UTF-8."
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", message)


def _ranges(accept: str) -> list[tuple[str, float]]:
    return [_range(part) for part in accept.split(",") if part.strip()]


def _range(text: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in text.split(";"))
    weights = [value[2:] for value in parameters if value.startswith("q=")]
    try:
        return media_range, float(weights[0]) if weights else 1.0
    except ValueError:
        return media_range, 0.0


def _matching(media_range: str) -> str | None:
    if media_range in OFFERED:
        return media_range
    return JSON if media_range in {"*/*", "application/*"} else None
