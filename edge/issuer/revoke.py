"""In charge of the revocation endpoint (RFC 7009): a client gives its refresh token back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from auth.compact import is_compact
from edge.issuer.errors import OAuthError
from edge.issuer.grants import Grant
from edge.issuer.page import NEVER_KEPT
from edge.issuer.parameters import form_of
from edge.issuer.parts import Parts
from edge.issuer.token import client_of, refused


async def revoke(parts: Parts, request: Request) -> Response:
    """POST: from now on nothing of its sign-in can be refreshed."""
    try:
        form = await form_of(request)
        form.check_once()
        client = client_of(parts, form, request)
        await _end(parts, form.need("token"), client.id)
    except OAuthError as error:
        return refused(error)
    return Response(headers=NEVER_KEPT)


async def _end(parts: Parts, token: str, client_id: str) -> None:
    if is_compact(token):
        message = "Access tokens are not taken back: they end by themselves."
        raise OAuthError("unsupported_token_type", message)
    try:
        grant = Grant.model_validate(parts.opened("refresh_token", token).content)
    except OAuthError:
        return  # it is good for nothing as it is, and that is no error
    if grant.client_id != client_id:
        raise OAuthError("invalid_grant", "The token is another client's.")
    await parts.end(grant.session)
