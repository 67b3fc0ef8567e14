"""What a token says is told to Postgres as it is, and is nothing but a value there."""

import json

import pytest
from viewers_asking import ADA, answered, somebody
from viewers_models import LETTERS

from auth import ANONYMOUS, Principal
from datasources.postgres import Roles
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.viewers import Telling, run_told
from datasources.postgres.wire import Wire

QUERY = "{ letters { nodes { owner } } boxes { nodes { owner } } howMany }"
SHOWN = Telling(
    "SELECT current_user::text, current_setting('request.jwt.claims', true),"
    " current_setting('request.principal', true), current_setting('transaction_read_only')"
)
ROLES = Roles("web", "visitor")
ODD = {
    "quotes": "ada' OR '1'='1",
    "a statement": "'; DROP TABLE post.letter; --",
    "a dollar": "$1$$ada$$",
    "a backslash": "\\",
    "another member": 'x","sub":"ada',
    "an object": '{"sub":"ada"}',
    "NUL": "ada\0",
    "unicode": "ada\u200b\u0436\U0001f600",
    "half a pair": "\ud83d",
    "very long": "ada" * 100_000,
    "a line": "ada\n",
    "blank": "",
}


@pytest.mark.parametrize("subject", ODD.values(), ids=ODD)
async def test_odd_subjects_see_nothing(served, subject, admin):
    """Nobody owns what is theirs; where Postgres cannot read the claims it refuses the read."""
    graph = served(pool_size=1)
    for who in (somebody(subject), somebody("x", name=subject)):
        data, codes = await answered(graph, who, QUERY)
        assert data in (
            {"letters": {"nodes": []}, "boxes": {"nodes": []}, "howMany": 0},
            {"letters": None, "boxes": None, "howMany": None},
        )
        assert set(codes) <= {"STORE_FAILED"}
        assert bool(codes) == (data["letters"] is None)
    data, codes = await answered(graph, ADA, QUERY)
    assert (data["howMany"], codes) == (10, [])
    assert admin.execute("SELECT count(*) FROM post.letter").fetchone() == (len(LETTERS),)


@pytest.mark.parametrize("claims", [{}, {"sub": None}, {"sub": ["ada"]}, {"SUB": "ada"}])
async def test_a_claim_that_is_not_there(served, claims):
    """A policy that compares with it holds for no row."""
    who = Principal("https://issuer", "ada", claims=claims)
    data, codes = await answered(served(), who, QUERY)
    assert (data["howMany"], data["letters"], codes) == (0, {"nodes": []}, [])


@pytest.mark.parametrize("name", ["role", "request.principal", "row_security", "sub', true), ('"])
async def test_claims_name_no_settings(served, name):
    """They are one value, whatever they are called."""
    data, codes = await answered(served(), somebody("eve", **{name: "app"}), QUERY)
    assert (data["howMany"], codes) == (0, [])


async def test_what_postgres_is_told(urls):
    """The token's own words, and what was made of them; of strangers nothing."""
    who = Principal("i", "é", frozenset({"b", "a"}), frozenset({"r"}), {"sub": "é", "n": 10**30})
    wire = await Wire.connect(conninfo_of(urls.postgres or "", statement_timeout=30))
    try:
        ((rows, _),) = await run_told(wire, ROLES.telling(who), [SHOWN], 30)
        role, claims, principal, read_only = rows[0]
        assert (role, json.loads(claims), read_only) == ("web", {"sub": "é", "n": 10**30}, "on")
        assert json.loads(principal) == {
            "issuer": "i",
            "subject": "é",
            "scopes": ["a", "b"],
            "roles": ["r"],
        }
        for nobody in (None, ANONYMOUS):
            ((rows, _),) = await run_told(wire, ROLES.telling(nobody), [SHOWN], 30)
            assert rows == [("visitor", "{}", "{}", "on")]
        ((rows, _),) = await wire.run([SHOWN], 30)
        assert rows == [("app", "", "", "on")]  # nothing stays
    finally:
        await wire.close()
