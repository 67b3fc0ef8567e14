"""Signed access tokens: which are taken, and every way to forge one that is not."""

import base64
import hashlib
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
from issuing import (
    AUDIENCE,
    NOW,
    Door,
    TestIssuer,
    base64url,
    new_key,
    proof,
    running_issuer,
    signature,
    signed,
)
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry
from pydantic import ValidationError

from auth.errors import TokenError
from auth.known import Known, Memory
from auth.principal import Principal
from auth.shown import Shown
from settings import Settings


async def refused(door: Door, token: str) -> str:
    """Why it is."""
    with pytest.raises(TokenError) as error:
        await door.let_in(token)
    assert error.value.code == "UNAUTHENTICATED"
    assert not token or token not in str(error.value)
    return str(error.value)


async def test_a_good_token_says_who_asks(issuer: TestIssuer, door: Door):
    """Subject, scopes, roles and claims."""
    token = issuer.token(scope="read:flights write:notes", roles=["dispatcher"], airline="UA")
    principal = await door.let_in(token)
    assert (principal.issuer, principal.subject) == (issuer.url, "ada")
    assert principal.scopes == {"read:flights", "write:notes"}
    assert principal.roles == {"dispatcher"}
    assert principal.claims["airline"] == "UA"


@pytest.mark.parametrize(
    "algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
                  "EdDSA", "Ed25519"],
)  # fmt: skip
async def test_every_asymmetric_algorithm(issuer: TestIssuer, door: Door, algorithm: str):
    """Each with a key of its kind, and not with a key of another."""
    key = new_key("mine", algorithm)
    issuer.jwks = issuer.published(key)
    good = issuer.token(key=key, header={"alg": algorithm})
    assert (await door.let_in(good)).subject == "ada"
    other = "ES384" if algorithm == "ES256" else "ES256"
    parts = good.split(".")
    parts[0] = base64url(json.dumps({"alg": other, "typ": "at+jwt", "kid": "mine"}).encode())
    assert "algorithm" in await refused(door, ".".join(parts))


async def test_who_was_let_in_is_known_at_once(issuer: TestIssuer, door: Door):
    """By this very token, as a bearer's, to the second in which it ends."""
    token = issuer.token(exp=NOW + 100)
    assert door.recalled(f"Bearer {token}") is None
    principal = await door.let_in(token)
    assert door.recalled(f"Bearer {token}") is principal
    assert await door.let_in(token, scheme="bearer") is principal
    for other in (
        token,
        f"Bearer {token} ",
        f"Bearer  {token}",
        f"Bearer {token},Bearer {token}",
        f"Bearer {token[:-1]}",
        f"DPoP {token}",
        f"Basic {token}",
        "Bearer ",
        "",
    ):
        assert door.recalled(other) is None
    door.now = NOW + 100 + 29.5
    assert door.recalled(f"Bearer {token}") is principal
    door.now = NOW + 100 + 30
    assert door.recalled(f"Bearer {token}") is None
    assert "expired" in await refused(door, token)


def test_only_so_many_are_known():
    """Those who came first are forgotten first; what is kept holds no token."""
    memory = Memory(most=3)
    tokens = [f"Bearer {name}".encode() for name in "abcd"]
    for token in tokens:
        memory.keep(token, Known(Principal("i", token.decode()), NOW, None))
    assert [memory.find(token, NOW - 1) is not None for token in tokens] == [False] + [True] * 3
    assert memory.find(tokens[3], NOW) is None
    assert not any(token in key for key in memory._known for token in tokens)


async def test_an_issuer_may_be_held_to_some_algorithms(
    issuer: TestIssuer, door_of: Callable[..., Door]
):
    """The others are refused, be the key what it may."""
    some = replace(issuer.issuer(), algorithms=frozenset({"RS256", "ES384"}))
    assert "algorithm" in await refused(door_of(some), issuer.token())


