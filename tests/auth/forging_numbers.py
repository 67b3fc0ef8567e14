"""In charge of forgeries by numbers: signatures that no owner of a key would make.

Those of RSA are made with the key itself, so that padding alone is wrong.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from forging import Forgery, marked
from forging_der import digest_info, wrong_digest_infos
from issuing import base64url
from joserfc.jwk import Key, RSAKey
from joserfc.jws import JWSRegistry

ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": 2**384 - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D,
    "ES512": 2**521
    - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
    "Ed25519": 2**252 + 27742317777372353535851937790883648493,
}  # fmt: skip
"""How many multiples a point of the curve has."""


class Owner:
    """An RSA key's owner, who signs whatever it is."""

    def __init__(self, key: Any) -> None:
        numbers = key.private_key.private_numbers()
        self._exponent = numbers.d
        self.modulus: int = numbers.public_numbers.n
        self.size = (self.modulus.bit_length() + 7) // 8

    def signature(self, encoded: bytes) -> bytes:
        """The number that is this, once it is raised by what is public."""
        return pow(int.from_bytes(encoded), self._exponent, self.modulus).to_bytes(self.size)


def quick_key(name: str) -> Key:
    """Of RSA. It is the private exponent that is short: hundreds of forgeries are signed by it."""
    numbers = rsa.generate_private_key(65_537, 2048).private_numbers()
    p, q, short = numbers.p, numbers.q, 65_537
    public = rsa.RSAPublicNumbers(pow(short, -1, (p - 1) * (q - 1)), p * q)
    made = rsa.RSAPrivateNumbers(
        p, q, short, short % (p - 1), short % (q - 1), numbers.iqmp, public
    )  # fmt: skip
    return RSAKey.import_key(made.private_key(), {"kid": name})


def hash_of(algorithm: str) -> str:
    """As hashlib calls it."""
    return f"sha{algorithm[2:]}"


# --- RS: PKCS #1, version 1.5 ---


def badly_padded(owner: Owner, algorithm: str, text: str) -> Iterator[Forgery]:
    """The digest in DER that is none, or in padding that is none."""
    digest = hashlib.new(hash_of(algorithm), text.encode()).digest()
    for how, info in wrong_digest_infos(hash_of(algorithm), digest):
        encoded = b"\0\1" + b"\xff" * (owner.size - 3 - len(info)) + b"\0" + info
        yield how, marked(text, owner.signature(encoded))
    for how, encoded in _paddings(digest_info(hash_of(algorithm), digest), digest, owner.size):
        yield how, marked(text, owner.signature(encoded))


