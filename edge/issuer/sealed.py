"""In charge of texts that the issuer gives away and knows again as its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from auth.compact import bytes_of, text_of
from auth.errors import TokenError


def sealed(seal: bytes, kind: str, content: Mapping[str, Any]) -> str:
    """The content as a text that nobody else can make; a ``kind`` is never taken for another."""
    text = text_of(json.dumps(content).encode())
    return f"{text}.{_mark(seal, kind, text)}"


def opened(seal: bytes, kind: str, text: str) -> Mapping[str, Any]:
    """The content again; raises ``TokenError`` if it was not sealed here, or as another kind."""
    content, _, mark = text.partition(".")
    if not hmac.compare_digest(_mark(seal, kind, content).encode(), mark.encode()):
        raise TokenError(f"The {kind} is none of this issuer's.")
    return json.loads(bytes_of(content))


def _mark(seal: bytes, kind: str, text: str) -> str:
    return text_of(hmac.digest(seal, f"{kind} {text}".encode(), hashlib.sha256))
