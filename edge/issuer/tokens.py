"""In charge of what the issuer signs: access tokens, ID tokens, logout tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwt

from auth.compact import compact_of, text_of
from auth.errors import TokenError
from auth.keys import keys_in
from edge.issuer.grants import Grant, new_name
from edge.issuer.keys import KeyFile
from edge.issuer.own import ALGORITHM

ACCESS_SECONDS: Final = 300
"""For how long an access token of a client is good."""

ID_SECONDS: Final = 3600
LOGOUT_SECONDS: Final = 120
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True)
class Tokens:
    """Signs for the issuer of this URL."""

    url: str
    audience: str
    keys: KeyFile

    def access(self, grant: Grant, now: float, seconds: int = ACCESS_SECONDS) -> str:
        """For this server alone to read (RFC 9068)."""
        claims = {
            **grant.person.claims,
            "aud": self.audience,
            "client_id": grant.client_id,
            "scope": " ".join(grant.scopes),
            "roles": list(grant.person.roles),
            "jti": new_name(),
            **_signed_in(grant),
        }
        return self._signed("at+jwt", claims, now, seconds)

    def id(self, grant: Grant, access: str, nonce: str | None, now: float) -> str:
        """For the client to know who signed in (OpenID Connect Core)."""
        claims = {
            **grant.person.claims,
            "aud": grant.client_id,
            "name": grant.person.title,
            "roles": list(grant.person.roles),
            "at_hash": text_of(hashlib.sha256(access.encode()).digest()[:16]),
            **({} if nonce is None else {"nonce": nonce}),
            **_signed_in(grant),
        }
        return self._signed("JWT", claims, now, ID_SECONDS)

    def logout(self, client_id: str, subject: str, session: str, now: float) -> str:
        """For the client to end a session of its own (Back-Channel Logout)."""
        claims: dict[str, Any] = {
            "aud": client_id,
            "sub": subject,
            "sid": session,
            "jti": new_name(),
            "events": {LOGOUT_EVENT: {}},
        }
        return self._signed("logout+jwt", claims, now, LOGOUT_SECONDS)

    def told_by(self, id_token: str) -> Mapping[str, Any]:
        """What an ID token of ours says, however old it is; raises ``TokenError`` for another."""
        compact = compact_of(id_token)
        key = keys_in(self.keys.keys().published()).named(compact.header.get("kid"))
        if key is None or compact.header != {"typ": "JWT", "alg": ALGORITHM, "kid": key.id}:
            raise TokenError("The ID token is none of this issuer's.")
        key.verify(compact, ALGORITHM)
        return compact.claims

    def _signed(self, kind: str, claims: Mapping[str, Any], now: float, seconds: int) -> str:
        key = self.keys.keys().current(now)
        header = {"typ": kind, "alg": ALGORITHM, "kid": key.id}
        moments = {"iat": int(now), "exp": int(now) + seconds}
        return jwt.encode(header, {**claims, "iss": self.url, **moments}, key.key, [ALGORITHM])


def _signed_in(grant: Grant) -> Mapping[str, Any]:
    return {"sub": grant.person.subject, "sid": grant.session, "auth_time": grant.signed_in}
