"""In charge of the authorization endpoint: the login page, and the code for whoever was chosen.

parameters → target, else a page → what is asked, else a refusal to the client → page → code
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from edge.issuer.asked import (
    Asked,
    Target,
    asked_of,
    granted,
    of_the_server,
    scopes_in,
    target_of,
)
from edge.issuer.clients import origin_of
from edge.issuer.errors import OAuthError
from edge.issuer.grants import CODE_SECONDS, Code, Grant, new_name
from edge.issuer.page import NEVER_KEPT, login_page, message_page
from edge.issuer.parameters import Parameters, content_of, form_of, parameters_in
from edge.issuer.parts import Parts
from edge.issuer.people import Person, reason_of


async def authorize(parts: Parts, request: Request) -> Response:
    """GET, or POST as OpenID Connect has it: the login page."""
    try:
        posted = request.method == "POST"
        query = await content_of(request) if posted else request.scope["query_string"]
    except OAuthError as error:
        return _shown(error)
    return _answered(parts, query, None)


async def login(parts: Parts, request: Request) -> Response:
    """POST from the login page: a code for the client, by way of the browser."""
    try:
        _check_own(parts, request)
        form = await form_of(request)
        return _answered(parts, form.need("query").encode(), form)
    except OAuthError as error:
        return _shown(error)


def _answered(parts: Parts, query: bytes, form: Parameters | None) -> Response:
    """The page, if there is no form; else what the form decides."""
    try:
        parameters = parameters_in(query)
        target = target_of(parameters, parts.clients, parts.own.url)
    except OAuthError as error:
        return _shown(error)
    try:
        asked = asked_of(parameters, parts.own.audience)
    except OAuthError as error:
        return _to(target.refused(error))
    if form and form.get("cancel"):
        return _to(target.refused(OAuthError("access_denied", "Nobody wanted to sign in.")))
    return _chosen(parts, query, target, asked, form)


def _chosen(
    parts: Parts, query: bytes, target: Target, asked: Asked, form: Parameters | None
) -> Response:
    problem = None
    if form:
        try:
            person = person_in(form, {each.subject: each for each in parts.own.people})
            return _to(target.address(code=_code(parts, target, asked, person)))
        except OAuthError as error:
            problem = error.description
    return login_page(
        query.decode("ascii"),
        parts.own.people,
        origin=origin_of(target.uri),
        problem=problem,
        asked=" ".join(of_the_server(asked.scopes)),
    )


def person_in(form: Parameters, people: Mapping[str, Person]) -> Person:
    """Who was chosen, or described; raises ``OAuthError``, which says what is wrong."""
    chosen = form.get("person")
    if chosen is not None:
        if chosen not in people:
            raise OAuthError("invalid_request", "There is no such person.")
        return people[chosen]
    try:
        claims = json.loads(form.get("claims") or "{}")
        return Person(
            subject=form.get("subject") or "",
            roles=tuple((form.get("roles") or "").split()),
            scopes=tuple(scopes_in(" ".join((form.get("scopes") or "").split()) or None)),
            claims=claims,
        )
    except ValidationError as error:
        raise OAuthError("invalid_request", f"{reason_of(error)}.") from None
    except (ValueError, RecursionError):
        raise OAuthError("invalid_request", "The claims are no JSON object.") from None


def _code(parts: Parts, target: Target, asked: Asked, person: Person) -> str:
    now = parts.clock()
    scopes = granted(asked.scopes, person.scopes)
    grant = Grant(
        person=person,
        client_id=target.client.id,
        scopes=tuple(scopes),
        signed_in=int(now),
        session=new_name(),
    )
    code = Code(grant=grant, redirect_uri=target.uri, challenge=asked.challenge, nonce=asked.nonce)
    return parts.sealed("code", code.model_dump(mode="json"), now + CODE_SECONDS)


def _check_own(parts: Parts, request: Request) -> None:
    """Raises ``OAuthError`` for a form that a page of somebody else's has sent."""
    sent = request.headers.get("origin")
    if sent is not None and sent not in parts.origins:
        raise OAuthError("invalid_request", "The form is not of this issuer's page.", status=403)


def _to(address: str) -> Response:
    headers = {**NEVER_KEPT, "referrer-policy": "no-referrer"}
    return RedirectResponse(address, 303, headers=headers)


def _shown(error: OAuthError) -> Response:
    title = f"Cannot sign in: {error.error}"
    return message_page(title, error.description, status=error.status)
