"""In charge of text patterns: a search for text, or a LIKE, as an anchored regular expression.

All are meant for the option ``s``, by which ``.`` is any character. What people typed is escaped,
so it never acts as an expression. A wildcard keeps its first match (an atomic group), so that no
pattern takes more than a few passes over a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from catalog.query import Operator

_END = "(?!.)"  # as `$` would also stop before a last line's end


class Pattern(NamedTuple):
    """A regular expression and its options, in the syntax that MongoDB (PCRE) and Python share."""

    expression: str
    options: str


def pattern_of(operator: Operator, text: str) -> Pattern:
    """The expression that a text operator stands for."""
    options = "is" if operator is Operator.ILIKE else "s"
    return Pattern(_PATTERNS[operator](text), options)


def _starts_with(text: str) -> str:
    return "^" + _escaped(text)


def _ends_with(text: str) -> str:
    return _escaped(text) + _END


def _escaped(text: str) -> str:
    # MongoDB ends an expression at a null character.
    return re.escape(text).replace("\0", r"\x00")


def _like(text: str) -> str:
    """LIKE's wildcards ``%`` and ``_``, each of them itself after a backslash."""
    first, *rest = _segments(text)
    if not rest:
        return f"^{first}{_END}"
    *middle, last = rest
    inner = "".join(f"(?>.*?{segment})" for segment in middle if segment)
    return f"^{first}{inner}" + (f".*{last}{_END}" if last else "")


def _segments(text: str) -> list[str]:
    """The parts between the ``%`` of a LIKE, each as an expression."""
    segments = [""]
    for part in _parts(text):
        if part == "%":
            segments.append("")
        else:
            segments[-1] += "." if part == "_" else _escaped(part[-1])
    return segments


def _parts(text: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(r"\\.|.", text, re.DOTALL))


_PATTERNS: Mapping[Operator, Callable[[str], str]] = {
    Operator.LIKE: _like,
    Operator.ILIKE: _like,
    Operator.STARTS_WITH: _starts_with,
    Operator.ENDS_WITH: _ends_with,
    Operator.CONTAINS: _escaped,
}
