"""`docs/access.md` says what the settings, profiles and limits say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.routing import Route

from auth import compact, dpop, fetch, introspection, keyring, known, login, sessions
from auth.profiles import CLIENT, PROFILES
from edge.issuer import command, grants, people_in, tokens
from edge.issuer import keys as issuer_keys
from edge.login import routes
from edge.sites import PREFLIGHT
from settings import IssuerSettings, Settings

TEXT = (Path(__file__).parents[2] / "docs" / "access.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\[\{.*?\}\]$", TEXT, re.MULTILINE | re.DOTALL)


def test_every_member_is_documented_as_it_is() -> None:
    """Name, default and description of each, in the class's order; and no other."""
    expected = [
        (name, _written(field.default) if field.default else "", field.description)
        for name, field in IssuerSettings.model_fields.items()
        if not field.is_required() or name in {"url", "audience"}
    ]
    table = TEXT.partition("| member |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \| (.*?) \|$", table, re.MULTILINE)
    expected = [
        (name, "" if default == "PydanticUndefined" else default, text)
        for name, default, text in expected
    ]
    assert [(name, default.strip("` "), text) for name, default, text in rows] == expected


def _written(default: object) -> str:
    """As it stands in `ISSUERS`, if it is a list."""
    return json.dumps(default) if isinstance(default, tuple) else str(default)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_settings(example: str) -> None:
    """Each can be pasted, and is of a profile."""
    settings = Settings(_env_file=None, issuers=example)  # type: ignore[call-arg]
    (issuer,) = settings.issuers
    assert issuer.issuer.profile is PROFILES[json.loads(example)[0]["profile"]]


def test_every_profile_has_an_example_and_a_row() -> None:
    """The row names the claims that are read."""
    assert {json.loads(example)[0]["profile"] for example in EXAMPLES} == set(PROFILES)
    for name, profile in PROFILES.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*$", TEXT, re.MULTILINE)
        paths = [".".join(path).replace(CLIENT, "CLIENT") for path in profile.roles]
        for claim in (*profile.audience, *profile.scopes, *paths, *profile.one_of):
            assert claim in row


def test_the_people_shown_can_be_signed_in_as() -> None:
    """The example can be pasted into a file."""
    (example,) = re.findall(r"^\[\n.*?^\]$", TEXT, re.MULTILINE | re.DOTALL)
    (person,) = people_in(example.encode(), "docs/access.md")
    assert person.claims == {"airline": "UA"}


def test_limits_are_those_of_the_issuer() -> None:
    """Seconds."""
    assert command.SECONDS == 3600
    assert tokens.ACCESS_SECONDS == 300
    assert grants.SESSION_SECONDS == 8 * 3600
    assert issuer_keys.SIGNS_SECONDS == issuer_keys.KEPT_SECONDS == 86_400


def test_limits_are_those_of_the_code() -> None:
    """Seconds and sizes."""
    for limit in (compact.MOST_CHARACTERS, known.MOST_KNOWN):
        assert f"{limit:,}" in TEXT
    assert keyring.FRESH_SECONDS == 300
    assert keyring.COOL_DOWN == 30
    assert fetch.SECONDS == 5
    assert introspection.POSITIVE_SECONDS == 30
    assert introspection.NEGATIVE_SECONDS == 10
    assert dpop.WINDOW == 60


def test_addresses_and_limits_of_logins() -> None:
    """Every route has its row, and seconds are those of the code."""
    paths = {route.path for route in routes(cast("Any", None), None) if isinstance(route, Route)}
    assert set(re.findall(r"^\| `(?:GET|POST) (/auth/[a-z-]+)", TEXT, re.MULTILINE)) == paths
    for name in PREFLIGHT:
        assert name.decode() in TEXT.lower()
    assert login.SECONDS == 600
    assert sessions.AHEAD == 60
