"""`python server.py access`: what somebody may do, and by which rule, said without any database."""

import asyncio
import datetime
import subprocess
import sys
import time
from pathlib import Path

import pytest
import strawberry
from issuing import AUDIENCE, TestIssuer
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

import models
from auth import ANONYMOUS, Principal, TokenError
from catalog import Access, anyone, authenticated, catalog_of, claim, models_in, roles, rows, scopes
from catalog.access import Rule, nobody
from catalog.rule_text import rule_text
from console import options
from edge.access import access_text
from principals import print_access
from resolvers.documents.info import core_of
from resolvers.guards import NO_GUARDS, guards_of
from schema import Policy, RequiresScopes, build_schema, extends
from settings import Settings

ROOT = Path(__file__).parents[2]


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Badge(Table, table=True):
    """Who works for whom: everybody sees the own."""

    __access__ = Access(read=rows({"workerId": {"eq": claim("id")}}) | roles("boss"))

    worker_id: int = Field(primary_key=True, foreign_key="worker.id")
    firm_id: int = Field(primary_key=True, foreign_key="firm.id", index=True)


class Firm(Table, table=True):
    """Nobody's: it has no rule."""

    id: int = Field(primary_key=True)
    workers: list["Worker"] = Relationship(back_populates="firms", link_model=Badge)


class Worker(Table, table=True):
    """Those of the own town, and those who were hired before a day."""

    __access__ = Access(
        read=rows({"town": {"in": claim("org", "towns")}})
        | rows({"hired": {"lt": datetime.date(2020, 1, 1)}}),
        update=(roles("a", "b") | scopes("w")) & rows({"id": {"eq": claim("id")}}),
        fields={"town": authenticated},
    )

    id: int = Field(primary_key=True)
    town: str
    hired: datetime.date
    firms: list[Firm] = Relationship(back_populates="workers", link_model=Badge)


OLD = 'rows({"hired": {"lt": datetime.date(2020, 1, 1)}})'
CATALOG = catalog_of([Badge, Firm, Worker])
SAMPLE = catalog_of(models_in(models))


def told(principal: Principal) -> dict[str, list[str]]:
    """The lines about each entity."""
    blocks = access_text(CATALOG, principal).split("\n\n")[1:]
    return {block.split("\n")[0]: block.rstrip().split("\n")[1:] for block in blocks}


def test_rules_and_what_they_come_to():
    """With the claims' values put in; relations say what they lead to."""
    who = Principal("i", "w", frozenset({"w"}), claims={"id": 7, "org": {"towns": ["Ayr"]}})
    said = told(who)
    assert [" ".join(line.split()) for line in said["Worker"]] == [
        f'read rows rows({{"town": {{"in": claim("org", "towns")}}}}) | {OLD}',
        f'rows({{"town": {{"in": ["Ayr"]}}}}) | {OLD}',
        "create, delete no nobody",
        'update rows (roles("a", "b") | scopes("w")) & rows({"id": {"eq": claim("id")}})',
        'rows({"id": {"eq": 7}})',
        ".town yes authenticated",
        ".firms no all of Badge would have to be seen",
    ]
    assert said["Firm"][0].endswith("no       nobody: there is no __access__")


def test_claims_that_are_missing_or_wrong():
    """They say so; what needs none of them stays."""
    said = told(Principal("i", "w", claims={"id": "7"}))
    assert said["Badge"][0].split()[1:3] == ["no", "rows"]
    assert said["Badge"][1].strip() == 'claim("id") is no Int'
    assert said["Worker"][1].strip() == OLD
    assert said["Worker"][2].strip() == 'claim("org", "towns") is missing'


def test_who_sees_all_of_a_link_table_still_needs_the_target():
    """A boss sees all badges, and no firm."""
    said = told(Principal("i", "b", roles=frozenset({"boss"})))
    assert said["Badge"][0].split()[:2] == ["read", "yes"]
    assert said["Worker"][-1].split() == [".firms", "no", "as", "Firm"]


