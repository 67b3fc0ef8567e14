"""In charge of the pages that the issuer shows: to sign in, and to say what is wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from starlette.responses import HTMLResponse, Response

from edge.issuer.people import Person

FOLDER: Final = Path(__file__).parent
_MOST_SHOWN: Final = 200

NEVER_KEPT: Final = {"cache-control": "no-store", "pragma": "no-cache"}
_PROTECTION: Final = {
    **NEVER_KEPT,
    # Not `no-referrer`, with which a browser would not say whose form it sends.
    "referrer-policy": "same-origin",
}
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "
)


def login_page(
    query: str,
    people: Sequence[Person],
    *,
    origin: str,
    problem: str | None = None,
    asked: str = "",
) -> Response:
    """Whom to sign in as, for the authorization request of this query.

    ``origin`` is where the answer will lead to, which browsers want to be told. Everything that is
    put in is escaped.
    """
    values = {
        "query": escape(query),
        "people": "\n".join(map(_button, people)),
        "problem": f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        "open": "" if people and not problem else " open",
        "asked": escape(asked),
    }
    return _page("login.html", values, f"'self' {origin}", 400 if problem else 200)


def message_page(title: str, text: str, *, status: int, link: str | None = None) -> Response:
    """A page that says one thing, and leads on if it is known where to."""
    on = f'<p><a href="{escape(link)}">Go on</a></p>' if link else ""
    values = {"title": escape(title), "text": escape(text), "link": on}
    return _page("message.html", values, "'none'", status)


def _page(name: str, values: dict[str, str], targets: str, status: int) -> Response:
    html = Template((FOLDER / name).read_text("utf-8")).substitute(values)
    headers = {**_PROTECTION, "content-security-policy": _POLICY + targets}
    return HTMLResponse(html, status, headers=headers)


def _button(person: Person) -> str:
    said = [("roles", " ".join(person.roles)), ("scopes", " ".join(person.scopes))]
    said += [(name, json.dumps(value)) for name, value in person.claims.items()]
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(_short(value))}</dd>" for name, value in said if value
    )
    about = f"<span>{escape(person.about)}</span>" if person.about else ""
    return (
        f'<li><button name="person" value="{escape(person.subject)}">'
        f"<strong>{escape(person.title)}</strong>{about}</button><dl>{facts}</dl></li>"
    )


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
