"""Golden cases: a mutation, its answer, what its transaction was asked, and the SQL of changes.

`WRITE_CASES=1 make test ARGS="tests/writes/test_writes_cases.py"` writes them anew; read the
difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

import orjson
import pytest
from noting import Asked, Noting
from shop import Shop
from shop_models import CATALOG
from shop_stores import Stores

from catalog import Store
from catalog.change import (
    Change,
    Delete,
    Increment,
    Insert,
    Pull,
    Push,
    Set,
    Update,
)
from catalog.columns import columns_of
from catalog.describe import filter_text, read_text
from catalog.query import Read
from datasources.postgres.changes import Changes

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(path.parent for path in FOLDER.glob("*/mutation.graphql"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_case(stocked: tuple[Stores, Shop], case: Path) -> None:
    """The answer, and what was asked, are as the files say."""
    stores, shop = stocked
    stores.reset()
    noted: list[Asked] = []
    sources = {store: Noting(each, noted) for store, each in shop.graph.sources.items()}
    body = await Shop(sources).ask((case / "mutation.graphql").read_text("utf-8"))
    _compare(case / "result.json", orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    _compare(case / "plan.txt", "".join(f"{line}\n" for each in noted for line in _text(each)))
    _compare(case / "postgres.sql", "".join(map(_sql, noted)))


def test_there_are_cases() -> None:
    """Else the test above would say nothing."""
    assert len(CASES) >= 8


def _text(asked: Asked) -> Iterator[str]:
    match asked:
        case Insert(entity, rows, conflict):
            yield f"insert {entity.name}"
            yield from (f"  {dict(row)}" for row in rows)
            if conflict:
                yield f"  on {', '.join(conflict.target)} set {', '.join(conflict.update)}"
                yield f"  where {filter_text(conflict.filter)}"
        case Update(entity, filter_, edits):
            yield f"update {entity.name} where {filter_text(filter_)}"
            yield from (f"  {_edit(edit)}" for edit in edits)
        case Delete(entity, filter_):
            yield f"delete {entity.name} where {filter_text(filter_)}"
        case Read():
            yield from read_text(asked)
        case _:
            raise AssertionError(asked)


def _edit(edit: Set | Increment | Push | Pull) -> str:
    path = ".".join(edit.path)
    match edit:
        case Set(_, value):
            return f"{path} = {value!r}"
        case Increment(_, by):
            return f"{path} += {by!r}"
        case Push(_, values):
            return f"{path} gets {values!r}"
        case Pull(_, values):
            return f"{path} loses {values!r}"
        case _:
            assert_never(edit)


def _sql(asked: Asked) -> str:
    made = Changes(CATALOG)
    if not isinstance(asked, Change) or asked.entity.store is not Store.POSTGRES:
        return ""
    match asked:
        case Insert(_, rows):
            call = made.inserting(asked, columns_of(rows).values, len(rows))
        case Update():
            call = made.updating(asked)
        case Delete():
            call = made.deleting(asked)
        case _:
            assert_never(asked)
    return f"{call.statement.sql};\n"


def _compare(path: Path, text: str) -> None:
    """With nothing to say there is no file."""
    if os.environ.get("WRITE_CASES"):
        path.write_text(text, "utf-8") if text else path.unlink(missing_ok=True)
    assert text == (path.read_text("utf-8") if path.exists() else "")
