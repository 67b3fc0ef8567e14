"""`docs/writes.md` names every reason for which a write is refused, and shows what works."""

from __future__ import annotations

import re
from pathlib import Path

from graphql import build_schema, parse, validate

from resolvers.writes.refusals import Why

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/writes.md").read_text("utf-8")


def test_every_code_is_documented() -> None:
    """In the table of the page, and in that of all errors where it is one of those as well."""
    table = TEXT.partition("| code |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([A-Z_]+)`", table)) == {why.name for why in Why}
    errors = (ROOT / "docs/errors.md").read_text("utf-8")
    assert {why.name for why in Why} <= set(re.findall(r"^\| `([A-Z_]+)`", errors, re.MULTILINE))


def test_the_mutations_fit_the_schema_of_the_sample() -> None:
    """Those that are shown."""
    shown = re.findall(r"```graphql\n(.*?)```", TEXT, re.DOTALL)
    assert shown
    schema = build_schema((ROOT / "schema/schema.graphql").read_text())
    assert not [error for each in shown for error in validate(schema, parse(each))]
