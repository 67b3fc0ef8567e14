"""In charge of authorization requests: what a client asks for, and whether it may."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from edge.issuer.clients import Client
from edge.issuer.errors import OAuthError
from edge.issuer.parameters import Parameters

CHALLENGE_METHOD: Final = "S256"
OWN_SCOPES: Final = ("openid", "profile", "offline_access")
"""Those that say something to the issuer itself, and are for everybody."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_SCOPES: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")
_NOT_TAKEN: Final = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
_MOST: Final = 4096
"""Characters that a client may have handed back to it, or put into a token."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the answer goes: to nobody but the client, at an address that is registered."""

    client: Client
    uri: str
    state: str | None
    issuer: str

    def address(self, **answer: str) -> str:
        """The answer as an address; it says which issuer gives it (RFC 9207)."""
        state = {} if self.state is None else {"state": self.state}
        return f"{self.uri}?{urlencode({**answer, **state, 'iss': self.issuer})}"

    def refused(self, error: OAuthError) -> str:
        """The same for a refusal."""
        return self.address(error=error.error, error_description=error.description)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks for."""

    scopes: Sequence[str]
    challenge: str
    nonce: str | None


def target_of(parameters: Parameters, clients: Mapping[str, Client], issuer: str) -> Target:
    """Who asks; raises ``OAuthError`` for what must not be redirected to anywhere."""
    client = clients.get(parameters.need("client_id"))
    if client is None:
        raise OAuthError("invalid_client", "There is no client of this client_id.")
    uri = parameters.need("redirect_uri")
    if uri not in client.redirect_uris:
        raise OAuthError("invalid_request", "The redirect_uri is not one of the client's.")
    try:
        state = parameters.get("state")
    except OAuthError:
        state = None  # which of them is meant is unclear; the refusal says so
    return Target(client, uri, state, issuer)


def asked_of(parameters: Parameters, audience: str) -> Asked:
    """What is asked for; raises ``OAuthError`` for what is to be told to the client."""
    parameters.check_once()
    for name, error in _NOT_TAKEN.items():
        if parameters.get(name):
            raise OAuthError(error, f"{name} is not taken.")
    if parameters.need("response_type") != "code":
        raise OAuthError("unsupported_response_type", "The response_type must be code.")
    if parameters.get("response_mode") not in {None, "query"}:
        raise OAuthError("invalid_request", "The response_mode must be query.")
    if parameters.get("resource") not in {None, audience}:
        raise OAuthError("invalid_target", f"The one resource here is {audience}.")
    if parameters.get("code_challenge_method") != CHALLENGE_METHOD:
        message = f"The code_challenge_method must be {CHALLENGE_METHOD}."
        raise OAuthError("invalid_request", message)
    challenge = parameters.need("code_challenge")
    if not _CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "The code_challenge is no SHA-256 in base64url.")
    nonce = parameters.get("nonce")
    if len(nonce or "") + len(parameters.get("state") or "") > _MOST:
        raise OAuthError("invalid_request", f"state and nonce are over {_MOST} characters.")
    scopes = scopes_in(parameters.get("scope"))
    if "none" in (parameters.get("prompt") or "").split():
        raise OAuthError("login_required", "Nobody stays signed in here.")
    return Asked(scopes, challenge, nonce)


def scopes_in(text: str | None) -> Sequence[str]:
    """The scopes that are listed, each once; raises ``OAuthError``."""
    if text is None:
        return ()
    if not _SCOPES.fullmatch(text) or len(text) > _MOST:
        raise OAuthError("invalid_scope", "The scope is no list of scopes with spaces between.")
    return tuple(dict.fromkeys(text.split(" ")))


def granted(asked: Sequence[str], own: Sequence[str]) -> Sequence[str]:
    """What somebody who has these scopes gives to a client.

    Who asks for nothing of this server's is given all that there is (RFC 6749, section 3.3).
    """
    wanted = of_the_server(asked)
    given = [scope for scope in of_the_server(own) if scope in wanted or not wanted]
    return (*(scope for scope in asked if scope in OWN_SCOPES), *given)


def of_the_server(scopes: Sequence[str]) -> Sequence[str]:
    """Those that are for the server, and not for the issuer itself."""
    return [scope for scope in scopes if scope not in OWN_SCOPES]
