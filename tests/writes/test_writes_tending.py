"""What an operator sees of the outbox, and does with it, on real stores."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from losing import GROW, STOCK, losing, parking, seen
from shop import Shop
from shop_stores import Stores

import tending
from datasources.embedded import EmbeddedUrls
from datasources.errors import StoreUnavailable

ROOT = Path(__file__).parents[2]
REASON = "REFERENCE_VIOLATION: Other rows refer to this one."


def printed(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What came on standard output, with its ids as `ID`, and what was said."""
    told = capsys.readouterr()
    return re.sub(r"[0-9a-f-]{36}", "ID", told.out), re.sub(r"[0-9a-f-]{36}", "ID", told.err)


async def test_a_parked_row_is_shown_tried_again_and_undone(
    stocked: tuple[Stores, Shop], capsys: pytest.CaptureFixture[str]
):
    """Once what was in the way is gone; until then it is parked again."""
    stores, shop = stocked
    stores.reset()
    shop, _ = await parking(stores, shop)
    outbox = shop.graph.finishing.outbox
    (row,) = stores.outbox()
    capsys.readouterr()  # log lines
    assert await tending.print_rows(outbox) == 0
    text, said = printed(capsys)
    assert re.sub(r"\d+ (s|min)", "0 s", text).splitlines() == [
        "ID  parked, 0 s old",
        "    MongoDB is to get: 1 Product created",
        "    PostgreSQL has: 1 Customer created",
        f"    {REASON}",
    ]
    assert said == "1 in the outbox, 1 of them parked.\n"
    assert await tending.retry(outbox, row["id"]) == 1
    assert printed(capsys)[1] == f"It can still be neither made nor undone. {REASON}\n"
    assert [each["parked"] for each in stores.outbox()] == [REASON]
    stores.run('DELETE FROM "order" WHERE number = 9')
    assert await tending.retry(outbox, row["id"]) == 0
    assert printed(capsys)[1] == "Undone: PostgreSQL took its part back.\n"
    assert stores.ask("SELECT count(*) FROM customer WHERE email = 'n@x'") == [(0,)]
    assert await tending.print_rows(outbox) == 0
    assert printed(capsys) == ("", "The outbox is empty.\n")


async def test_a_row_that_waits_is_made_and_not_forgotten(
    stocked: tuple[Stores, Shop], capsys: pytest.CaptureFixture[str]
):
    """MongoDB had been away; what is not parked is not the operator's to remove."""
    stores, shop = stocked
    stores.reset()
    shop, mongo = losing(shop, StoreUnavailable("mongo", "Away."))
    mongo.away = True
    finishing = shop.graph.finishing
    finishing._patience = 0.01
    await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")
    await finishing.close()
    (row,) = stores.outbox()
    assert await tending.print_rows(finishing.outbox) == 0
    text, said = printed(capsys)
    assert "MongoDB is to get: 1 Product updated\n    PostgreSQL has: 1 Customer updated\n" in text
    assert "0 of them parked" in said
    assert await tending.forget(finishing.outbox, row["id"]) == 1
    assert printed(capsys)[1] == "There is no parked row ID in the outbox.\n"
    mongo.away = False
    assert await tending.retry(finishing.outbox, row["id"]) == 0
    assert printed(capsys)[1] == "Made: MongoDB has its part.\n"
    assert await seen(shop) == (4, 6)
    assert stores.outbox() == []
    assert await tending.retry(finishing.outbox, row["id"]) == 1
    assert printed(capsys)[1] == "There is no row ID in the outbox.\n"


async def test_what_other_models_left_is_shown_and_forgotten(
    stocked: tuple[Stores, Shop], capsys: pytest.CaptureFixture[str]
):
    """Only it; of the stores nothing is changed."""
    stores, shop = stocked
    stores.reset()
    outbox, id = shop.graph.finishing.outbox, uuid.uuid4()
    left = "now() - interval '26 hours', now() - interval '1 hour', 'of others', '[]'"
    stores.run(f"INSERT INTO bigraph.outbox VALUES ('{id}', {left})")
    await tending.print_rows(outbox)
    assert printed(capsys)[0] == "ID  due, 1 d old\n    It was left by other models.\n"
    assert await tending.retry(outbox, id) == 1
    assert "neither made nor undone. JSONDecodeError" in printed(capsys)[1]
    assert await tending.forget(outbox, id) == 0
    assert printed(capsys)[1] == "ID is forgotten.\n"
    assert stores.outbox() == []
    assert await seen(shop) == (3, 5)


ALONE = """
from pydantic import BaseModel, Field
from catalog import Access, anyone

class Thing(BaseModel):
    __collection__ = "things"
    __access__ = Access(read=anyone, create=anyone)
    id: int = Field(alias="_id")
"""

COUNTED = "--models=tests.writes.counted"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([COUNTED], 0, "The outbox is empty."),
        ([COUNTED, "--forget", str(uuid.UUID(int=7))], 1, "There is no parked row"),
        ([COUNTED, "--retry", "7"], 2, "invalid UUID value"),
        (["--models=alone"], 1, "There is no outbox"),
    ],
)
def test_the_command_line(
    stocked: tuple[Stores, Shop],
    servers: EmbeddedUrls,
    tmp_path: Path,
    arguments: list[str],
    status: int,
    said: str,
):
    """A clear line and a status, also of what cannot be done."""
    stores, _ = stocked
    stores.reset()
    (tmp_path / "alone.py").write_text(ALONE)
    urls = [f"--database-url={servers.postgres}", f"--mongo-url={servers.mongo}"]
    ended = subprocess.run(
        [sys.executable, "server.py", "outbox", *urls, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "EXTENSIONS": ""},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode == status
