"""In charge of forgeries that need no mathematics: a good token taken apart, and written otherwise.

Their kinds are those that are known to have been taken by some library: parts left out or changed,
base64 that is none, secrets that everybody knows, and algorithms that are not the key's.
"""

import hmac
import json
from collections.abc import Iterator
from typing import Any

from issuing import base64url, new_key
from joserfc.jwk import Key, OctKey
from joserfc.jws import JWSRegistry

from auth.algorithms import ALGORITHMS, CURVES, RSA

Forgery = tuple[str, str]
"""What is wrong, and the token."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def text_of(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """What is signed."""
    return ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))


def signed_as(key: Key, algorithm: str, text: str) -> str:
    """The token, whatever its header says of the algorithm."""
    mark = JWSRegistry.algorithms[algorithm].sign(text.encode(), key)
    return f"{text}.{base64url(mark)}"


def marked(text: str, mark: bytes) -> str:
    """The token, with a signature that may be none."""
    return f"{text}.{base64url(mark)}"


def taken_apart(token: str, header: dict[str, Any]) -> Iterator[Forgery]:
    """Parts are missing, changed, or too many."""
    head, claims, mark = token.split(".")
    yield from {
        "no signature": f"{head}.{claims}.",
        "no signature, no dot": f"{head}.{claims}",
        "no claims": f"{head}..{mark}",
        "no claims, no dot": f"{head}.{mark}",
        "no header": f".{claims}.{mark}",
        "no header, no dot": f"{claims}.{mark}",
        "claims alone": f".{claims}.",
        "claims alone, no dots": claims,
        "dots alone": "..",
        "an empty part more": f"{token}.",
        "a part more": f"{token}.{mark}",
        "a part before": f"{head}.{token}",
        "JSON serialization": json.dumps(
            {"payload": claims, "signatures": [{"protected": head, "signature": mark}]}
        ),
        "JSON serialization, flat": json.dumps(
            {"payload": claims, "protected": head, "signature": mark}
        ),
        "the last byte cut off": token[:-2],
        "a byte more": f"{token}AAAA",
    }.items()
    for at in (0, len(mark) // 2):
        yield f"signature changed at {at}", f"{head}.{claims}.{_other(mark, at)}"
    yield "claims changed", f"{head}.{_other(claims, 12)}.{mark}"
    for name, value in (("kid", "other"), ("typ", "JWT"), ("x", "y")):
        changed = base64url(json.dumps(header | {name: value}).encode())
        yield f"header changed: {name}", f"{changed}.{claims}.{mark}"


def misspelt(key: Key, algorithm: str, token: str) -> Iterator[Forgery]:
    """Base64 that is none, in each part; signed once as it is meant, once as it is written."""
    parts = token.split(".")
    for place, name in enumerate(("header", "claims", "signature")):
        for what, text in _misspellings(parts[place]):
            written = [*parts[:place], text, *parts[place + 1 :]]
            yield f"{name}: {what}", ".".join(written)
            if place < 2:
                again = signed_as(key, algorithm, ".".join(written[:2]))
                yield f"{name}: {what}, and signed so", again


def _misspellings(text: str) -> Iterator[Forgery]:
    yield "padded", text + "=" * (-len(text) % 4 or 4)
    yield "spaces within", f"{text[:3]}    {text[3:]}"
    yield "spaces after", f"{text}    "
    yield "a newline", f"{text}\n"
    yield "marks before", f"####{text}"
    yield "a mark within", f"{text[:5]}?{text[5:]}"
    yield "a mark instead", f"?{text[1:]}"
    yield "a letter of no alphabet", f"{text}é"
    yield "the other alphabet", f"{text[:4]}+/{text[6:]}"
    yield "a quarter more", f"{text}A" if len(text) % 4 == 0 else f"{text}A" * 2
    if len(text) % 4:
        yield "bits that say nothing", text[:-1] + _ALPHABET[_ALPHABET.index(text[-1]) ^ 1]


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> Iterator[Forgery]:
    """By an algorithm that is none."""
    for alg in ("none", "None", "NONE", "nOnE", "", " ", None, 0, False, ["none"], "ES256\x00"):
        for kid in (header.get("kid"), "none", None):
            said = {name: value for name, value in header.items() if name != "kid"} | {"alg": alg}
            said |= {} if kid is None else {"kid": kid}
            yield f"alg {alg!r} of kid {kid}", f"{text_of(said, claims)}."
            yield f"alg {alg!r} of kid {kid}, with something", f"{text_of(said, claims)}.AA"


def everybodys_secret(
    key: Key, header: dict[str, Any], claims: dict[str, Any]
) -> Iterator[Forgery]:
    """By HMAC, with what is published for its secret, in every way of writing it."""
    assert not isinstance(key, OctKey)
    public: dict[str, Any] = dict(key.as_dict(private=False))
    numbers = [str(public[part]) for part in ("n", "e", "x", "y") if part in public]
    pem = key.as_pem(private=False)
    secrets = {
        "DER": key.as_der(private=False),
        "PEM": pem,
        "PEM, its end cut": pem.strip(),
        "PEM of one line": pem.replace(b"\n", b""),
        "JSON": json.dumps(public).encode(),
        "JSON, tight": json.dumps(public, separators=(",", ":")).encode(),
        "the set": json.dumps({"keys": [public]}).encode(),
        "thumbprint": key.thumbprint().encode(),
        "kid": str(public.get("kid")).encode(),
        "nothing": b"",
        "zeros": bytes(32),
        **{f"number {place}": text.encode() for place, text in enumerate(numbers)},
    }
    for hashed, alg in (("sha256", "HS256"), ("sha384", "HS384"), ("sha512", "HS512")):
        text = text_of(header | {"alg": alg}, claims)
        for name, secret in secrets.items():
            yield f"{alg} by {name}", marked(text, hmac.digest(secret, text.encode(), hashed))


def of_ones_own(
    algorithm: str, header: dict[str, Any], claims: dict[str, Any], url: str
) -> Iterator[Forgery]:
    """By the attacker's key, brought along, pointed at, or under the name of a good one."""
    own = new_key(header.get("kid"), algorithm)
    public: dict[str, Any] = dict(own.as_dict(private=False))
    for name, more in {
        "no word of it": {},
        "jwk": {"jwk": public},
        "jwk without its name": {"jwk": {k: v for k, v in public.items() if k != "kid"}},
        "jku": {"jku": f"{url}/keys"},
        "x5u": {"x5u": f"{url}/keys"},
        "x5c": {"x5c": ["AAAA"]},
        "x5t": {"x5t": "AAAA", "x5t#S256": "AAAA"},
        "crit": {"jwk": public, "crit": ["jwk"]},
    }.items():
        text = text_of(header | {"alg": algorithm} | more, claims)
        yield f"a key of one's own, {name}", signed_as(own, algorithm, text)


def by_another_algorithm(
    key: Key, algorithm: str, header: dict[str, Any], claims: dict[str, Any]
) -> Iterator[Forgery]:
    """Signed by the key itself: in another way than is said, or than it is published for."""
    unsaid = text_of(header | {"alg": algorithm}, claims)
    for other in sorted(ALGORITHMS - {algorithm}):
        said = text_of(header | {"alg": other}, claims)
        yield f"{algorithm}, said to be {other}", signed_as(key, algorithm, said)
        if other in _kin(algorithm):
            yield f"{other}, which is said", signed_as(key, other, said)
            if algorithm in RSA:  # the others have two names for one
                yield f"{other}, said to be {algorithm}", signed_as(key, other, unsaid)


def _kin(algorithm: str) -> frozenset[str]:
    """Those that a key of its kind could sign with."""
    return next(each for each in (RSA, *CURVES.values()) if algorithm in each)


def _other(text: str, at: int) -> str:
    letter = "X" if text[at] != "X" else "Y"
    return f"{text[:at]}{letter}{text[at + 1 :]}"