def test_clocks_may_not_differ_by_more_than_a_minute():
    """An issuer with more leeway is no setting."""
    for leeway, fits in ((60, True), (61, False), (-1, False)):
        said = {"issuers": [{"url": "https://a.test", "audience": AUDIENCE, "leeway": leeway}]}
        with nullcontext() if fits else pytest.raises(ValidationError):
            Settings(_env_file=None, **said)  # type: ignore[call-arg]


async def test_who_must_prove_something_is_never_known_at_once(issuer: TestIssuer, door: Door):
    """A bound token is no bearer's, however often it was let in with a proof."""
    key = new_key(None)
    token = issuer.token(cnf={"jkt": key.thumbprint()})
    for _ in range(2):
        await door.let_in(token, scheme="DPoP", proofs=(proof(key, token),))
        assert door.recalled(f"Bearer {token}") is None
        assert door.recalled(f"DPoP {token}") is None
    assert "nothing proves" in await refused(door, token)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"alg": "none"}, "algorithm"),
        ({"alg": "None"}, "algorithm"),
        ({"alg": "ES256K"}, "algorithm"),
        ({"alg": ["ES256"]}, "algorithm"),
        ({"alg": None}, "algorithm"),
        ({"typ": "JWT"}, "typ"),
        ({"typ": "id_token+jwt"}, "typ"),
        ({"typ": "dpop+jwt"}, "typ"),
        ({"typ": None}, "typ"),
        ({"typ": 1}, "typ"),
        ({"kid": "nobody's"}, "does not publish"),
        ({"kid": "first\x00"}, "does not publish"),
        ({"kid": 1}, "kid"),
        ({"kid": ["first"]}, "kid"),
        ({"crit": ["exp"]}, "crit"),
        ({"crit": []}, "crit"),
        ({"b64": False}, "b64"),
        ({"jku": "https://evil.test/keys"}, "jku"),
        ({"x5u": "https://evil.test/keys"}, "x5u"),
        ({"x5c": ["AAAA"]}, "x5c"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "jwk"),
        ({"zip": "DEF"}, "zip"),
        ({"enc": "A256GCM"}, "enc"),
    ],
)  # fmt: skip
async def test_a_header_that_is_refused(issuer: TestIssuer, door: Door, header, said):
    """Whether or not the signature fits."""
    assert said in await refused(door, issuer.token(header=header))


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "https://evil.test"}, "not believed"),
        ({"iss": None}, "not believed"),
        ({"iss": ["x"]}, "not believed"),
        ({"aud": "https://other.test"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [[AUDIENCE]]}, "audience"),
        ({"aud": {AUDIENCE: True}}, "audience"),
        ({"aud": AUDIENCE + "/"}, "audience"),
        ({"exp": NOW - 31}, "expired"),
        ({"exp": None}, "expires"),
        ({"exp": str(NOW + 300)}, "no moment"),
        ({"exp": True}, "no moment"),
        ({"exp": 10**400}, "no moment"),
        ({"exp": -1}, "no moment"),
        ({"exp": NOW + 100_000}, "last for more"),
        ({"iat": None}, "issued"),
        ({"iat": NOW + 300, "exp": NOW + 400}, "not valid yet"),
        ({"nbf": NOW + 300}, "not valid yet"),
        ({"nbf": "soon"}, "no moment"),
        ({"sub": None}, "who asks"),
        ({"sub": ""}, "who asks"),
        ({"sub": 7}, "who asks"),
        ({"scope": 7}, "scope"),
        ({"scope": [1]}, "scope"),
        ({"roles": {"admin": True}}, "roles"),
        ({"roles": ["x"] * 1001}, "roles"),
        ({"cnf": {"x5t#S256": "AAAA"}}, "bound"),
        ({"cnf": {"jkt": "AAAA"}}, "nothing proves"),
        ({"cnf": "AAAA"}, "bound"),
    ],
)  # fmt: skip
async def test_claims_that_are_refused(issuer: TestIssuer, door: Door, claims, said):
    """Signed as they should be, and no good."""
    assert said in await refused(door, issuer.token(**claims))


