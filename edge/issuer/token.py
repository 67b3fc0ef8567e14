"""In charge of the token endpoint: tokens for a code, or for a refresh token, each taken once."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.compact import text_of
from edge.issuer.asked import scopes_in
from edge.issuer.clients import Client
from edge.issuer.errors import OAuthError
from edge.issuer.grants import SESSION_SECONDS, Code, Grant
from edge.issuer.page import NEVER_KEPT
from edge.issuer.parameters import Parameters, form_of
from edge.issuer.parts import Parts
from edge.issuer.tokens import ACCESS_SECONDS

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


async def token(parts: Parts, request: Request) -> Response:
    """POST: the tokens as JSON, or what is wrong in OAuth's words (RFC 6749, section 5)."""
    try:
        form = await form_of(request)
        form.check_once()
        client = client_of(parts, form, request)
        answer = await _granted(parts, form, client)
    except OAuthError as error:
        return refused(error)
    return JSONResponse(answer, headers=NEVER_KEPT)


def client_of(parts: Parts, form: Parameters, request: Request) -> Client:
    """Who asks; raises ``OAuthError`` if that is no client of ours."""
    if "authorization" in request.headers or form.get("client_secret"):
        message = "The clients here are public ones: they have no secret to show."
        raise OAuthError("invalid_client", message, status=401)
    client = parts.clients.get(form.need("client_id"))
    if client is None:
        raise OAuthError("invalid_client", "There is no client of this client_id.", status=401)
    return client


async def _granted(parts: Parts, form: Parameters, client: Client) -> Mapping[str, Any]:
    match form.need("grant_type"):
        case "authorization_code":
            return await _redeemed(parts, form, client)
        case "refresh_token":
            return await _refreshed(parts, form, client)
        case _:
            message = "The grant_type must be authorization_code or refresh_token."
            raise OAuthError("unsupported_grant_type", message)


async def _redeemed(parts: Parts, form: Parameters, client: Client) -> Mapping[str, Any]:
    taken = parts.opened("code", form.need("code"))
    code = Code.model_validate(taken.content)
    if code.grant.client_id != client.id:
        raise OAuthError("invalid_grant", "The code is another client's.")
    if form.need("redirect_uri") != code.redirect_uri:
        raise OAuthError("invalid_grant", "The redirect_uri is not that of the code.")
    _check_verifier(form.need("code_verifier"), code.challenge)
    await parts.take(taken, code.grant.session)
    return _tokens(parts, code.grant, code.nonce)


async def _refreshed(parts: Parts, form: Parameters, client: Client) -> Mapping[str, Any]:
    taken = parts.opened("refresh_token", form.need("refresh_token"))
    grant = Grant.model_validate(taken.content)
    if grant.client_id != client.id:
        raise OAuthError("invalid_grant", "The refresh_token is another client's.")
    if await parts.ended(grant.session):
        raise OAuthError("invalid_grant", "The session has ended.")
    asked = scopes_in(form.get("scope")) or grant.scopes
    if not set(asked) <= set(grant.scopes):
        raise OAuthError("invalid_scope", "The scope is more than was granted.")
    await parts.take(taken, grant.session)
    return _tokens(parts, grant, None, asked)


def _check_verifier(verifier: str, challenge: str) -> None:
    digest = hashlib.sha256(verifier.encode()).digest()
    fits = hmac.compare_digest(text_of(digest), challenge)
    if not (_VERIFIER.fullmatch(verifier) and fits):
        raise OAuthError("invalid_grant", "The code_verifier is not that of the code_challenge.")


def _tokens(
    parts: Parts, grant: Grant, nonce: str | None, asked: Sequence[str] | None = None
) -> Mapping[str, Any]:
    """The answer. A refresh token stays as wide as the grant, and ends when it does."""
    now = parts.clock()
    given = grant if asked is None else grant.narrowed(asked)
    access = parts.tokens.access(given, now)
    until = grant.signed_in + SESSION_SECONDS
    answer = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(given.scopes),
        "refresh_token": parts.sealed("refresh_token", grant.model_dump(mode="json"), until),
    }
    if "openid" in given.scopes:
        answer["id_token"] = parts.tokens.id(given, access, nonce, now)
    return answer


def refused(error: OAuthError) -> Response:
    """What is wrong, in OAuth's words (RFC 6749, section 5.2)."""
    body = {"error": error.error, "error_description": error.description}
    known = error.error != "invalid_client"
    challenge = {} if known else {"www-authenticate": 'Basic realm="issuer"'}
    return JSONResponse(body, error.status, headers={**NEVER_KEPT, **challenge})
