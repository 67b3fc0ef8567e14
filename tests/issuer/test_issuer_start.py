"""When there is a development issuer, whom it offers, and tokens of it by the command line."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import ROOT, Running, _without_settings
from visiting import claims_of

from development import own_issuer, print_token, sign_in_hint
from edge.issuer import OwnIssuer, PeopleError, people_in
from packages import StartError
from settings import Settings

THING = """
from pydantic import BaseModel

class Thing(BaseModel):
    __collection__ = "things"

    id: str
"""
LOCAL = ("127.0.0.1", 8000)
ISSUERS = json.dumps([{"url": "https://issuer.test", "audience": "api"}])


def settings(folder: Path, **more: Any) -> Settings:
    """Those of a server on a folder, whatever this machine's are."""
    return Settings(_env_file=None, data_dir=folder, **more)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ({"environment": "production"}, LOCAL),
        ({"issuers": ISSUERS}, LOCAL),
        ({}, ("0.0.0.0", 8000)),  # noqa: S104 (it is what must not be)
        ({}, ("::", 8000)),
        ({}, ("192.0.2.1", 8000)),
        ({"public_url": "https://api.test"}, LOCAL),
        ({"public_url": "http://127.0.0.1.api.test"}, LOCAL),
        ({"public_url": "http://127.0.0.1:8000"}, ("0.0.0.0", 8000)),  # noqa: S104
    ],
)
def test_where_there_is_none(tmp_path: Path, more: dict[str, Any], address: tuple[str, int]):
    """In production, beside other issuers, and where others could come to it."""
    assert own_issuer(settings(tmp_path, **more), address) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "address", "url"),
    [
        ({}, LOCAL, "http://127.0.0.1:8000/issuer"),
        ({}, ("::1", 8001), "http://[::1]:8001/issuer"),
        ({"public_url": "http://localhost:3000/"}, LOCAL, "http://localhost:3000/issuer"),
    ],
)
def test_where_there_is_one(
    tmp_path: Path, more: dict[str, Any], address: tuple[str, int], url: str
):
    """On this machine, by the address that clients know; the sample's people are offered."""
    own = own_issuer(settings(tmp_path, **more), address)
    assert own is not None
    assert own.url == own.believed().url == url
    assert {person.subject for person in own.people} >= {"traveller", "dispatcher", "admin"}


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    """One line that names the setting."""
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="DATA_DIR"):
        own_issuer(settings(tmp_path / "file"), LOCAL)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "JSON"),
        ("{}", "array"),
        ("[{}]", "0.subject"),
        ('[{"subject": ""}]', "0.subject"),
        ('[{"subject": "a", "role": "b"}]', "0.role"),
        ('[{"subject": "a", "roles": "b"}]', "0.roles"),
        ('[{"subject": "a"}, {"subject": "a", "scopes": ["b c"]}]', "1.scopes.0"),
        ('[{"subject": "a"}, {"subject": "a"}]', "two people"),
        ('[{"subject": "a", "claims": {"aud": "b"}}]', "aud cannot be"),
        ('[{"subject": "a", "claims": {"b": NaN}}]', "JSON"),
        (json.dumps([{"subject": "a", "claims": {"b": "c" * 5000}}]), "4000 bytes"),
    ],
)
def test_people_that_cannot_be(text: str, reason: str):
    """One line that says where and why."""
    with pytest.raises(PeopleError) as raised:
        people_in(text.encode(), "people.json")
    assert str(raised.value).startswith("people.json: ")
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_bad_people_end_the_start(serve: Callable[..., Running], tmp_path: Path):
    """With the place of the file, before anything is started."""
    package = tmp_path / "graph_of_mine"
    package.mkdir()
    (package / "__init__.py").write_text(THING)
    (package / "people.json").write_text('[{"name": "Ada"}]')
    running = serve(MODELS="graph_of_mine", PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert running.process.wait(30) == 1
    assert f"{package / 'people.json'}: 0.subject: Field required." in running.said
    assert len(running.said.splitlines()) == 1


def test_the_welcome_says_how(first: Running):
    """With the people's names."""
    assert re.search(r"in GraphiQL, or by \S*python\S* server.py token --as traveller", first.said)
    assert "dispatcher" in first.said


@pytest.mark.slow
def test_what_signs_is_loaded_by_who_signs_in(serve: Callable[..., Running]):
    """Neither the start nor anybody's requests pay for it."""
    running = serve(PYTHONVERBOSE="1")
    url = f"{running.url()}/graphql?query={{__typename}}"
    meant = {"graphql-preflight": "1"}
    assert httpx.get(url, headers=meant).status_code == 200
    heavy = {"joserfc", "cryptography", "httpx", "auth.authenticator", "edge.issuer.site"}
    loaded = set(re.findall(r"^import '(\S+)'", running.said, re.MULTILINE))
    assert "edge.issuer.own" in loaded
    assert not heavy & loaded
    assert httpx.get(url, headers={"authorization": "Bearer a.b.c"}).status_code == 401
    assert httpx.get(f"{running.url()}/issuer/jwks").status_code == 200
    loaded = set(re.findall(r"^import '(\S+)'", running.said, re.MULTILINE))
    assert heavy <= loaded


@pytest.mark.slow
def test_production_has_none(serve: Callable[..., Running]):
    """Neither its pages nor its tokens."""
    running = serve(ENVIRONMENT="production")
    assert httpx.get(f"{running.url()}/issuer/jwks").status_code == 404
    refused = httpx.get(f"{running.url()}/graphql", headers={"authorization": "Bearer a.b.c"})
    assert (refused.status_code, "no issuer is set" in refused.text) == (401, True)
    assert "token" not in running.said


@pytest.mark.slow
def test_the_command_prints_a_token(first: Running, issuer_folder: Path):
    """Alone, so that it can stand in a shell's command; the running server takes it."""
    command = [sys.executable, str(ROOT / "server.py"), "token", "--as", "dispatcher"]
    environment = {**_without_settings(), "DATA_DIR": str(issuer_folder)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    token = done.stdout.removesuffix("\n")
    claims = claims_of(token)
    assert (claims["sub"], claims["airline"]) == ("dispatcher", "UA")
    assert claims["exp"] - claims["iat"] == 3600
    url = f"{first.url()}/graphql?query={{__typename}}"
    headers = {"authorization": f"Bearer {token}", "graphql-preflight": "1"}
    assert httpx.get(url, headers=headers).status_code == 200


def test_scopes_by_the_command(first: Running, issuer_folder: Path, capsys):
    """Those that are asked for, of those that the person has."""
    chosen = settings(issuer_folder)
    for scope, expected in ((None, "fleet:read notes:write"), ("fleet:read", "fleet:read")):
        assert print_token(chosen, "admin", scope) == 0
        assert claims_of(capsys.readouterr().out)["scope"] == expected


@pytest.mark.parametrize(
    ("name", "scope", "reason"),
    [
        ("nobody", None, "There is no 'nobody'. There are: traveller, "),
        ("author", "fleet:read", "author does not have the scope fleet:read. There are: notes"),
        ("author", 'a"b', "scope"),
    ],
)
def test_whom_the_command_does_not_know(
    first: Running, issuer_folder: Path, name: str, scope: str | None, reason: str
):
    """One line, with what there is."""
    with pytest.raises(PeopleError) as raised:
        print_token(settings(issuer_folder), name, scope)
    assert reason in str(raised.value)


def test_without_people_anybody_may_be_named(first: Running, issuer_folder: Path, capsys):
    """With whatever scopes."""
    chosen = settings(issuer_folder, models="tests.library.models")
    assert print_token(chosen, "zoe", "a b") == 0
    claims = claims_of(capsys.readouterr().out)
    assert (claims["sub"], claims["scope"]) == ("zoe", "a b")
    with pytest.raises(PeopleError, match="subject"):
        print_token(chosen, "", None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"environment": "production"}, "In production"),
        ({"issuers": ISSUERS}, "ISSUERS"),
        ({}, "make serve"),
    ],
)
def test_when_the_command_refuses(tmp_path: Path, more: dict[str, Any], reason: str):
    """In production, beside other issuers, and before a server has run."""
    with pytest.raises(StartError, match=reason):
        print_token(settings(tmp_path, **more), "admin", None)
    assert list(tmp_path.iterdir()) == []


def test_the_command_that_is_printed_can_be_typed_where_the_server_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the models and the folder that the server has, from any folder."""
    monkeypatch.chdir(tmp_path)
    issuer = OwnIssuer("http://127.0.0.1:1", tmp_path, ())
    usual = Settings(_env_file=None)  # type: ignore[call-arg]
    server = shlex.quote(str(ROOT / "server.py"))
    assert sign_in_hint(issuer, usual).endswith(f" {server} token --as NAME")
    mine = usual.model_copy(update={"models": "shop", "data_dir": Path("a b")})
    assert sign_in_hint(issuer, mine).endswith(" token --as NAME --models shop --data-dir 'a b'")
