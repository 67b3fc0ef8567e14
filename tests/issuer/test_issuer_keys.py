"""The issuer's keys: kept, shared, and changed so that nobody notices."""

import asyncio
import json
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from issuer_parts import Clock
from running import ROOT, Running
from visiting import Visit, graphql

from auth.keyring import FRESH_SECONDS
from edge.issuer import keys
from edge.issuer.command import SECONDS
from edge.issuer.keys import KeyFile, renewed
from edge.issuer.tokens import ID_SECONDS

DAY = 86_400.0


def test_they_are_for_nobody_else_to_read(tmp_path: Path):
    """Neither the file nor its folder."""
    folder = tmp_path / "deep" / "issuer"
    KeyFile(folder).keys()
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.slow
def test_processes_that_begin_at_once_have_the_same(tmp_path: Path):
    """Whoever comes first makes them."""
    program = (
        "import sys; from pathlib import Path; from edge.issuer.keys import KeyFile;"
        "keys = KeyFile(Path(sys.argv[1])).keys(); print([key.id for key in keys.signing])"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    begun = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)]
    said = {process.communicate(timeout=30)[0] for process in begun}
    assert len(said) == 1


def test_a_file_that_cannot_be_read_is_replaced(tmp_path: Path):
    """As after somebody has edited it."""
    for text in ("{", '{"signing": [], "seal": ""}', '{"signing": [{"begins": 0, "jwk": {}}]}'):
        (tmp_path / "keys.json").write_text(text)
        made = KeyFile(tmp_path).keys()
        assert KeyFile(tmp_path).keys().published() == made.published()


def test_one_process_sees_what_another_writes(tmp_path: Path):
    """The one that finds that it is time makes the key; the others read it."""
    clock = Clock()
    here, there = KeyFile(tmp_path, clock), KeyFile(tmp_path, clock)
    before = here.keys()
    clock.now += DAY
    after = there.keys()
    assert here.keys() == after
    assert len(after.signing) == 3
    assert after.current(clock.now).id == before.signing[1].id
    assert after.seal == before.seal


def test_whoever_looks_now_and_then_lacks_no_key(tmp_path: Path):
    """For five days: what signs was published when last looked, and is until its tokens end."""
    file = KeyFile(tmp_path, clock := Clock())
    known, signed, signers = set[str](), dict[str, float](), set[str]()
    for step in range(int(5 * DAY / FRESH_SECONDS)):
        published = {key["kid"] for key in file.keys().published()["keys"]}
        signer = file.keys().current(clock.now).id
        assert step == 0 or signer in known
        assert {kid for kid, until in signed.items() if until > clock.now} <= published
        assert len(published) <= 3
        known, signed[signer] = published, clock.now + SECONDS
        signers.add(signer)
        clock.now += FRESH_SECONDS
    assert len(signers) == 5


def test_after_a_long_pause_the_old_key_signs_until_the_new_one_is_known():
    """A server that was off for weeks publishes a new key, and signs by it later."""
    made = renewed(None, 0.0)
    later = renewed(made, 30 * DAY)
    assert later.current(30 * DAY).id == made.signing[1].id
    assert later.signing[-1].begins == 30 * DAY + keys.AHEAD_SECONDS
    assert keys.AHEAD_SECONDS > FRESH_SECONDS
    assert max(SECONDS, ID_SECONDS) < keys.KEPT_SECONDS


def test_a_clock_that_is_set_back():
    """Even before the first key."""
    made = renewed(None, DAY)
    assert renewed(made, 0.0) is made
    assert made.current(0.0) is made.signing[0]


async def test_the_server_believes_a_new_key_at_once(visit: Visit, issuer_folder: Path):
    """Its time is made to come: the next token is signed by it, and no request fails meanwhile."""
    path = issuer_folder / "issuer" / "keys.json"
    statuses: list[int] = []
    old = (await visit.tokens())["access_token"]
    statuses.append(await graphql(visit.http, old))
    read = json.loads(path.read_text())
    begins = read["signing"][-1]["begins"]
    for key in read["signing"]:
        key["begins"] -= begins - time.time()
    fresh = path.with_suffix(".test")
    fresh.write_text(json.dumps(read))
    fresh.replace(path)
    new = (await visit.tokens())["access_token"]
    assert new.partition(".")[0] != old.partition(".")[0]
    answers = [graphql(visit.http, token) for token in (old, new) for _ in range(5)]
    assert {*statuses, *await asyncio.gather(*answers)} == {200}
    assert len((await visit.http.get("/issuer/jwks")).json()["keys"]) == len(read["signing"]) + 1


@pytest.mark.slow
async def test_a_restart_keeps_tokens_good(serve, tmp_path: Path):
    """Access tokens, refresh tokens, and codes that are under way."""
    running: Running = serve(DATA_DIR=str(tmp_path))
    url = running.url()
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        visit = Visit(http, url)
        tokens = await visit.tokens()
        code = await visit.code()
    assert running.stop() == 0
    serve("--port", url.rpartition(":")[2], DATA_DIR=str(tmp_path)).url()
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        visit.http = http
        assert await graphql(http, tokens["access_token"]) == 200
        assert (await visit.refresh(tokens["refresh_token"])).status_code == 200
        assert (await visit.redeem(code)).status_code == 200
