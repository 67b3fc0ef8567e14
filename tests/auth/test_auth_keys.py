"""Key sets: which keys may sign, which sets nobody should trust, and how they change."""

import asyncio
import warnings
from collections.abc import Callable
from math import prod
from typing import Any

import pytest
from issuing import Door, TestIssuer, base64url, new_key
from joserfc.jwk import OctKey

from auth.errors import IssuerError, TokenError
from auth.keyring import COOL_DOWN, FRESH_SECONDS
from auth.keys import KeySetError, key_of, keys_in

EC = new_key("ec").as_dict(private=False)
RSA = new_key("rsa", "RS256").as_dict(private=False)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library warns of it, and takes it
    SHORT = new_key("short", "RS256", bits=1024).as_dict(private=False)

EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
"""Where a point of Ed25519 is whose multiples are eight."""


def broken_generator() -> str:
    """A modulus as the generator of ROCA makes them: a power of 65537, modulo small primes."""
    primorial = prod(n for n in range(2, 168) if all(n % d for d in range(2, n)))
    modulus = pow(65537, 7, primorial) + primorial * ((1 << 2047) // primorial + 1)
    return base64url(modulus.to_bytes(256))


# All points of order 1, 2, 4 and 8 of Ed25519, and other spellings of the first three.
SMALL = [
    (y | sign << 255).to_bytes(32, "little")
    for y in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, EIGHTH, 2**255 - 19 - EIGHTH)
    for sign in (0, 1)
]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (SHORT, "1024 bits"),
        (RSA | {"e": "AQ"}, "exponent"),
        (RSA | {"e": "Aw"}, "exponent"),
        (RSA | {"e": "AQAC"}, "exponent"),
        (RSA | {"n": broken_generator()}, "ROCA"),
        (RSA | {"n": RSA["n"] + "="}, "base64url"),
        (RSA | {"n": RSA["n"][:-2] + "+/"}, "base64url"),
        (RSA | {"n": 7}, "base64"),
        (RSA | {"use": "enc"}, "signatures"),
        (RSA | {"key_ops": ["sign"]}, "signatures"),
        (RSA | {"key_ops": "verify"}, "signatures"),
        (RSA | {"alg": "ES256"}, "algorithm"),
        (RSA | {"alg": "RSA1_5"}, "algorithm"),
        (RSA | {"alg": ["RS256"]}, "algorithm"),
        (RSA | {"kid": 7}, "kid"),
        (EC | {"alg": "ES521"}, "algorithm"),
        (EC | {"crv": "P-384"}, "point"),
        (EC | {"crv": "secp256k1"}, "kind"),
        (EC | {"kty": "RSA"}, "bits"),
        (EC | {"y": EC["x"]}, "read"),
        (EC | {"x": base64url(bytes(32)), "y": base64url(bytes(32))}, "read"),
        ({"kty": "OKP", "crv": "X25519", "x": EC["x"]}, "kind"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, "point"),
        *(({"kty": "OKP", "crv": "Ed25519", "x": base64url(x)}, "order") for x in SMALL),
        ({"kty": "dance"}, "kind"),
        ({}, "kind"),
    ],
)  # fmt: skip
def test_keys_that_may_not_sign(key: dict[str, Any], said: str):
    """Refused with the reason, and left out of a set whose other keys are good."""
    with pytest.raises(ValueError, match=said):
        key_of(key)
    kept = keys_in({"keys": [key | {"kid": "odd"}, EC]}).keys
    assert [each.id for each in kept] == ["ec"] or "kid" in said


@pytest.mark.parametrize(
    "jwks",
    [
        {"keys": [EC, OctKey.generate_key(256).as_dict()]},
        {"keys": [EC, new_key("private").as_dict(private=True)]},
        {"keys": [EC, RSA | {"kid": "ec"}]},
        {"keys": [EC, EC]},
        {"keys": [EC, EC | {"kid": ["ec"]}, RSA | {"kid": ["ec"]}]},
    ],
)  # fmt: skip
def test_sets_that_are_refused_whole(jwks: object):
    """Secrets in public, two keys of one name."""
    with pytest.raises(KeySetError):
        keys_in(jwks)


@pytest.mark.parametrize("jwks", [None, [], {}, {"keys": {}}, {"error": "later"}])
def test_what_is_no_set_says_nothing(jwks: object):
    """It is as if the issuer were away."""
    with pytest.raises(IssuerError):
        keys_in(jwks)


def test_what_is_no_key_is_passed_over():
    """As RFC 7517 asks: other members are for others."""
    assert len(keys_in({"keys": [1, None, "x", EC | {"x5t": "AAAA", "x5c": ["AA"]}]}).keys) == 1


@pytest.fixture
def wait() -> Callable[[float], float]:
    """Lets time go by for keyrings; the time that it is."""
    now = [1000.0]

    def later(seconds: float) -> float:
        now[0] += seconds
        return now[0]

    return later


@pytest.fixture
def patient(
    issuer: TestIssuer, door_of: Callable[..., Door], wait: Callable[[float], float]
) -> Door:
    """A door whose time goes by as it is told."""
    door = door_of(issuer.issuer())
    door.authenticator._keyrings[issuer.url]._now = lambda: wait(0)
    return door


async def test_one_fetch_for_all_who_come_first(issuer: TestIssuer, door: Door):
    """A hundred at once, one question."""
    issuer.delay = 0.05
    await asyncio.gather(*(door.let_in(issuer.token()) for _ in range(100)))
    assert issuer.asked.count("/keys") == 1