async def test_clocks_may_differ_by_the_leeway(issuer: TestIssuer, door: Door):
    """30 seconds by default, on both sides."""
    assert await door.let_in(issuer.token(exp=NOW - 20, iat=NOW - 200))
    assert await door.let_in(issuer.token(nbf=NOW + 20))


def altered(token: str) -> dict[str, str]:
    """The same token, written otherwise."""
    header, claims, mark = token.split(".")
    admin = base64url(json.dumps({"sub": "root"}).encode())
    twice = base64.urlsafe_b64decode(claims + "==").replace(b'{"iss"', b'{"sub": "root", "iss"')
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bits = mark[:-1] + last[last.index(mark[-1]) ^ 1]
    half = base64url(b'{"sub": "\\ud800"}')
    return {
        "no signature": f"{header}.{claims}.",
        "two parts": f"{header}.{claims}",
        "four parts": f"{token}.{mark}",
        "an encrypted one's five": f"{token}.{mark}.{mark}",
        "other claims": f"{header}.{admin}.{mark}",
        "a member twice": f"{header}.{base64url(twice)}.{mark}",
        "padded": f"{token}==",
        "odd last bits": f"{header}.{claims}.{bits}",
        "a newline": f"{header}.{claims}.{mark}\n",
        "the other alphabet": token.replace("_", "/").replace("-", "+"),
        "a space within": f"{header}. {claims}.{mark}",
        "the header twice": f"{header}.{header}.{mark}",
        "JSON serialization": json.dumps(
            {"payload": claims, "protected": header, "signature": mark}
        ),
        "no JSON": f"{header}.{base64url(b'{')}.{mark}",
        "an array": f"{header}.{base64url(b'[]')}.{mark}",
        "deep": f"{header}.{base64url(b'[' * 5000)}.{mark}",
        "no text": f"{header}.{base64url(bytes([255, 254]))}.{mark}",
        "NaN": f"{header}.{base64url(b'NaN')}.{mark}",
        "half a surrogate": f"{header}.{half}.{mark}",
        "too long": f"{header}.{claims}.{'A' * 20_000}",
        "nothing": "",
    }


@pytest.mark.parametrize("how", altered("YQ.eyJpc3MiOiAxfQ.YQ"))
async def test_a_token_has_one_spelling(issuer: TestIssuer, door: Door, how: str):
    """All others are refused, also those that libraries read."""
    token = issuer.token()
    while how == "the other alphabet" and not {"-", "_"} & set(token):
        token = issuer.token()
    assert await refused(door, altered(token)[how])


async def test_an_ecdsa_signature_of_nothing(issuer: TestIssuer, door: Door):
    """R and s of 0, of the order, and in DER: libraries took them once."""
    text = issuer.token().rpartition(".")[0]
    order = (0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551).to_bytes(32)
    zero, one = bytes(32), (1).to_bytes(32)
    for mark in (zero + zero, zero + one, one + zero, order + order, one + one, b"0\x06\x02\x01"):
        assert "signature" in await refused(door, f"{text}.{base64url(mark)}")


async def test_a_public_key_is_no_shared_secret(issuer: TestIssuer, door: Door):
    """Signed with HMAC by the text of the public key, as everybody has it."""
    secret = OctKey.import_key(json.dumps(issuer.jwks["keys"][0]).encode())
    header = {"alg": "HS256", "typ": "at+jwt", "kid": "first"}
    assert "algorithm" in await refused(door, signed(secret, header, issuer.claims()))


async def test_a_token_of_one_issuer_is_none_of_another(
    issuer: TestIssuer, door_of: Callable[..., Door]
):
    """Signed by one key, and naming the other's issuer."""
    async with running_issuer() as other:
        both = door_of(issuer.issuer(), other.issuer())
        assert (await both.let_in(other.token())).issuer == other.url
        stolen = other.token(iss=issuer.url)
        assert "signature" in await refused(both, stolen)


