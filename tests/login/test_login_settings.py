"""Which settings let browsers sign in, and which are refused before anything starts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from settings import Settings

ISSUER = {"url": "https://issuer.test", "audience": "api", "client_id": "us", "login": True}
PRODUCTION = {
    "environment": "production",
    "public_url": "https://app.test",
    "redis_url": "redis://127.0.0.1:1",
}


def settings(*issuers: dict[str, Any], **more: Any) -> Settings:
    """As of an environment that says only this."""
    return Settings(_env_file=None, issuers=issuers, **more)  # type: ignore[call-arg]


def test_a_login() -> None:
    """As those take it who sign browsers in; its secret is not shown."""
    more = {"client_secret": "hunter2", "login_parameters": {"audience": "api"}}
    login = settings(ISSUER | more, {"url": "https://b.test", "audience": "b"}, **PRODUCTION).login
    assert login is not None
    assert (login.issuer.url, login.client_id) == ("https://issuer.test", "us")
    assert (login.scopes, login.parameters) == (("openid", "profile", "email"), {"audience": "api"})
    assert login.client_secret == "hunter2"
    assert "hunter2" not in repr(login)


def test_nobody_signs_in_unless_it_is_said() -> None:
    """Issuers alone make no login."""
    assert settings(ISSUER | {"login": False}).login is None


@pytest.mark.parametrize(
    ("issuers", "more", "reason"),
    [
        ([ISSUER | {"client_id": None}], {}, "login needs client_id"),
        ([ISSUER | {"login_scopes": ["profile"]}], {}, "openid in login_scopes"),
        ([ISSUER | {"login_parameters": {"state": "x"}}], {}, "of its own"),
        ([ISSUER | {"login_parameters": {"code_challenge_method": "plain"}}], {}, "of its own"),
        ([ISSUER, ISSUER | {"url": "https://b.test"}], {}, "two with login"),
        ([ISSUER], {"public_url": "http://app.test"}, "https://"),
        ([ISSUER], {**PRODUCTION, "public_url": None}, "PUBLIC_URL"),
        ([ISSUER], {**PRODUCTION, "redis_url": None}, "REDIS_URL"),
        ([ISSUER], {"session_idle": 0}, "greater than 0"),
    ],
)
def test_what_cannot_be(issuers: list[dict[str, Any]], more: dict[str, Any], reason: str) -> None:
    """The reason is told."""
    with pytest.raises(ValidationError, match=reason):
        settings(*issuers, **more)


def test_on_this_machine_it_may_be_without_tls() -> None:
    """Browsers hold it to be as good."""
    assert settings(ISSUER, public_url="http://localhost:8000").login
