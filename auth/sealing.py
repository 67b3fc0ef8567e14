"""In charge of what is kept where others may read it: only the secret that sealed it opens it."""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_LEAST_BYTES: Final = _NONCE_BYTES + 16  # with the mark that nothing was changed
_PURPOSE: Final = b"bigraph: what a browser alone can have opened"


def sealed(content: bytes, secret: str) -> bytes:
    """The content for who has the secret, a random one: for others it is noise."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(secret).encrypt(nonce, content, None)


def opened(kept: bytes, secret: str) -> bytes | None:
    """The content again; None if it was not sealed by this secret, or was changed since."""
    if len(kept) < _LEAST_BYTES:
        return None
    try:
        return _cipher(secret).decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], None)
    except InvalidTag:
        return None


def _cipher(secret: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE)
    return AESGCM(derived.derive(secret.encode()))
