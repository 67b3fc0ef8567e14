"""In charge of the addresses by which browsers sign in and out, and ask who they are.

`docs/access.md` says what each does. Only the first two are to be opened; pages fetch the others.
"""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from auth import Late, SignsIn, TokenError
from auth.login import SECONDS, is_own_path
from catalog.errors import BigraphError
from edge.cookies import LOGIN, SESSION, cookie_of, forgotten, kept
from edge.errors import HttpError, refusal_body
from edge.forms import form_content
from edge.identity import refusal
from edge.media import wants_page
from edge.requests import headers_in
from edge.sites import check_site, own_origin
from telemetry import logger

_MOST_BYTES: Final = 65_536
_MOST_PARAMETERS: Final = 20
# None of it is to be kept by a cache, nor the address with its code told to another site.
_PRIVATE: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
_PAGE_POLICY: Final = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Bigraph</title>
<h1>{message}</h1><p>{hint}</p><p><a href="{again}">Sign in</a></p></html>
"""
_log = logger("auth")

_Answers = Callable[[Request], Awaitable[Response]]


def routes(browsers: Late[SignsIn], public_url: str | None) -> list[BaseRoute]:
    """`/auth/login`, `/auth/callback`, `/auth/session`, `/auth/logout`, `/auth/backchannel-logout`.

    `public_url` is where clients find this server, if that is not what their requests say.
    """
    pages = Pages(browsers, public_url)
    return [
        Route("/auth/login", _told(pages.login), methods=["GET"]),
        Route("/auth/callback", _told(pages.callback), methods=["GET"]),
        Route("/auth/session", _told(pages.session), methods=["GET"]),
        Route("/auth/logout", _told(pages.logout), methods=["POST"]),
        Route("/auth/backchannel-logout", _told(pages.ended), methods=["POST"]),
    ]


class Pages:
    """An answer for each address."""

    def __init__(self, browsers: Late[SignsIn], public_url: str | None) -> None:
        self._browsers = browsers
        self._public_url = public_url

    async def login(self, request: Request) -> Response:
        """Sends the browser to the issuer; `return_to` is where it goes once it is signed in."""
        origin = own_origin(request.scope, self._public_url)
        return_to = request.query_params.get("return_to", f"{urlsplit(origin).path}/")
        if not is_own_path(return_to):
            raise HttpError(400, "BAD_REQUEST", "`return_to` must be a path of this server.")
        begun = await (await self._browsers.ready()).begin(
            origin, return_to, cookie_of(request.scope, LOGIN)
        )
        return _redirect(begun.url, kept(LOGIN, begun.browser, SECONDS))

    async def callback(self, request: Request) -> Response:
        """Takes the browser back from the issuer."""
        answer = dict(request.query_params)
        if len(answer) < len(request.query_params.multi_items()):
            raise HttpError(400, "LOGIN_FAILED", "The issuer's answer says something twice.")
        scope = request.scope
        signed_in = await (await self._browsers.ready()).finish(
            answer, cookie_of(scope, LOGIN), cookie_of(scope, SESSION)
        )
        return _redirect(signed_in.return_to, kept(SESSION, signed_in.session))

    async def session(self, request: Request) -> Response:
        """Who is signed in, as a page may know it: null if nobody is."""
        session, who = cookie_of(request.scope, SESSION), None
        if session is not None:
            check_site(request.scope, headers_in(request.scope), self._public_url)
            who = await (await self._browsers.ready()).described(session)
        return JSONResponse({"session": who})

    async def logout(self, request: Request) -> Response:
        """Ends the session here, and says where the browser is to go to end the issuer's."""
        check_site(request.scope, headers_in(request.scope), self._public_url)
        back_to = f"{own_origin(request.scope, self._public_url)}/"
        location = await (await self._browsers.ready()).log_out(
            cookie_of(request.scope, SESSION), back_to
        )
        response = JSONResponse({"location": location})
        response.headers.append(*forgotten(SESSION))
        return response

    async def ended(self, request: Request) -> Response:
        """The issuer ends sessions; the answers are those of Back-Channel Logout 1.0."""
        try:
            await (await self._browsers.ready()).ended_by_issuer(await _logout_token(request))
        except BigraphError as error:
            _log.warning("logout_token_refused", reason=error.message)
            told = {"error": "invalid_request", "error_description": error.message}
            return JSONResponse(told, 400)
        return Response()


async def _logout_token(request: Request) -> str:
    try:
        content = await form_content(request, _MOST_BYTES)
    except ValueError as error:
        raise TokenError(str(error)) from None
    try:
        form = parse_qsl(content.decode(), max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise TokenError("The body is no form.") from None
    tokens = [value for name, value in form if name == "logout_token"]
    if len(tokens) != 1:
        raise TokenError("The body holds no logout_token, or several.")
    return tokens[0]


def _redirect(url: str, cookie: tuple[str, str]) -> Response:
    response = RedirectResponse(url, 303)
    response.headers.append(*cookie)
    return response


def _told(answers: _Answers) -> _Answers:
    """The same, which tells what goes wrong: a person by a page, a program by JSON."""

    @wraps(answers)
    async def answer(request: Request) -> Response:
        try:
            response = await answers(request)
        except BigraphError as error:
            response = _refused(request, refusal(error))
        response.headers.update(_PRIVATE)
        return response

    return answer


def _refused(request: Request, error: HttpError) -> Response:
    _log.warning("login_refused", path=request.url.path, code=error.http_code, reason=error.message)
    if not wants_page(request.headers.get("accept", "")):
        body = {"errors": [refusal_body(error)]}
        return JSONResponse(body, error.status, headers=error.headers)
    told = {"message": error.message, "hint": error.hint or "", "again": "login"}
    page = _PAGE.format_map({name: html.escape(text) for name, text in told.items()})
    return HTMLResponse(
        page, error.status, headers={**error.headers, "content-security-policy": _PAGE_POLICY}
    )
