"""In charge of how a request names a document: by an id, or by Apollo's hash of its text.

`documentId` is that of GraphQL over HTTP's appendix, `doc_id` and `id` are what Relay's clients
send. Apollo's hash stands in `extensions`, by itself or beside the text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from edge.errors import HttpError

IDS: Final = ("documentId", "doc_id", "id")
"""The parameters that name a document which is not there."""

_PREFIX: Final = "sha256:"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_VERSION: Final = 1


def named_in(raw: Mapping[str, Any]) -> str | None:
    """How these parameters name a document; None if they do not. Raises ``HttpError``.

    Beside a text only Apollo's hash counts: other ids may be anything there.
    """
    extensions = raw.get("extensions")
    if isinstance(extensions, dict):
        said = cast("dict[str, Any]", extensions).get("persistedQuery")
        if said is not None:
            return _apollos(said)
    if raw.get("query") is not None:
        return None
    named = [raw[name] for name in IDS if isinstance(raw.get(name), str) and raw[name]]
    return plain_id(named[0]) if named else None


def plain_id(text: str) -> str:
    """An id as it is looked for: of a hash its digits alone, whoever wrote it."""
    digest = text.removeprefix(_PREFIX)
    return digest if is_digest(digest) else text


def is_digest(text: str) -> bool:
    """Whether it may be the hash of a text."""
    return _DIGEST.fullmatch(text) is not None


def digest_of(text: str) -> str:
    """The hash of a text, in hexadecimal; of what is no text in UTF-8 there is none that fits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _apollos(said: Any) -> str:
    """The hash in Apollo's extension."""
    if not isinstance(said, dict):
        raise _bad("`persistedQuery` must be an object.")
    persisted = cast("dict[str, Any]", said)
    version = persisted.get("version")
    if isinstance(version, bool) or version != _VERSION:
        raise _bad("`persistedQuery` must be of version 1.")
    digest = persisted.get("sha256Hash")
    if not isinstance(digest, str) or not digest:
        raise _bad("`persistedQuery` must have a `sha256Hash`, as a string.")
    return plain_id(digest)


def _bad(message: str) -> HttpError:
    return HttpError(400, "BAD_REQUEST", message)
