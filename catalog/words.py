"""In charge of texts by their words and trigrams: what search and similarity mean without a store.

Trigrams are those of Postgres's pg_trgm. Words are plain: runs of letters and digits, without
regard to case. A store finds them in other forms too, as its language has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ctypes import c_float
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_TERM: Final = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


def similarity(one: str, other: str) -> float:
    """The share of trigrams that two texts have in common, from 0 to 1, in single precision."""
    ours, theirs = set(_trigrams(one)), set(_trigrams(other))
    shared = len(ours & theirs)
    return single(shared / (len(ours) + len(theirs) - shared)) if shared else 0.0


def single(number: float) -> float:
    """The nearest number of single precision."""
    return c_float(number).value


def finds(query: str, texts: Iterable[str]) -> bool:
    """Whether one of the query's alternatives, parted by ``or``, is met by the texts in a row.

    All its words must be there, what is quoted side by side, and nothing that has a minus before.
    A query without words finds nothing.
    """
    held = [word for text in texts for word in _words(text)]
    return any(
        all(wanted == bool(_count(held, phrase)) for wanted, phrase in terms)
        for terms in _alternatives(query)
        if terms
    )


def occurrences(query: str, texts: Iterable[str]) -> int:
    """How often the texts hold what the query looks for."""
    held = [word for text in texts for word in _words(text)]
    terms = (term for terms in _alternatives(query) for term in terms)
    return sum(_count(held, phrase) for wanted, phrase in terms if wanted)


def _trigrams(text: str) -> Iterator[str]:
    for word in _words(text):
        padded = f"  {word} "
        yield from (padded[at : at + 3] for at in range(len(padded) - 2))


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _alternatives(query: str) -> Iterator[list[tuple[bool, list[str]]]]:
    """Each a list of phrases, with whether they are to be there.

    An ``or`` with nothing on one side of it is a word like any other.
    """
    terms: list[tuple[bool, list[str]]] = []
    found = _TERM.findall(query)
    for place, (minus, phrase, word) in enumerate(found, start=1):
        if word.lower() == "or" and not minus and terms and place < len(found):
            yield terms
            terms = []
        elif words := _words(phrase or word):
            terms.append((not minus, words))
    yield terms


def _count(words: Sequence[str], phrase: Sequence[str]) -> int:
    size = len(phrase)
    return sum(words[at : at + size] == phrase for at in range(len(words) - size + 1))
