"""Tokens that only their issuer can read."""

import asyncio
from collections.abc import Callable

import pytest
from issuing import AUDIENCE, NOW, SECRET, Door, TestIssuer

from auth.errors import IssuerError, TokenError
from auth.introspection import NEGATIVE_SECONDS, POSITIVE_SECONDS
from auth.issuers import Client


@pytest.fixture
def door(issuer: TestIssuer, door_of: Callable[..., Door]) -> Door:
    """A door that asks the issuer."""
    issuer.tokens["good"] = {
        "active": True, "sub": "ada", "aud": AUDIENCE, "scope": "a b", "exp": NOW + 300,
        "client_id": "app",
    }  # fmt: skip
    return door_of(issuer.issuer(client=Client("bigraph", SECRET)))


async def test_what_its_issuer_says(issuer: TestIssuer, door: Door):
    """Is believed, for a while, after one question."""
    for _ in range(5):
        principal = await door.let_in("good")
    assert (principal.subject, principal.scopes) == ("ada", {"a", "b"})
    assert issuer.asked.count("/introspect") == 1
    door.now += POSITIVE_SECONDS
    del issuer.tokens["good"]
    with pytest.raises(TokenError, match="not active"):
        await door.let_in("good")


async def test_a_no_is_remembered(issuer: TestIssuer, door: Door):
    """For less long."""
    for _ in range(5):
        with pytest.raises(TokenError, match="not active"):
            await door.let_in("bad")
    assert issuer.asked.count("/introspect") == 1
    issuer.tokens["bad"] = issuer.tokens["good"]
    door.now += NEGATIVE_SECONDS
    assert await door.let_in("bad")


async def test_all_who_wait_ask_once(issuer: TestIssuer, door: Door):
    """A hundred at once."""
    issuer.delay = 0.05
    await asyncio.gather(*(door.let_in("good") for _ in range(100)))
    assert issuer.asked.count("/introspect") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"active": "true"},
        {"active": 1},
        {"aud": "https://other.test"},
        {"exp": NOW - 60},
        {"exp": None},
        {"sub": None},
        {"iss": "https://evil.test"},
        {"cnf": {"x5t#S256": "AAAA"}},
    ],
)
async def test_an_answer_is_checked_as_claims_are(issuer: TestIssuer, door: Door, wrong):
    """An active token may still be for somebody else."""
    issuer.tokens["good"] |= wrong
    with pytest.raises(TokenError):
        await door.let_in("good")


async def test_its_issuer_is_away(issuer: TestIssuer, door: Door):
    """That is not the token's fault."""
    issuer.down = True
    with pytest.raises(IssuerError):
        await door.let_in("good")
    issuer.down = False
    assert await door.let_in("good")


async def test_where_nobody_can_be_asked(issuer: TestIssuer, door_of: Callable[..., Door]):
    """It is no token here."""
    with pytest.raises(TokenError):
        await door_of(issuer.issuer()).let_in("good")
    assert not issuer.asked
