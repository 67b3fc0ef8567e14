"""`docs/errors.md` lists the codes that the code can give."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import edge.process
import resolvers.errors
import server
from catalog.errors import BigraphError
from datasources.embedded import EmbeddedError
from datasources.errors import StoreError
from edge.metrics import LIMITS

ROOT = Path(__file__).parents[2]
DOCUMENTED = set(
    re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)
)
LOADED = (resolvers.errors, edge.process, server, StoreError)  # so that subclasses are known


def subclasses(kind: type[BigraphError]) -> Iterator[type[BigraphError]]:
    """All exceptions below one, but those that tests make."""
    for child in kind.__subclasses__():
        if not child.__module__.startswith(("tests.", "test_")):
            yield child
            yield from subclasses(child)


@pytest.mark.parametrize("error", list(subclasses(BigraphError)), ids=lambda kind: kind.__name__)
def test_every_exception_has_a_documented_code(error: type[BigraphError]) -> None:
    """A code of its own or its parent's, and a line about it."""
    assert error.code in DOCUMENTED or error.__name__ == "HttpError"


def test_every_code_written_out_is_documented() -> None:
    """Codes of HTTP errors stand in the edge's own source."""
    texts = {
        node.value
        for path in (ROOT / "edge").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in texts if re.fullmatch(r"[A-Z]{3,}(_[A-Z]+)+", text)}
    assert codes
    assert codes <= DOCUMENTED


def test_every_code_that_is_given_is_documented() -> None:
    """Also one that is no code at all, by its looks."""
    given = {
        call.args[1].value
        for path in (ROOT / "edge").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", None) in {"HttpError", "DocumentError", "error_body"}
        and len(call.args) > 1
        and isinstance(call.args[1], ast.Constant)
    }
    assert len(given) > 20
    assert given <= DOCUMENTED


LIMITING = re.compile(r"_EXCEEDED$|TOO_|_LIMITED$|_OVERLOADED$|_BUSY$|_TIMEOUT$")
OF_DATA = {"VALUE_TOO_LONG"}
"""What a column or a document can hold, which no operator has set."""


def test_every_code_of_a_limit_is_counted_as_one() -> None:
    """As the names of codes say it."""
    found = {code for code in DOCUMENTED - OF_DATA if LIMITING.search(code)}
    assert found == LIMITS


def test_the_embedded_servers_error_is_documented() -> None:
    """It is no BigraphError, since the embedded servers stand alone."""
    assert EmbeddedError.code in DOCUMENTED
