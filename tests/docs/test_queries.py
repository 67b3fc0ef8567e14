"""What `docs/` and the sample show as queries, and as SQL, is what the server takes and makes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import pytest
from graphql import build_schema, parse, validate
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Access, Search, anyone, catalog_of
from datasources.postgres.search import TRIGRAMS, search_indexes

__access__ = Access(read=anyone)


ROOT = Path(__file__).parents[2]
QUERIES = re.findall(r"```graphql\n(\{.*?)```", (ROOT / "docs/queries.md").read_text(), re.DOTALL)
EXAMPLES = sorted((ROOT / "models/examples").glob("*.graphql"))


@pytest.mark.parametrize("query", [*QUERIES, *(path.read_text() for path in EXAMPLES)])
def test_queries_fit_the_schema_of_the_sample(query: str) -> None:
    """Those of the docs, and those in GraphiQL's tabs."""
    schema = build_schema((ROOT / "schema/schema.graphql").read_text())
    assert not validate(schema, parse(query))


def test_there_are_queries() -> None:
    """Else the test above would say nothing."""
    assert len(QUERIES) >= 4
    assert len(EXAMPLES) >= 7


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the table below."""


class Plane(Table, table=True):
    """The one of `docs/models.md`."""

    __search__: ClassVar = Search(
        "manufacturer", "model", "type", language="english", weights={"manufacturer": "A"}
    )
    __similar__: ClassVar = ("manufacturer",)

    id: int = Field(primary_key=True)
    manufacturer: str
    model: str
    type: str


def test_the_indexes_that_a_database_needs_are_those_that_are_made() -> None:
    """To the letter, but for spaces: an index of another expression would not be used."""
    text = (ROOT / "docs/models.md").read_text()
    (shown,) = re.findall(r"```sql\n(CREATE EXTENSION.*?)```", text, re.DOTALL)
    statements = {_bare(statement) for statement in shown.split(";")}
    for index in search_indexes(catalog_of([Plane]).values()):
        assert _bare(f"CREATE INDEX ON {index.on}") in statements
    assert _bare(TRIGRAMS.replace("IF NOT EXISTS ", "")) in statements


def _bare(sql: str) -> str:
    return re.sub(r"\s+", "", sql)