async def test_a_thousand_unknown_keys_cause_one_fetch(issuer: TestIssuer, patient: Door, wait):
    """For each stretch of the cool-down; good tokens pass meanwhile."""
    await patient.let_in(issuer.token())
    for stretch in range(3):
        wait(COOL_DOWN)
        for number in range(333):
            with pytest.raises(TokenError):
                await patient.let_in(issuer.token(header={"kid": f"no-{number}"}))
        assert issuer.asked.count("/keys") == 2 + stretch
    await patient.let_in(issuer.token())


async def test_rotation_costs_no_request(issuer: TestIssuer, patient: Door, wait):
    """The new key is fetched when its first token comes; tokens of the old one still pass."""
    old, before = issuer.key, issuer.token()
    await patient.let_in(before)
    wait(COOL_DOWN)
    issuer.key = new_key("second")
    issuer.jwks = issuer.published(old, issuer.key)
    await patient.let_in(issuer.token())
    await patient.let_in(before)
    await patient.let_in(issuer.token(key=old, jti="another"))


async def test_a_key_that_was_withdrawn_takes_its_tokens_along(
    issuer: TestIssuer, patient: Door, wait
):
    """Also those that were let in before, and are remembered."""
    stolen = issuer.token()
    await patient.let_in(stolen)
    issuer.key = new_key("second")
    issuer.jwks = issuer.published(issuer.key)
    wait(COOL_DOWN)
    await patient.let_in(issuer.token())
    assert patient.recalled(f"Bearer {stolen}") is None
    with pytest.raises(TokenError, match="does not publish"):
        await patient.let_in(stolen)


async def test_a_set_that_is_refused_ends_trust_in_the_one_before(
    issuer: TestIssuer, patient: Door, wait
):
    """Whoever reads the secret could sign as the issuer. When it is mended, all is as before."""
    good, before = issuer.token(), issuer.jwks
    await patient.let_in(good)
    wait(COOL_DOWN)
    issuer.jwks = {"keys": [issuer.key.as_dict(private=True)]}
    for token in (issuer.token(header={"kid": "new"}), good, issuer.token()):
        with pytest.raises(TokenError, match="does not publish"):
            await patient.let_in(token)
        assert patient.recalled(f"Bearer {token}") is None
    issuer.jwks = before
    wait(COOL_DOWN)
    await patient.let_in(good)


async def test_an_answer_that_is_no_set_changes_nothing(issuer: TestIssuer, patient: Door, wait):
    """A page that says sorry is no withdrawal of keys."""
    await patient.let_in(issuer.token())
    wait(COOL_DOWN)
    issuer.jwks = {"error": "later"}
    with pytest.raises(TokenError):
        await patient.let_in(issuer.token(header={"kid": "new"}))
    assert issuer.asked.count("/keys") == 2
    await patient.let_in(issuer.token())


async def test_old_keys_serve_while_the_issuer_is_away(issuer: TestIssuer, patient: Door, wait):
    """They are fetched again behind the back of who asks."""
    await patient.let_in(issuer.token())
    issuer.down = True
    wait(10 * FRESH_SECONDS)
    for _ in range(3):
        await patient.let_in(issuer.token())
    async with asyncio.timeout(30):
        while issuer.asked.count("/.well-known/openid-configuration") < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)
    assert issuer.asked.count("/.well-known/openid-configuration") == 2
    with pytest.raises(TokenError):
        await patient.let_in(issuer.token(header={"kid": "new"}))


async def test_an_issuer_that_was_never_heard(issuer: TestIssuer, patient: Door, wait):
    """Nobody can be let in, which is not the token's fault; a second later it is tried again."""
    issuer.down = True
    for _ in range(3):
        with pytest.raises(IssuerError):
            await patient.let_in(issuer.token())
    assert len(issuer.asked) == 1
    issuer.down = False
    wait(1)
    await patient.let_in(issuer.token())


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.test"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": ["x"]},
        {"jwks_uri": "http://keys.evil.test/"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
        {"jwks_uri": "http://[::1"},
        {"jwks_uri": "http://127.0.0.1:99999999/"},
    ],
)  # fmt: skip
async def test_a_description_that_is_not_its_own(issuer: TestIssuer, door: Door, wrong):
    """Of another issuer, without keys, or with keys where none may be fetched."""
    issuer.metadata |= wrong
    with pytest.raises(IssuerError):
        await door.let_in(issuer.token())


async def test_an_issuer_that_hangs_costs_five_seconds(issuer: TestIssuer, door: Door, monkeypatch):
    """And then it is away."""
    monkeypatch.setattr("auth.fetch.SECONDS", 0.05)
    issuer.delay = 1
    with pytest.raises(IssuerError):
        await door.let_in(issuer.token())
    issuer.delay = 0


async def test_who_goes_away_does_not_take_the_keys_along(issuer: TestIssuer, door: Door):
    """The request that began to fetch is cancelled; the others wait on, and are let in."""
    issuer.delay = 0.1
    first = asyncio.create_task(door.let_in(issuer.token()))
    others = [asyncio.create_task(door.let_in(issuer.token())) for _ in range(3)]
    await asyncio.sleep(0.02)
    first.cancel()
    assert [each.subject for each in await asyncio.gather(*others)] == ["ada"] * 3
    assert issuer.asked.count("/keys") == 1
