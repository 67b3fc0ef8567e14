"""Every kind of forgery that Wycheproof's vectors try, made of keys of our own: none is taken."""

from collections.abc import Callable

import pytest
from forging import signed_as, text_of
from forging_sets import bad_sets, good_set
from issuing import Door, TestIssuer, base64url
from vectors import forgeries, owned, published, well_salted_ones, well_signed

from auth.algorithms import ALGORITHMS
from auth.errors import TokenError


async def why(door: Door, token: str) -> str | None:
    """It is refused, by its code and words, or None; whatever else happens is a mistake."""
    try:
        await door.let_in(token)
    except TokenError as error:
        return f"{error.code}: {error.message}"
    return None


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
async def test_no_forgery_is_taken(issuer: TestIssuer, door: Door, algorithm: str):
    """Each is refused, for its own reason; the token that they are made of is good."""
    issuer.jwks = {"keys": [published(algorithm)]}
    claims = issuer.claims()
    for reason, made in forgeries(algorithm, claims, issuer.url).items():
        told = {name: await why(door, token) for name, token in made}
        assert len(told) == len(made)
        wrong = {name: said for name, said in told.items() if said is None or reason not in said}
        assert not wrong
    assert await why(door, well_signed(algorithm, claims)) is None


@pytest.mark.parametrize("algorithm", ["PS256", "PS384", "PS512"])
async def test_a_salt_may_be_anything(issuer: TestIssuer, door: Door, algorithm: str):
    """Of its length: so what is refused for its salt is refused for that alone."""
    issuer.jwks = {"keys": [published(algorithm)]}
    for token in well_salted_ones(algorithm, issuer.claims()):
        assert await why(door, token) is None


async def test_blanks_in_a_header_are_json(issuer: TestIssuer, door: Door):
    """As anywhere between its words."""
    issuer.jwks = {"keys": [published("ES256")]}
    claims = text_of({}, issuer.claims()).partition(".")[2]
    for header in ('{ "alg" : "ES256" , "typ":"at+jwt","kid":"mine" }',
                   '{"alg":"ES256",\n\t"typ":"at+jwt",\r\n"kid":"mine"}'):  # fmt: skip
        text = f"{base64url(header.encode())}.{claims}"
        assert await why(door, signed_as(owned("ES256"), "ES256", text)) is None


async def test_keys_that_nobody_should_believe(issuer: TestIssuer, door_of: Callable[..., Door]):
    """What they sign is refused, however well it is signed. The issuer was heard, and not away."""
    taken: list[str] = []
    for name, made in {"good": good_set(), **bad_sets()}.items():
        issuer.jwks = {"keys": made.keys}
        if await why(door_of(issuer.issuer()), made.token(issuer.claims())) is None:
            taken.append(name)
    assert taken == ["good"]
