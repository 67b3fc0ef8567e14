"""In charge of signing out: the end of a session here, and at the client that it was made for."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from auth.errors import TokenError
from edge.issuer.clients import Client
from edge.issuer.errors import OAuthError
from edge.issuer.page import NEVER_KEPT, message_page
from edge.issuer.parameters import Parameters, form_of, parameters_in
from edge.issuer.parts import Parts
from telemetry import logger

SECONDS: Final = 5.0
"""How long a client may take to hear of it."""

_log = logger("issuer")


async def end_session(parts: Parts, request: Request) -> Response:
    """GET or POST (RP-Initiated Logout): ends what the ID token names, and leads back."""
    try:
        posted = request.method == "POST"
        query = request.scope["query_string"]
        parameters = await form_of(request) if posted else parameters_in(query)
        parameters.check_once()
        client, subject, session = _named(parts, parameters)
        address = _back(parameters, client)
    except OAuthError as error:
        return message_page("Cannot sign out", error.description, status=error.status)
    await parts.end(session)
    token = parts.tokens.logout(client.id, subject, session, parts.clock())
    await _tell(client.backchannel_logout_uri, token)
    if address is None:
        return message_page("Signed out", "You are signed out.", status=200)
    return RedirectResponse(address, 303, headers=NEVER_KEPT)


def _named(parts: Parts, parameters: Parameters) -> tuple[Client, str, str]:
    """Whose session of which client; raises ``OAuthError``.

    There is no session but those of clients, so without an ID token there is nothing to end.
    """
    try:
        claims = parts.tokens.told_by(parameters.need("id_token_hint"))
    except TokenError as error:
        raise OAuthError("invalid_request", error.message) from None
    client = parts.clients.get(claims["aud"])
    if client is None or parameters.get("client_id") not in {None, client.id}:
        raise OAuthError("invalid_request", "The ID token is another client's.")
    return client, claims["sub"], claims["sid"]


def _back(parameters: Parameters, client: Client) -> str | None:
    uri, state = parameters.get("post_logout_redirect_uri"), parameters.get("state")
    if uri is None:
        return None
    if uri not in client.post_logout_redirect_uris:
        message = "The post_logout_redirect_uri is not one of the client's."
        raise OAuthError("invalid_request", message)
    return f"{uri}?{urlencode({'state': state})}" if state else uri


async def _tell(address: str, token: str) -> None:
    """Back-channel logout. Who cannot be told is not waited for: the session here has ended."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = await client.post(address, data={"logout_token": token})
        if not answer.is_success:
            _log.warning("client_not_told", client=address, status=answer.status_code)
    except httpx.HTTPError as error:
        _log.warning("client_not_told", client=address, reason=str(error) or type(error).__name__)
