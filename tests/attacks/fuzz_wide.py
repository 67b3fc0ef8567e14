"""In charge of operations whose values are wide: thousands of members, most of them right or wrong.

The same value stands in the variables, or in the document itself. As many mistakes as there are
places for them are to cost the server no more than it takes to read them.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from fuzz_documents import Asked
from fuzz_texts import places

_DEFINED = re.compile(r"^(\w+)[^({]*\([^{]*\) (?=\{)")
_ENUM: Final = re.compile(r"[A-Z]{3,}")
_WIDTHS: Final = (300, 2_000, 8_000)
_STORED: Final = 100
"""Places of a list that may be right and is written: who reads it afterwards reads all of it."""
_WRONG: Final = ("x", {}, None, -1, 1.5, True, {"a": 1}, [[]])
_PIECES: Final = ("a", "\\", '"', "\n", "é", "\ud800", "\0", "%", "😀", "{", " ")


def wide(operations: Sequence[Asked], random: Random) -> Asked:
    """One of the operations, with one value of its variables made wide."""
    asked = random.choice([each for each in operations if each.variables])
    variables = copy.deepcopy(asked.variables)
    holder, key = random.choice(list(places(variables)))
    is_written = asked.text.startswith("mutation")
    inlined = random.random() < 0.5
    width = random.choice(_WIDTHS)
    holder[key] = _widened(holder[key], random, width, _STORED if is_written else width)
    return _inlined(asked.text, variables) if inlined else Asked(asked.text, variables)


def _widened(value: Any, random: Random, width: int, most: int) -> Any:
    """A value like it, only that there is much of it, so much at ``most``; or something as wide."""
    match random.randrange(7):
        case 0 if isinstance(value, dict):
            return value | {f"k{number}": number for number in range(width)}
        case 1 | 2 if isinstance(value, dict):
            return {"or": [value] * (width // 4)}
        case 1 | 2 if isinstance(value, list):
            return value * min(width, most)
        case 3:
            return {f"k{number}": number for number in range(width)}
        case 4:
            return [random.choice(_WRONG)] * min(width, most)
        case 5:
            return [random.choice(_WRONG) for _ in range(width)]
        case _:
            return random.choice(_PIECES) * (width * 4)


def _inlined(text: str, variables: dict[str, Any]) -> Asked:
    """The same without variables."""
    text = _DEFINED.sub(r"\1 ", text)
    for name, value in variables.items():
        literal = _literal(value)
        text = re.sub(rf"\${name}\b", lambda _, literal=literal: literal, text)
    return Asked(text, {})


def _literal(value: Any) -> str:
    """A value as it stands in a document."""
    if isinstance(value, dict):
        members = [f"{name}: {_literal(each)}" for name, each in value.items()]
        return f"{{{' '.join(members)}}}"
    if isinstance(value, list):
        return f"[{' '.join([_literal(each) for each in value])}]"
    if isinstance(value, str) and _ENUM.fullmatch(value):
        return value
    return json.dumps(value)
