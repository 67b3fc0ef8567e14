"""In charge of which algorithms may sign: those whose key the issuer alone holds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})

CURVES: Final[Mapping[tuple[str, str], frozenset[str]]] = MappingProxyType(
    {
        ("EC", "P-256"): frozenset({"ES256"}),
        ("EC", "P-384"): frozenset({"ES384"}),
        ("EC", "P-521"): frozenset({"ES512"}),
        ("OKP", "Ed25519"): frozenset({"EdDSA", "Ed25519"}),
    }
)
"""By the key's ``kty`` and ``crv``."""

ALGORITHMS: Final = RSA.union(*CURVES.values())
