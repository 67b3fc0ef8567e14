"""In charge of credentials in an HTTP request, and of how a refusal is told (RFC 6750, 9449)."""

from __future__ import annotations

import re
from typing import Final

from starlette.types import Scope

from auth import ANONYMOUS, IssuerError, Principal, SessionError, Shown, TokenError, Vouched
from catalog.errors import BigraphError
from datasources.errors import SessionsError
from edge.cookies import SESSION, cookie_of
from edge.errors import HttpError, again
from edge.graph import Graph
from edge.requests import Headers, headers_of
from edge.sites import address_of, check_site
from telemetry import logger

_UNQUOTABLE: Final = re.compile(r'[^\x20-\x7e]|["\\]')
_AGAIN_SECONDS: Final = 5
_log = logger("auth")


def shows_any(headers: Headers) -> bool:
    """Whether a request shows credentials of any kind that `who_asks` looks at."""
    return b"authorization" in headers or b"cookie" in headers


async def who_asks(scope: Scope, headers: Headers, graph: Graph) -> Principal:
    """Whose request it is; nobody's, if it shows no credentials. Raises ``HttpError``.

    Credentials that are no good are refused, not passed over: whoever shows some believes to be
    signed in. A header goes before a cookie: a page writes it on purpose, a cookie comes by itself.
    """
    shown = headers.get(b"authorization")
    if shown is not None:
        known = None
        if graph.authenticator is not None and b"dpop" not in headers:
            known = graph.authenticator.recalled(shown)
        return known or (await vouched_by_header(scope, graph)).principal
    if graph.browsers is not None and b"cookie" in headers:
        session = cookie_of(scope, SESSION)
        if session is not None:
            check_site(scope, headers, graph.public_url)
            return await by_cookie(graph, session)
    return ANONYMOUS


async def vouched_by_header(scope: Scope, graph: Graph) -> Vouched:
    """Whose token an `Authorization` header shows. Raises ``HttpError``."""
    shown = headers_of(scope, b"authorization")
    proofs = headers_of(scope, b"dpop")
    if graph.authenticator is None:
        raise _challenged(TokenError("Nobody can sign in here: no issuer is set."), bound=False)
    try:
        url = address_of(scope, graph.public_url) + scope["path"]
        return await graph.authenticator.vouched(Shown(shown, proofs, scope["method"], url))
    except TokenError as error:
        raise _challenged(error, bound=bool(proofs)) from None
    except IssuerError as error:
        raise refusal(error) from None


async def by_cookie(graph: Graph, session: str) -> Principal:
    """Who is signed in by the cookie of a session. Raises ``HttpError``."""
    assert graph.browsers is not None  # noqa: S101 (or the cookie would be none of ours)
    try:
        return await (await graph.browsers.ready()).principal(session)
    except (SessionError, SessionsError, IssuerError) as error:
        raise refusal(error) from None


async def whose_page(scope: Scope, graph: Graph) -> Principal:
    """Whom a page is for, wherever it was opened from; nobody if the session is no good.

    What it then asks for is looked at like any other request.
    """
    try:
        session = None if graph.browsers is None else cookie_of(scope, SESSION)
        return ANONYMOUS if session is None else await by_cookie(graph, session)
    except HttpError:
        return ANONYMOUS


def refusal(error: BigraphError) -> HttpError:
    """How it is told that somebody cannot be signed in, or out."""
    match error:
        case HttpError():
            return error
        case IssuerError():
            _log.error("issuer_unavailable", reason=str(error.__cause__ or error)[:500])
            return HttpError(503, error.code, error.message, details=again(_AGAIN_SECONDS))
        case SessionsError():
            later = again(_AGAIN_SECONDS)
            return HttpError(503, error.code, error.message, hint=error.hint, details=later)
        case SessionError():
            challenge = {"www-authenticate": "Bearer"}
            return HttpError(401, error.code, error.message, headers=challenge, hint=error.hint)
        case _:
            return HttpError(400, error.code, error.message, hint=error.hint)


def _challenged(error: TokenError, *, bound: bool) -> HttpError:
    status = 400 if error.error == "invalid_request" else 401
    scheme, said = "DPoP" if bound else "Bearer", _UNQUOTABLE.sub("'", error.message)
    challenge = f'{scheme} error="{error.error}", error_description="{said}"'
    headers = {"www-authenticate": challenge}
    return HttpError(status, error.code, error.message, headers=headers, hint=error.hint)
