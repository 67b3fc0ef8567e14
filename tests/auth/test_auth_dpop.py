"""Tokens that are bound to a key: whoever shows one must prove to have the key."""

import asyncio
from typing import Any

import pytest
from issuing import NOW, Door, TestIssuer, new_key, proof
from joserfc.jwk import Key, OctKey

from auth.errors import TokenError
from datasources.redis import Replays

KEY = new_key(None)


def bound(issuer: TestIssuer, key: Key = KEY) -> str:
    """A token that is bound to the key."""
    return issuer.token(cnf={"jkt": key.thumbprint()})


async def test_token_and_proof(issuer: TestIssuer, door: Door):
    """Taken, by each algorithm of a key's kind."""
    token = bound(issuer)
    for _ in range(2):
        principal = await door.let_in(token, scheme="DPoP", proofs=(proof(KEY, token),))
    assert principal.subject == "ada"
    key = new_key(None, "RS256")
    token = bound(issuer, key)
    made = proof(key, token, header={"alg": "PS256"})
    assert await door.let_in(token, scheme="dpop", proofs=(made,))


async def test_never_as_a_plain_bearer(issuer: TestIssuer, door: Door):
    """With a proof or without one."""
    token = bound(issuer)
    for proofs in ((), (proof(KEY, token),)):
        with pytest.raises(TokenError, match="nothing proves"):
            await door.let_in(token, proofs=proofs)
    with pytest.raises(TokenError, match="nothing proves"):
        await door.let_in(token, scheme="DPoP")


async def test_a_bearer_token_is_not_made_better(issuer: TestIssuer, door: Door):
    """A proof of some key says nothing of a token that is bound to none."""
    token = issuer.token()
    with pytest.raises(TokenError, match="not bound"):
        await door.let_in(token, scheme="DPoP", proofs=(proof(KEY, token),))


@pytest.mark.parametrize(
    ("header", "claims", "said"),
    [
        ({}, {"htm": "GET"}, "method"),
        ({}, {"htm": None}, "method"),
        ({}, {"htu": "http://api.test/other"}, "address"),
        ({}, {"htu": "https://api.test/graphql"}, "address"),
        ({}, {"htu": "http://evil.test/graphql"}, "address"),
        ({}, {"htu": None}, "address"),
        ({}, {"htu": ["http://api.test/graphql"]}, "address"),
        ({}, {"htu": "http://[::1"}, "address"),
        ({}, {"ath": None}, "token"),
        ({}, {"ath": "AAAA"}, "token"),
        ({}, {"iat": NOW - 61}, "moment"),
        ({}, {"iat": NOW + 61}, "moment"),
        ({}, {"iat": None}, "moment"),
        ({}, {"iat": True}, "moment"),
        ({}, {"jti": None}, "jti"),
        ({}, {"jti": ""}, "jti"),
        ({}, {"jti": "x" * 201}, "jti"),
        ({"typ": "JWT"}, {}, "typ"),
        ({"typ": None}, {}, "typ"),
        ({"jwk": None}, {}, "typ"),
        ({"jwk": "AAAA"}, {}, "key"),
        ({"jwk": KEY.as_dict(private=True)}, {}, "secret"),
        ({"jwk": OctKey.generate_key(256).as_dict()}, {}, "secret"),
        ({"jwk": new_key(None).as_dict(private=False)}, {}, "signature"),
        ({"alg": "none"}, {}, "algorithm"),
        ({"alg": "HS256"}, {}, "algorithm"),
        ({"alg": "ES384"}, {}, "algorithm"),
        ({"crit": ["exp"]}, {}, "typ"),
    ],
)  # fmt: skip
async def test_proofs_that_are_none(
    issuer: TestIssuer, door: Door, header: dict[str, Any], claims: dict[str, Any], said: str
):
    """Each for its reason."""
    token = bound(issuer)
    made = proof(KEY, token, header=header, **claims)
    with pytest.raises(TokenError, match=said) as refused:
        await door.let_in(token, scheme="DPoP", proofs=(made,))
    assert refused.value.error == "invalid_dpop_proof"


async def test_of_another_key(issuer: TestIssuer, door: Door):
    """Signed well, by somebody else."""
    token = bound(issuer)
    with pytest.raises(TokenError, match="another key"):
        await door.let_in(token, scheme="DPoP", proofs=(proof(new_key(None), token),))


async def test_query_and_spelling_of_the_address_do_not_count(issuer: TestIssuer, door: Door):
    """As RFC 9449 has it."""
    token = bound(issuer)
    made = proof(KEY, token, htu="HTTP://API.test:80/graphql?x=1#y")
    assert await door.let_in(token, scheme="DPoP", proofs=(made,))


async def test_a_proof_is_good_once(issuer: TestIssuer, door: Door):
    """Also if it is shown many times at once."""
    token = bound(issuer)
    made = proof(KEY, token)
    asked = (door.let_in(token, scheme="DPoP", proofs=(made,)) for _ in range(20))
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(not isinstance(each, TokenError) for each in results) == 1


async def test_two_proofs_are_one_too_many(issuer: TestIssuer, door: Door):
    """Which is meant would be a guess."""
    token = bound(issuer)
    with pytest.raises(TokenError) as refused:
        await door.let_in(token, scheme="DPoP", proofs=(proof(KEY, token), proof(KEY, token)))
    assert refused.value.error == "invalid_request"


async def test_names_are_forgotten_when_their_time_is_over():
    """And the oldest before that, if there are too many."""
    shown = Replays(None, most_here=3)
    assert await shown.first("a", 60)
    assert not await shown.first("a", 60)
    assert await shown.first("b", 0)
    assert await shown.first("b", 60)
    assert [await shown.first(name, 60) for name in "cde"] == [True] * 3
    assert await shown.first("a", 60)
