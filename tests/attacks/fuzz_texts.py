"""In charge of what is changed in GraphQL documents and in JSON: enough to be odd, seldom all."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any, Final

_TOKEN = re.compile(r'"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d[\d.eE+-]*|\S|\s+')

NUMBERS = (0, -1, 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63, 2**64, 10**30, 1.5, -0.0, 1e308, 5e-324)
TEXTS = ("", " ", "\0", "a\0b", "é", "\u202e", "\U0001f600", "\ufeff", "\ud800", "a" * 300, "'",
          '"',
         "\\", "%", "$", "\r\n", "null", "1", "-1", "2024-02-30", "2024-01-01T00:00:00Z", "NaN",
         "00000000-0000-0000-0000-000000000000", "ff" * 12, "AAAA", "=", "{}", "1e999", "/../",
         "9999-12-31T23:59:59.999999+23:59", "0001-01-01T00:00:00+23:59", "24:00:00",
         "U3RhbGw6MQ==", "😀" * 30)  # fmt: skip
_ODD = (*NUMBERS, *TEXTS, None, True, False, [], {}, [[]], [None], {"": None}, {"a": 1},
        {"eq": 1}, {"and": []}, {"or": [{}]}, {"not": {}}, {"__proto__": {}}, [1, "a",
        None])  # fmt: skip
_WORDS = ("{", "}", "(", ")", "[", "]", "...", "@", "@skip(if: true)", "@include(if: $x)", "$x",
          "on", "fragment F on Query { ...F }", "query", "mutation", "subscription", "null", "true",
          "__typename", "__schema { types { name } }", "a:", "#", ",", "!", ":", "=", "&", "|",
          '"""', '"\\u0000"', '"\\uD83D"', '"\\u{110000}"', "1e400", "-0", "00", "0.", "1" * 40,
          "first: -1", "first: 2147483648", "where: {}", "orderBy: []", 'after: "x"', "id: null",
          "\ufeff", "\0", "\u2028", "é", "...F", "... on Stall { id }", "... { id }", "aggregate",
          "_", "nodes", "edges { cursor node { __typename } }", "totalCount")  # fmt: skip


def document(text: str, random: Random) -> str:
    """A document with a change or a few in it."""
    tokens = _TOKEN.findall(text)
    for _ in range(random.choice([1, 1, 1, 2, 3, 8])):
        _change(tokens, random)
    return "".join(tokens)


def _change(tokens: list[str], random: Random) -> None:
    at = random.randrange(len(tokens)) if tokens else 0
    match random.randrange(9):
        case 0:
            del tokens[at : at + random.choice([1, 1, 2, 5])]
        case 1:
            tokens[at:at] = [" ", random.choice(_WORDS), " "]
        case 2 if tokens:
            tokens[at] = f" {random.choice(_WORDS)} "
        case 3 if tokens:
            other = random.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case 4:
            tokens[at:at] = tokens[at : at + random.randrange(12)] * random.choice([1, 2, 60])
        case 5:
            del tokens[at:]
        case 6:
            literals = [at for at, token in enumerate(tokens) if token[0] in '"-0123456789']
            if literals:
                tokens[random.choice(literals)] = _literal(random)
        case 7:
            deep = random.choice([5, 50, 400])
            around = random.choice([("{ a ", "}"), ("[", "]"), ("{ a: ", "}"), ("(a: [", "])")])
            tokens[at:at] = [around[0] * deep, around[1] * random.choice([deep, deep - 1])]
        case _:
            names = [at for at, token in enumerate(tokens) if token[0].isalpha()]
            if names:
                tokens[random.choice(names)] += random.choice(["s", "X", "_", "__", "é", " "])


def _literal(random: Random) -> str:
    value = random.choice([*NUMBERS, *TEXTS, None, True])
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{quoted}"'
    return {None: "null", True: "true"}.get(value, repr(value))


_PLACES: Final = 2_000
"""Of a value's places the first so many: one that is copied within itself may have millions."""


def value_like(value: Any, random: Random) -> Any:
    """A copy of a JSON value, with something else at one place or a few."""
    value = copy.deepcopy(value)
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        found = list(islice(places(value), _PLACES))
        if not found:
            return odd(random)
        holder, key = random.choice(found)
        match random.randrange(6):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[random.choice(["", key + "s", "é", "__proto__", "\0"])] = odd(random)
            case 2 if isinstance(holder, list):
                holder += [holder[key]] * random.choice([1, 3, 200])
            case 3:
                holder[key] = [holder[key]]
            case _:
                holder[key] = odd(random)
    return value


def odd(random: Random) -> Any:
    """Something that is seldom what is expected; now and then it is deep, or long."""
    match random.randrange(40):
        case 0:
            value: Any = None
            for _ in range(random.choice([20, 200])):
                value = [value] if random.random() < 0.5 else {"and": [value]}
            return value
        case 1:
            return list(range(random.choice([100, 1500])))
        case 2:
            return {f"k{number}": number for number in range(300)}
        case _:
            return copy.deepcopy(random.choice(_ODD))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """All places of a value: what holds each, and by what."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if _is_list(value) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
