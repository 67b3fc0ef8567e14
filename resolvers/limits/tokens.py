"""In charge of how long a text is, which is known before any of it is parsed."""

from __future__ import annotations

import hashlib
import re
from itertools import islice
from typing import Final

from graphql import GraphQLError

from resolvers.limits.limits import DocumentLengthError, LimitError, Limits, TokensError

_COUNTED: Final = 50_000
"""Tokens that are counted at most: of what is far too long, it does not matter by how much."""

# Nothing in it is tried twice, so a text takes time by its length, whatever is in it. What is no
# token counts as one, and what has no end goes on to the end: the parser says what is amiss.
_IGNORED: Final = r"(?:[\s,\ufeff]++|\#[^\n\r]*+)*+"
_TOKEN: Final = re.compile(
    rf"""(
      [_A-Za-z][_0-9A-Za-z]*+
    | \.\.\. | [!$&()\[\]{{}}:=@|?]
    | "\""(?: [^"\\] | \\"\"" | \\ | "[^"\\] | ""[^"\\]
        | "\\"\"" | ""\\"\"" | "\\ | ""\\ | "\Z | ""\Z )*+(?:"\""|\Z)
    | "(?:[^"\\\n\r]|\\.)*+"?
    | -?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?
    | .
    ){_IGNORED}""",
    re.VERBOSE,
)
_START: Final = re.compile(_IGNORED)


def check_text(text: str, limits: Limits) -> None:
    """Raises ``GraphQLError`` for a text of more characters, or more tokens."""
    if (length := len(text)) > (most := limits.document_length):
        raise _told(DocumentLengthError(length, most))
    if length > (most := limits.tokens) and (tokens := tokens_in(text, most)) > most:
        raise _told(TokensError(tokens, most))


def _told(error: LimitError) -> GraphQLError:
    return GraphQLError(error.message, original_error=error)


def essence_of(text: str) -> bytes:
    """Tells a document from others, but for what GraphQL ignores: spaces, commas and comments."""
    start = _START.match(text)
    found = _TOKEN.finditer(text, start.end() if start else 0)
    tokens = "\0".join(token[1] for token in found)
    return hashlib.blake2b(tokens.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def tokens_in(text: str, most: int) -> int:
    """How many tokens a document has, as graphql-core counts them; of more than ``most`` enough."""
    start = _START.match(text)
    found = _TOKEN.finditer(text, start.end() if start else 0)
    return sum(1 for _ in islice(found, max(most + 1, _COUNTED)))
