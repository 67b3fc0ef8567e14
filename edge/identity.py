"""In charge of credentials in an HTTP request, and of how a refusal is told (RFC 6750, 9449)."""

from __future__ import annotations

import re
from typing import Final

from starlette.types import Scope

from auth import ANONYMOUS, Authenticates, IssuerError, Principal, Shown, TokenError
from edge.errors import HttpError
from edge.requests import Headers
from telemetry import logger

_UNQUOTABLE: Final = re.compile(r'[^\x20-\x7e]|["\\]')
_AGAIN_SECONDS: Final = "5"
_log = logger("auth")


async def who_asks(
    scope: Scope, headers: Headers, authenticator: Authenticates | None, public_url: str | None
) -> Principal:
    """Whose request it is; nobody's, if it shows no credentials. Raises ``HttpError``.

    Credentials that are no good are refused, not passed over: whoever shows some believes to be
    signed in.
    """
    if b"authorization" not in headers:
        return ANONYMOUS
    shown = headers_of(scope, b"authorization")
    proofs = headers_of(scope, b"dpop")
    if authenticator is None:
        raise _refused(TokenError("Nobody can sign in here: no issuer is set."), bound=False)
    try:
        request = Shown(shown, proofs, scope["method"], url_of(scope, public_url))
        return await authenticator.principal(request)
    except TokenError as error:
        raise _refused(error, bound=bool(proofs)) from None
    except IssuerError as error:
        _log.error("issuer_unavailable", reason=str(error.__cause__ or error)[:500])
        again = {"retry-after": _AGAIN_SECONDS}
        raise HttpError(503, error.code, error.message, headers=again) from None


def headers_of(scope: Scope, name: bytes) -> list[str]:
    """All headers of this name, each by itself, which is in lower case as ASGI has it."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def url_of(scope: Scope, public_url: str | None) -> str:
    """The address that was asked, without its query: as the operator says, else the request."""
    host = "".join(headers_of(scope, b"host")[:1])
    origin = public_url or f"{scope['scheme']}://{host}"
    return origin.rstrip("/") + scope["path"]


def _refused(error: TokenError, *, bound: bool) -> HttpError:
    status = 400 if error.error == "invalid_request" else 401
    scheme, said = "DPoP" if bound else "Bearer", _UNQUOTABLE.sub("'", error.message)
    challenge = f'{scheme} error="{error.error}", error_description="{said}"'
    headers = {"www-authenticate": challenge}
    return HttpError(status, error.code, error.message, headers=headers, hint=error.hint)