def test_fields_of_ones_own():
    """Below their type, by their directives; what a function has to say is left to it."""

    @strawberry.type(directives=[RequiresScopes(scopes=[["pay"]])])
    class Payslip:
        total: int
        bank: str = strawberry.field(directives=[Policy(policies=[["role:boss"], ["own", "new"]])])

    @extends(Worker)
    class OfWorker:
        @strawberry.field
        def payslip(self) -> Payslip | None:
            return None

        @strawberry.field
        def open(self) -> int:
            return 1

    async def decide(*_: object) -> None:
        """Is not asked."""

    guards = guards_of(core_of(build_schema(CATALOG, [OfWorker], decide=decide)))

    def lines(*scopes_: str, role: str = "x") -> list[list[str]]:
        who = Principal("i", "w", frozenset(scopes_), frozenset({role}))
        told = access_text(CATALOG, who, guards).splitlines()
        own = (".payslip", ".open", ".bank", ".total")
        return [
            line.split(maxsplit=2) for line in told if line.split()[:1] and line.split()[0] in own
        ]

    bank = '(roles("boss") | policies("own") & policies("new")) & scopes("pay")'
    assert sorted(lines()) == [
        [".bank", "no", bank],
        [".payslip", "no", 'scopes("pay")'],
        [".total", "no", 'scopes("pay")'],
    ]
    assert [line[:2] for line in sorted(lines("pay"))] == [
        [".bank", "asked"],
        [".payslip", "yes"],
        [".total", "yes"],
    ]
    assert [line[1] for line in lines("pay", role="boss")] == ["yes"] * 3


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (anyone, "anyone"),
        (nobody, "nobody"),
        (authenticated & scopes("b", "a"), 'authenticated & scopes("a", "b")'),
        ((roles("x") | authenticated) & scopes("é"), '(roles("x") | authenticated) & scopes("é")'),
        (roles("x") | authenticated & scopes("a"), 'roles("x") | authenticated & scopes("a")'),
        (rows({"not": {"a": {"in": [1, "x"]}}}), 'rows({"not": {"a": {"in": [1, "x"]}}})'),
        (rows({"and": [{"a": {"eq": True}}]}), 'rows({"and": [{"a": {"eq": True}}]})'),
    ],
)
def test_a_rule_is_written_as_python_writes_it(rule: Rule, text: str):
    """What is printed can be put into a model."""
    assert rule_text(rule) == text


def of_the_sample(capsys, given: str | None, **more: object) -> str:
    """What the command prints for the sample."""
    settings = Settings(_env_file=None, **more)  # type: ignore[call-arg]
    assert print_access(settings, SAMPLE, NO_GUARDS, given) == 0
    return capsys.readouterr().out


def test_people_claims_and_nobody(capsys):
    """Three ways to say who is meant."""
    dispatcher = of_the_sample(capsys, "dispatcher")
    assert dispatcher.startswith("dispatcher, with no scopes and roles dispatcher.\n")
    assert 'rows({"carrier": {"eq": "UA"}})' in dispatcher
    claims = '{"sub": "dispatcher", "roles": ["dispatcher"], "airline": "UA"}'
    assert of_the_sample(capsys, claims) == dispatcher
    assert of_the_sample(capsys, None).startswith("Somebody who is not signed in.\n")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "no JSON object"),
        ('{"roles": ["x"]}', "it has no sub"),
        ('{"sub": "x", "roles": 7}', "no list of names"),
        ("eyJ.eyJ.x", "No ISSUERS are set"),
    ],
)
def test_whoever_is_nobody_is_refused(given: str, said: str, capsys):
    """In one line, which says why."""
    with pytest.raises(TokenError, match=said):
        of_the_sample(capsys, given)


async def test_a_token_is_shown_to_its_issuer(issuer: TestIssuer, capsys):
    """It is believed by its keys; a forged one is refused."""
    trusted = [{"url": issuer.url, "audience": AUDIENCE}]
    now = int(time.time())
    good = issuer.token(iat=now, exp=now + 60, scope="fleet:read")
    printed = await asyncio.to_thread(of_the_sample, capsys, good, issuers=trusted)
    assert printed.startswith("ada, with scopes fleet:read and no roles.\n")
    with pytest.raises(TokenError):
        await asyncio.to_thread(of_the_sample, capsys, good[:-8] + "AAAAAAAA", issuers=trusted)


@pytest.mark.slow
def test_the_command_line():
    """It says who is meant in one way, and what is amiss in one line."""
    with pytest.raises(SystemExit):
        options().parse_args(["access", "--as", "engineer", "--anonymous"])
    found = command("--as", "engineer")
    assert any(line.split()[:2] == [".speed", "yes"] for line in found.stdout.split("\n"))
    refused = command("--as", "{")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("The claims are no JSON object: ")


def command(*given: str) -> subprocess.CompletedProcess[str]:
    """As a person would ask."""
    asked = [sys.executable, "server.py", "access", *given]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_anonymous_is_nobody():
    """No rule that asks who it is lets them in."""
    said = told(ANONYMOUS)
    assert said["Worker"][-2].split()[:2] == [".town", "no"]


def test_the_table_of_the_docs_is_the_commands(capsys):
    """What docs/rules.md shows is printed."""
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    shown = page.split("```\ndan, with", 1)[1].split("```", 1)[0]
    claims = page.split("access --as '", 1)[1].split("'", 1)[0]
    assert f"dan, with{shown}".split("\n\n")[1].strip() in of_the_sample(capsys, claims)
