"""In charge of what is asked of an issuer as its client: codes, tokens, the end of its session.

Authlib writes the requests; `Fetch` sends them, over TLS and in bounded time; nothing of what comes
back is believed here. Why so: docs/decisions/0017-browser-login.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus

from authlib.common import urls
from authlib.oauth2 import rfc7009, rfc7636
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749 import parameters

from auth.discovery import Described
from auth.errors import IssuerError
from auth.fetch import Fetch
from auth.issuers import Login
from auth.login import Transaction, refused

# Authlib says nothing of its types: what it writes is text.
_urls: Any = urls
_pkce: Any = rfc7636
_oauth: Any = parameters
_revocation: Any = rfc7009

_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_OURS: Final = {"invalid_client", "server_error", "temporarily_unavailable"}
"""Refusals that are not about the login: our settings are wrong, or the issuer is not well."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an issuer gives for a code, or for a refresh token."""

    access: str
    identity: str | None
    refresh: str | None
    seconds: float | None
    """How long the access token lasts, if that is said."""


class Client:
    """Ourselves, as the issuer knows us."""

    def __init__(self, login: Login, fetch: Fetch) -> None:
        self._issuer = login.issuer.url
        self._login = login
        self._fetch = fetch
        self.described = Described(login.issuer, fetch)

    async def address(self, state: str, transaction: Transaction) -> str:
        """Where the browser is sent to sign in; raises ``IssuerError``."""
        return _oauth.prepare_grant_uri(
            await self.described.endpoint("authorization_endpoint"),
            client_id=self._login.client_id,
            response_type="code",
            redirect_uri=transaction.redirect_uri,
            scope=" ".join(self._login.scopes),
            state=state,
            nonce=transaction.nonce,
            code_challenge=_pkce.create_s256_code_challenge(transaction.verifier),
            code_challenge_method="S256",
            **self._login.parameters,
        )

    async def exchanged(self, code: str, transaction: Transaction) -> Tokens:
        """What the code stands for; raises ``LoginError`` if it is refused, or ``IssuerError``."""
        return await self._tokens(
            _oauth.prepare_token_request(
                "authorization_code",
                code=code,
                redirect_uri=transaction.redirect_uri,
                code_verifier=transaction.verifier,
            )
        )

    async def refreshed(self, refresh_token: str) -> Tokens:
        """New tokens; raises ``LoginError`` if they are refused, or ``IssuerError``."""
        return await self._tokens(
            _oauth.prepare_token_request("refresh_token", refresh_token=refresh_token)
        )

    async def revoked(self, refresh_token: str) -> None:
        """Has the issuer forget it, if it can (RFC 7009); raises ``IssuerError``."""
        if "revocation_endpoint" not in await self.described.metadata():
            return
        form, _ = _revocation.prepare_revoke_token_request(refresh_token, "refresh_token")
        await self._fetch.told(self._issuer, *await self._signed("revocation_endpoint", form))

    async def farewell(self, id_token: str, back_to: str) -> str | None:
        """Where the browser ends its session at the issuer, if that has such a place.

        Raises ``IssuerError``.
        """
        if "end_session_endpoint" not in await self.described.metadata():
            return None
        told = [
            ("id_token_hint", id_token),
            ("client_id", self._login.client_id),
            ("post_logout_redirect_uri", back_to),
        ]
        return _urls.add_params_to_uri(await self.described.endpoint("end_session_endpoint"), told)

    async def _tokens(self, form: str) -> Tokens:
        url, headers, form = await self._signed("token_endpoint", form)
        answer = await self._fetch.posted(self._issuer, url, headers, form)
        if not answer.good:
            error = answer.content.get("error")
            if not isinstance(error, str) or error in _OURS:
                reason = IssuerError(f"{url} refuses: {error!r:.60}")
                raise IssuerError(f"{self._issuer} gives no tokens now.") from reason
            raise refused(error)
        return _read(answer.content, self._issuer)

    async def _signed(self, endpoint: str, form: str) -> tuple[str, Mapping[str, str], str]:
        """The address, the headers and the form of what we ask there as the client that we are."""
        url = await self.described.endpoint(endpoint)
        method = _method(await self.described.metadata(), endpoint, self._login)
        # RFC 6749, 2.3.1: in a header both are written as in a form, which Authlib leaves to us.
        write = quote_plus if method == "client_secret_basic" else str
        known: Any = ClientAuth(
            write(self._login.client_id), write(self._login.client_secret or ""), method
        )
        return known.prepare("POST", url, dict(_FORM), form)


def _method(metadata: Mapping[str, Any], endpoint: str, login: Login) -> str:
    """How we prove there who we are; as for tokens, if nothing is said of it (RFC 8414)."""
    if login.client_secret is None:
        return "none"
    said = [f"{each}_auth_methods_supported" for each in (endpoint, "token_endpoint")]
    taken = next((metadata[name] for name in said if name in metadata), None)
    basic = not isinstance(taken, list) or "client_secret_basic" in taken
    return "client_secret_basic" if basic else "client_secret_post"


def _read(content: Mapping[str, Any], issuer: str) -> Tokens:
    match content:
        case {"access_token": str(access), "token_type": str(kind)} if kind.lower() == "bearer":
            pass
        case _:
            raise IssuerError(f"{issuer} gives tokens that are none of a bearer's.")
    seconds: Any = content.get("expires_in")
    lasts = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0
    return Tokens(
        access,
        _text(content.get("id_token")),
        _text(content.get("refresh_token")),
        seconds if lasts else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
