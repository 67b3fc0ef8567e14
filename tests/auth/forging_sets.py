"""In charge of key sets that nobody should believe, and of tokens that are signed by them well."""

import hashlib
import hmac
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from forging import marked, text_of
from forging_der import digest_info
from forging_numbers import Owner
from issuing import base64url, new_key
from joserfc.jwk import Key, RSAKey
from joserfc.jws import JWSRegistry

Jwk = dict[str, Any]


@dataclass(frozen=True)
class BadSet:
    """What is published, and how its owner signs."""

    keys: list[Jwk]
    algorithm: str
    sign: Callable[[str], bytes]

    def token(self, claims: Mapping[str, Any]) -> str:
        """By the first of the keys."""
        header = {"alg": self.algorithm, "typ": "at+jwt", "kid": self.keys[0].get("kid")}
        text = text_of(header, dict(claims))
        return marked(text, self.sign(text))


@cache
def bad_sets() -> Mapping[str, BadSet]:
    """By what is wrong; but for that each is as good as any."""
    return {name: made for some in (_mixed, _weak, _mistaken, _shared) for name, made in some()}


def good_set() -> BadSet:
    """One that is as it should be: what is changed in it is what is refused."""
    key = new_key("k")
    return BadSet([_public(key)], "ES256", _by(key, "ES256"))


def _public(key: Key, **more: Any) -> Jwk:
    return dict(key.as_dict(private=False)) | more


def _by(key: Key, algorithm: str) -> Callable[[str], bytes]:
    return lambda text: JWSRegistry.algorithms[algorithm].sign(text.encode(), key)


def _mixed() -> Iterator[tuple[str, BadSet]]:
    key, other = new_key("k"), new_key("k", "RS256")
    secret = {"kty": "oct", "kid": "s", "use": "sig", "alg": "HS256", "k": base64url(bytes(32))}
    signs = _by(key, "ES256")
    for name, keys in {
        "a secret beside a key": [_public(key), secret],
        "a private key": [dict(key.as_dict(private=True))],
        "a private key of another kid": [_public(key), dict(new_key("p").as_dict(private=True))],
        "two keys of one kid": [_public(key), _public(other)],
        "one key twice": [_public(key), _public(key)],
    }.items():
        yield name, BadSet(keys, "ES256", signs)


def _weak() -> Iterator[tuple[str, BadSet]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of it, and takes it
        short = new_key("k", "RS256", bits=1024)
    three = RSAKey.import_key(rsa.generate_private_key(3, 2048), {"kid": "k"})
    for name, key in (("RSA of 1,024 bits", short), ("exponent 3", three), ("ROCA", _roca())):
        yield name, BadSet([_public(key)], "RS256", _by(key, "RS256"))
        yield f"{name}, salted", BadSet([_public(key)], "PS256", _by(key, "PS256"))
    sound = new_key("k", "RS256")
    yield "exponent 1", BadSet([_public(sound, e="AQ")], "RS256", _of_nothing(sound))
    neutral = (1).to_bytes(32, "little")
    for algorithm in ("EdDSA", "Ed25519"):
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(neutral), "kid": "k"}
        yield (
            f"a neutral point, {algorithm}",
            BadSet([jwk], algorithm, lambda _: neutral + bytes(32)),
        )


def _of_nothing(key: Key) -> Callable[[str], bytes]:
    """What is signed is its own signature."""
    size = Owner(key).size

    def sign(text: str) -> bytes:
        info = digest_info("sha256", hashlib.sha256(text.encode()).digest())
        return b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info

    return sign


def _roca() -> Key:
    """Its primes are powers of 65537, modulo many small ones: so they can be found."""
    small = prod(n for n in range(2, 168) if all(n % d for d in range(2, n)))
    start = (3 << 1022) // small + 1
    p, q = (pow(65_537, power, small) + small * (start + more) for power, more in ((7, 3), (11, 2)))
    exponent = pow(65_537, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, exponent, exponent % (p - 1), exponent % (q - 1), pow(q, -1, p),
        rsa.RSAPublicNumbers(65_537, p * q),
    )  # fmt: skip
    return RSAKey.import_key(numbers.private_key(), {"kid": "k"})


def _mistaken() -> Iterator[tuple[str, BadSet]]:
    key, other = new_key("k"), new_key("k", "RS256")
    turned = base64url(bytes([*b"\0" * 31, 1]))
    for name, more in {
        "for encryption": {"use": "enc"},
        "for other operations": {"key_ops": ["encrypt"]},
        "to sign with": {"key_ops": ["sign"]},
        "of an algorithm that is none": {"alg": "ES521"},
        "of a curve that is none": {"alg": "ES224"},
        "of another algorithm": {"alg": "ES384"},
        "beside its curve": {"y": turned},
        "of another curve": {"crv": "P-384"},
        "of a curve that is not taken": {"crv": "secp256k1"},
        "of another kind": {"kty": "RSA"},
        "of no kind": {"kty": "none"},
        "padded": {"x": _public(key)["x"] + "="},
        "of a kid that is a number": {"kid": 7},
        "of a kid that is a list": {"kid": ["k"]},
    }.items():
        yield name, BadSet([_public(key, **more)], "ES256", _by(key, "ES256"))
    for name, more in {
        "RSA for encryption": {"use": "enc", "alg": "RSA1_5"},
        "RSA for wrapping": {"alg": "RSA-OAEP"},
        "RSA for other operations": {"key_ops": ["encrypt", "wrapKey"]},
        "RSA for another algorithm": {"alg": "PS256"},
        "RSA in the other alphabet": {"n": "+/" + _public(other)["n"][2:]},
    }.items():
        yield name, BadSet([_public(other, **more)], "RS256", _by(other, "RS256"))


def _shared() -> Iterator[tuple[str, BadSet]]:
    for bits in (256, 384, 512):
        for name, size in (("nothing", 0), ("short", bits // 8 - 1), ("long", bits // 8 + 33)):
            secret = bytes(range(size))
            made = _secret(secret, f"HS{bits}")
            yield f"HS{bits}, {name}", BadSet([made], f"HS{bits}", _with(secret, bits))
    secret = bytes(range(32))
    for name, algorithm in (("GCM", "A256GCM"), ("wrapping", "A256KW")):
        yield f"a secret for {name}", BadSet([_secret(secret, algorithm)], "HS256", _with(secret))
    two = [_secret(secret, "HS256"), _secret(bytes(32), "HS256", kid="other")]
    yield "two secrets", BadSet(two, "HS256", _with(secret))
    yield "two secrets of one kid", BadSet([two[0], two[1] | {"kid": "k"}], "HS256", _with(secret))


def _secret(secret: bytes, algorithm: str, kid: str = "k") -> Jwk:
    return {"kty": "oct", "use": "sig", "kid": kid, "alg": algorithm, "k": base64url(secret)}


def _with(secret: bytes, bits: int = 256) -> Callable[[str], bytes]:
    return lambda text: hmac.digest(secret, text.encode(), f"sha{bits}")