async def test_a_key_that_only_says_its_name_is_not_needed(issuer: TestIssuer, door: Door):
    """Without a kid a token is taken while the issuer has one key, and refused when it has two."""
    key = new_key(None)
    issuer.jwks = issuer.published(key)
    assert await door.let_in(issuer.token(key=key, header={"kid": None}))


async def test_with_two_keys_a_token_must_name_its_own(issuer: TestIssuer, door: Door):
    """Trying them in turn would let a token choose."""
    issuer.jwks = issuer.published(issuer.key, new_key("second", "RS256"))
    assert "does not publish" in await refused(door, issuer.token(header={"kid": None}))
    assert await door.let_in(issuer.token())


@pytest.mark.parametrize(
    "text", ["", "Bearer", "Basic YTpi", "Bearer a b", "Bearer é", "x" * 99_999]
)
async def test_what_is_no_credential(door: Door, text: str):
    """Refused, not passed over."""
    with pytest.raises(TokenError) as error:
        await door.authenticator.vouched(Shown([text], [], "POST", "http://api.test/graphql"))
    assert error.value.error == "invalid_token"


async def test_two_credentials_are_one_too_many(issuer: TestIssuer, door: Door):
    """Which is meant would be a guess."""
    with pytest.raises(TokenError) as error:
        await door.let_in(issuer.token(), issuer.token())
    assert error.value.error == "invalid_request"


def test_the_helpers_sign_as_the_library_does():
    """What is refused above is refused for its reason, and not because it was made wrongly."""
    key: Any = new_key("x")
    text = "a.b"
    mark = base64.urlsafe_b64decode(signature(key, "ES256", text) + "==")
    assert JWSRegistry.algorithms["ES256"].verify(text.encode(), mark, key)


def padded(content: bytes, how: str, size: int = 256) -> bytes:
    """What RSA signs for RS256, and what it must not be taken for."""
    told = bytes.fromhex("3031300d060960864801650304020105000420")
    digest = hashlib.sha256(content).digest()
    filled = size - 3 - len(told) - len(digest)
    right = b"\x00\x01" + b"\xff" * filled + b"\x00" + told + digest
    return {
        "right": right,
        "short, and something after": right[:10] + b"\x00" + told + digest + right[11 + 51 :],
        "of another type": b"\x00\x02" + right[2:],
        "of zeros": b"\x00\x01" + bytes(filled) + right[2 + filled :],
        "one of them odd": right[:20] + b"\xfe" + right[21:],
        "without its algorithm": b"\x00\x01" + b"\xff" * (filled + 19) + b"\x00" + digest,
        "of another algorithm": right.replace(b"\x02\x01\x05\x00", b"\x02\x02\x05\x00"),
        "without its null": b"\x00\x01" + b"\xff" * (filled + 2) + b"\x00"
        + bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + digest,
        "of other content": right[:-1] + bytes([right[-1] ^ 1]),
        "of nothing": bytes(size),
        "of one": bytes(size - 1) + b"\x01",
    }[how]  # fmt: skip


@pytest.mark.parametrize("how", [
    "right", "short, and something after", "of another type", "of zeros", "one of them odd",
    "without its algorithm", "of another algorithm", "without its null", "of other content",
    "of nothing", "of one",
])  # fmt: skip
async def test_the_padding_of_an_rsa_signature(issuer: TestIssuer, door: Door, how: str):
    """Made with the key itself: only the one that RFC 8017 describes is taken."""
    key: Any = new_key("rsa", "RS256")
    issuer.jwks = issuer.published(key)
    text = issuer.token(key=key, header={"alg": "RS256"}).rpartition(".")[0]
    numbers = key.private_key.private_numbers()
    number = int.from_bytes(padded(text.encode(), how))
    mark = pow(number, numbers.d, numbers.public_numbers.n).to_bytes(256)
    token = f"{text}.{base64url(mark)}"
    if how == "right":
        assert await door.let_in(token)
    else:
        assert "signature" in await refused(door, token)