def _paddings(info: bytes, digest: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    filled = size - 3 - len(info)
    right = b"\0\1" + b"\xff" * filled + b"\0" + info
    yield "short, and something after", right[:10] + b"\0" + info + right[11 + len(info) :]
    yield "of type 2", b"\0\2" + right[2:]
    yield "of type 0", b"\0\0" + right[2:]
    yield "of zeros", b"\0\1" + bytes(filled) + right[2 + filled :]
    yield "one of them odd", right[:20] + b"\xfe" + right[21:]
    yield "without its algorithm", _filled(digest, size)
    yield "without its null", _filled(info[:1] + bytes([info[1] - 2]) + b"\x30\x0b" + info[4:15]
                                      + info[17:], size)  # fmt: skip
    yield "no separator", right.replace(b"\0" + info, b"\xff" + info)
    yield "nothing", bytes(size)
    yield "one", bytes(size - 1) + b"\1"


def _filled(info: bytes, size: int) -> bytes:
    return b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info


# --- PS: PSS ---


def badly_salted(owner: Owner, algorithm: str, text: str) -> Iterator[Forgery]:
    """Each field of the encoding wrong by itself; and salts that a signer may not choose."""
    named = hash_of(algorithm)
    digest = hashlib.new(named, text.encode()).digest()
    length = len(digest)
    salt = hashlib.sha512(b"salt").digest()[:length]

    def made(how: str, salt: bytes = salt, **more: Any) -> Forgery:
        return how, marked(text, owner.signature(pss(digest, salt, owner.size, named, **more)))

    for size in (0, 1, length - 1, length + 1, owner.size - length - 2):
        yield made(f"a salt of {size}", (salt * 8)[:size])
    for at in (0, 1, length // 2, length - 1):
        for bit in (1, 0x80):
            flip = bytes([*bytes(at), bit, *bytes(length - at - 1)])
            other = _xor(digest, flip)
            how = f"bit {bit} of byte {at}"
            yield how, marked(text, owner.signature(pss(other, salt, owner.size, named)))
            yield made(f"{how} of the hash", hashed=flip)
            yield made(f"{how} of the salt", field=bytes(owner.size - 2 * length - 1) + flip)
    space = owner.size - length - 1
    for at in (1, 2, space - length - 2):
        yield made(f"padding at {at}", field=bytes([*bytes(at), 1, *bytes(space - at - 1)]))
    for one in (0, 2, 0x81):
        flip = bytes([*bytes(space - length - 1), one ^ 1, *bytes(length)])
        yield made(f"{one:#x} for the separator", field=flip)
    for end in (0, 0xBB, 0xCC, 0xFF):
        yield made(f"an end of {end:#x}", end=end)
    for other in sorted({"sha1", "sha256", "sha384", "sha512"} - {named}):
        yield made(f"masked by {other}", masked_by=other)
    yield from _impossible(owner, text, owner.signature(pss(digest, salt, owner.size, named)))


def well_salted(owner: Owner, algorithm: str, text: str) -> Iterator[Forgery]:
    """Salts that are as good as any."""
    named = hash_of(algorithm)
    digest = hashlib.new(named, text.encode()).digest()
    for how, salt in (("zeros", bytes(len(digest))), ("ones", b"\xff" * len(digest))):
        encoded = pss(digest, salt, owner.size, named)
        yield how, marked(text, owner.signature(encoded))


def pss(
    digest: bytes,
    salt: bytes,
    size: int,
    named: str,
    *,
    hashed: bytes = b"",
    field: bytes = b"",
    masked_by: str = "",
    end: int = 0xBC,
) -> bytes:
    """EMSA-PSS of RFC 8017, with bits that are flipped in its hash and its masked field."""
    mark = hashlib.new(named, bytes(8) + digest + salt).digest()
    mark = _xor(mark, hashed or bytes(len(mark)))
    space = size - len(mark) - 1
    block = bytes(space - 1 - len(salt)) + b"\1" + salt
    block = _xor(block, field or bytes(space))
    masked = _xor(block, _mask(mark, space, masked_by or named))
    return bytes([masked[0] & 0x7F]) + masked[1:] + mark + bytes([end])


def _mask(seed: bytes, size: int, named: str) -> bytes:
    found = b"".join(
        hashlib.new(named, seed + count.to_bytes(4)).digest() for count in range(size // 20 + 1)
    )
    return found[:size]


def _impossible(owner: Owner, text: str, right: bytes) -> Iterator[Forgery]:
    """Numbers that are no signature, or not the one way to write one."""
    modulus, size = owner.modulus, owner.size
    for how, number in {"zero": 0, "one": 1, "the modulus, less one": modulus - 1,
                        "the modulus": modulus}.items():  # fmt: skip
        yield how, marked(text, number.to_bytes(size))
    yield "not reduced", marked(text, (int.from_bytes(right) + modulus).to_bytes(size + 1))
    yield "zeros before", marked(text, b"\0\0" + right)
    yield "zeros after", marked(text, right + b"\0\0")
    yield "cut at the end", marked(text, right[:-2])
    yield "cut at the start", marked(text, right[2:])


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


# --- ES and Ed ---


def bad_points(key: Key, algorithm: str, text: str) -> Iterator[Forgery]:
    """R and s that are no numbers of the curve, or not written as RFC 7518 has them."""
    right = JWSRegistry.algorithms[algorithm].sign(text.encode(), key)
    order = ORDERS[algorithm]
    width = len(right) // 2
    r, s = int.from_bytes(right[:width]), int.from_bytes(right[width:])
    top = 1 << 8 * width
    edges = {"0": 0, "1": 1, "the order - 1": order - 1, "the order": order}
    for first, one in edges.items():
        for second, other in edges.items():
            yield f"r {first}, s {second}", marked(text, _two(one, other, width))
    for how, made in {
        "too long": _two(r, s, width + 1),
        "zeros after": right[:width] + b"\0" + right[width:] + b"\0",
        "r beyond the order": _two(r + order, s, width + 1),
        "s beyond the order": _two(r, s + order, width + 1),
        "r over its width": _two(r + top, s, width + 1),
        "both over their width": _two(r + top, s + top, width + 1),
        "as long as can be": _two(r, s, 256),
        "r alone": right[:width],
        "cut": right[:-1],
        "the other way round": right[width:] + right[:width],
        "DER": _der(r, s),
        "text": base64url(right).encode(),
    }.items():
        yield how, marked(text, made)


def bad_scalars(key: Key, text: str) -> Iterator[Forgery]:
    """Of Ed25519: a signature has one spelling, of which libraries took others."""
    right = JWSRegistry.algorithms["Ed25519"].sign(text.encode(), key)
    point, scalar = right[:32], int.from_bytes(right[32:], "little")
    for times in (1, 2, 7):
        more = scalar + times * ORDERS["Ed25519"]
        yield f"its scalar and {times} orders", marked(text, point + more.to_bytes(32, "little"))
    for how, first in {"nothing": 0, "the neutral point": 1, "a prime": 2**255 - 19}.items():
        yield f"{how} for a point", marked(text, first.to_bytes(32, "little") + right[32:])
        yield f"{how}, and no scalar", marked(text, first.to_bytes(32, "little") + bytes(32))
    yield "zeros after", marked(text, right + bytes(2))
    yield "cut", marked(text, right[:-1])
    yield "the other way round", marked(text, right[32:] + right[:32])


def _two(r: int, s: int, width: int) -> bytes:
    return r.to_bytes(width) + s.to_bytes(width)


def _der(r: int, s: int) -> bytes:
    numbers = b"".join(
        b"\2" + bytes([size]) + number.to_bytes(size)
        for number in (r, s)
        for size in (number.bit_length() // 8 + 1,)
    )
    return b"\x30" + (b"\x81" if len(numbers) > 127 else b"") + bytes([len(numbers)]) + numbers
