"""In charge of digests written in DER that is none: what RSA by PKCS #1 must not be taken for.

A verifier that reads what it finds, and does not compare it with what it must be, takes some of it.
"""

from collections.abc import Iterator

SEQUENCE, OCTETS, OID, NULL = 0x30, 0x04, 0x06, 0x05

OIDS = {
    "sha256": bytes.fromhex("608648016503040201"),
    "sha384": bytes.fromhex("608648016503040202"),
    "sha512": bytes.fromhex("608648016503040203"),
}
OTHERS = {"sha1": bytes.fromhex("2b0e03021a"), "md5": bytes.fromhex("2a864886f70d0205"), **OIDS}
_GARBAGE = bytes.fromhex("0004deadbeef")


def element(tag: int, content: bytes) -> bytes:
    """As DER has it."""
    return bytes([tag, len(content)]) + content


def digest_info(hashed: str, digest: bytes) -> bytes:
    """What RFC 8017 has signed."""
    kind = element(SEQUENCE, element(OID, OIDS[hashed]) + element(NULL, b""))
    return element(SEQUENCE, kind + element(OCTETS, digest))


def wrong_digest_infos(hashed: str, digest: bytes) -> Iterator[tuple[str, bytes]]:
    """Each of its five elements, wrong in every way; what is around it is as it should be."""
    oid, null, octets = (
        element(OID, OIDS[hashed]), element(NULL, b""), element(OCTETS, digest),
    )  # fmt: skip
    kind = element(SEQUENCE, oid + null)
    for how, made in _wrong(SEQUENCE, kind + octets, [kind, octets]):
        yield f"the whole: {how}", made
    for how, made in _wrong(SEQUENCE, oid + null, [oid, null]):
        yield f"its kind: {how}", element(SEQUENCE, made + octets)
    for how, made in (*_wrong(OID, OIDS[hashed]), *_wrong_oids(hashed)):
        yield f"its OID: {how}", element(SEQUENCE, element(SEQUENCE, made + null) + octets)
    for how, made in _wrong(NULL, b""):
        yield f"its null: {how}", element(SEQUENCE, element(SEQUENCE, oid + made) + octets)
    for how, made in _wrong(OCTETS, digest):
        yield f"its digest: {how}", element(SEQUENCE, kind + made)


def _wrong(
    tag: int, content: bytes, parts: list[bytes] | None = None
) -> Iterator[tuple[str, bytes]]:
    right = element(tag, content)
    for how, made in (
        *_lengths(tag, content),
        *_additions(tag, content),
        *_endless(tag, content),
        *_changes(tag, content),
        *(_parts(tag, parts) if parts else ()),
    ):
        if made != right:
            yield how, made


def _lengths(tag: int, content: bytes) -> Iterator[tuple[str, bytes]]:
    size = len(content)
    for how, length in {
        "long form": bytes([0x81, size]),
        "a leading zero": bytes([0x82, 0, size]),
        "one more": bytes([size + 1]),
        "one less": bytes([max(size - 1, 0)]),
        "over 32 bits": b"\x85\x01" + size.to_bytes(4),
        "over 64 bits": b"\x89\x01" + size.to_bytes(8),
        "2**31 - 1": bytes.fromhex("847fffffff"),
        "2**31": bytes.fromhex("8480000000"),
        "2**32 - 1": b"\x84" + b"\xff" * 4,
        "2**40 - 1": b"\x85" + b"\xff" * 5,
        "2**64 - 1": b"\x88" + b"\xff" * 8,
        "none such": b"\xff",
        "endless, without an end": b"\x80",
    }.items():
        yield f"length {how}", bytes([tag]) + length + content
    yield "left out", b""
    yield "a tag alone", bytes([tag])
    yield "cut within its length", bytes([tag, 0x81])


def _additions(tag: int, content: bytes) -> Iterator[tuple[str, bytes]]:
    right, made_of = element(tag, content), tag | 0x20
    yield "zeros after", element(tag, content + b"\0\0")
    yield "zeros before", element(tag, b"\0\0" + content)
    yield "zeros beyond", right + b"\0\0"
    for how, more in {
        "null": "0500", "empty sequence": "3000", "zero": "020100", "high tag": "bf7f00",
        "explicit tag": "a0020500", "implicit tag": "a000",
    }.items():  # fmt: skip
        yield f"{how} after", element(tag, content + bytes.fromhex(more))
        yield f"{how} before", element(tag, bytes.fromhex(more) + content)
    for how, more in {
        "garbage": "498177", "other garbage": "2500", "odd tags": "aa00bb00cd00",
        "odd tag": "aa02aabb",
    }.items():  # fmt: skip
        yield f"{how} before it", element(made_of, bytes.fromhex(more) + right)
    yield "garbage beyond", element(made_of, right) + _GARBAGE
    yield "itself within itself", element(made_of, right)


def _endless(tag: int, content: bytes) -> Iterator[tuple[str, bytes]]:
    start = bytes([tag | 0x20, 0x80])
    right = element(tag, content)
    for how, end in {
        "with its end": "0000", "half an end": "00", "one more": "05000000", "cut": "0608110000",
        "garbage": "0000fe02beef", "an end that is none": "0002beef",
    }.items():  # fmt: skip
        yield f"endless, {how}", start + content + bytes.fromhex(end)
        yield f"endless, of itself, {how}", start + right + bytes.fromhex(end)
    wrong = bytes([tag ^ 1]) + right[1:]
    yield "endless, of another", start + wrong + b"\0\0"


def _changes(tag: int, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "a null instead", b"\x05\0"
    yield "nothing in it", element(tag, b"")
    for other in (tag - 2, tag - 1, tag + 1, tag + 2, tag ^ 0x20, 0xFF):
        yield f"tag {other:#x}", bytes([other & 0xFF]) + element(tag, content)[1:]
    halves = element(tag, content[:1]) + element(tag, content[1:])
    yield "in two", element(tag | 0x20, halves)
    if content:
        yield "its last byte cut", element(tag, content[:-1])
        yield "its first byte cut", element(tag, content[1:])
        yield "its first byte changed", element(tag, bytes([content[0] ^ 2]) + content[1:])
        yield "its last byte changed", element(tag, content[:-1] + bytes([content[-1] ^ 0x80]))


def _parts(tag: int, parts: list[bytes]) -> Iterator[tuple[str, bytes]]:
    first, last = parts
    yield "without its last", element(tag, first)
    yield "without its first", element(tag, last)
    yield "its last twice", element(tag, first + last + last)
    yield "its first twice", element(tag, first + first + last)
    yield "the other way round", element(tag, last + first)


def _wrong_oids(hashed: str) -> Iterator[tuple[str, bytes]]:
    right = OIDS[hashed]
    for name, other in OTHERS.items():
        if other != right:
            yield f"of {name}", element(OID, other)
    yield "longer", element(OID, right + b"\1")
    yield "a large node", element(OID, right[:-1] + bytes.fromhex("8280808001"))
    yield "a node with leading zeros", element(OID, right[:-1] + b"\x80" + right[-1:])
    yield "a node without an end", element(OID, right + b"\xe0")
