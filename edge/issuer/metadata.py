"""In charge of how the issuer describes itself (OpenID Connect Discovery), and of its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from edge.issuer.asked import CHALLENGE_METHOD, OWN_SCOPES
from edge.issuer.own import ALGORITHM, OwnIssuer
from edge.issuer.parts import Parts


async def metadata(parts: Parts, _request: Request) -> Response:
    """GET: what a client needs to know, and no more than is so."""
    return JSONResponse(described(parts.own), headers={"cache-control": "no-cache"})


async def jwks(parts: Parts, _request: Request) -> Response:
    """GET: the public keys."""
    return JSONResponse(parts.keys.keys().published(), headers={"cache-control": "no-cache"})


def described(own: OwnIssuer) -> Mapping[str, Any]:
    """The issuer's metadata."""
    url = own.url
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/jwks",
        "revocation_endpoint": f"{url}/revoke",
        "end_session_endpoint": f"{url}/logout",
        "scopes_supported": [*OWN_SCOPES, *_scopes(own)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": [CHALLENGE_METHOD],
        "claims_supported": ["sub", "name", "roles", "auth_time", "sid", "nonce"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }


def _scopes(own: OwnIssuer) -> Sequence[str]:
    return sorted({scope for person in own.people for scope in person.scopes})
