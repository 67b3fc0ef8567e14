"""Attacks on the running server by one who has signed in: every way round a rule."""

import asyncio
import base64
import json
from typing import Any

import pytest
from attacking import ask, token_of
from issuing import base64url

pytestmark = pytest.mark.timeout(180)


def _id(*parts: Any) -> str:
    return base64url(json.dumps(parts, separators=(",", ":")).encode())


EVASIONS = [
    "{ agents { nodes { name x: code y: code } } }",
    "{ agents { nodes { ...F } } } fragment F on Agent { ...G } fragment G on Agent { c: code }",
    "{ agents { nodes { ... on Node { ... on Agent { code } } } } }",
    "{ agents { edges { cursor node { code pay } } pageInfo { startCursor endCursor } } }",
    "query($y: Boolean = true) { agents { nodes { code @include(if: $y) pay @skip(if: false) } } }",
    "{ agent(id: 3) { name code } }",
    f'{{ node(id: "{_id("Agent", 3)}") {{ ... on Agent {{ name code firm }} }} }}',
    f'{{ node(id: "{_id("Safe", 1)}") {{ ... on Safe {{ content }} }} }}',
    f'{{ node(id: "{_id("Report", 2)}") {{ nodeId ... on Report {{ text source }} }} }}',
    f'query($i: ID = "{_id("Agent", 3)}") {{ node(id: $i) {{ nodeId ... on Agent {{ name }} }} }}',
    "{ safes { nodes { content } } safe(id: 1) { content } }",
    "{ agents { nodes { safes { nodes { content } totalCount } } } }",
    "{ offices { nodes { agents { nodes { name code } totalCount } } } }",
    "{ offices { nodes { agents { nodes { office { agents { nodes { name } } } } } } } }",
    "{ reports { nodes { text source agent { name code } } } }",
    "{ report(id: 2) { text } }",
    "{ agents { nodes { reports { nodes { text agent { reports { nodes { source } } } } } } } }",
    "{ allAgents { nodes { name code } totalCount } safeCount }",
    "{ agents { aggregate { max { code name } min { code name } } } }",
    "{ agents { groupBy(by: [{code: VALUE}]) { key { code } aggregate { count } } } }",
    "{ agents { groupBy(by: [{name: VALUE}]) { aggregate { max { code } } } } }",
    "{ offices { aggregate { count } nodes { agents { aggregate { max { name } } } } } }",
    "{ agents(orderBy: [{code: ASC}]) { edges { cursor } } }",
    "{ agents(orderBy: [{pay: ASC}]) { edges { cursor } } }",
    "{ reports(orderBy: [{agent: {code: ASC}}]) { edges { cursor } } }",
    "{ reports(orderBy: [{agent: {name: DESC}}]) { edges { cursor node { text } } } }",
    '{ agents(first: 1, after: "WyJ4Il0") { nodes { name } } }',
    '{ agents(where: {or: [{firm: {eq: "DL"}}, {not: {id: {eq: 0}}}]}) { nodes { name } } }',
    '{ agents(where: {firm: {in: ["DL"]}}) { nodes { name } totalCount } }',
    "{ " + " ".join(f"a{n}: agent(id: {n}) {{ name code }}" for n in range(60)) + " }",
    "{ " + " ".join(f"r{n}: report(id: {n}) {{ text source }}" for n in range(60)) + " }",
    "{ agents { nodes { codex } } }",
    "{ agents { nodes { name(x: 1) } } }",
    "{ agentByCode(code: 7) { name } }",
]  # fmt: skip


@pytest.mark.parametrize("query", EVASIONS)
async def test_no_way_round_a_rule_shows_a_secret(client, issuers, query: str):
    """Neither in data nor in an error, nor written in a cursor; by both who may see less."""
    for token in (token_of(issuers[0]), token_of(issuers[1], firm=None), None):
        answer = await ask(client, query, token)
        assert answer.status_code < 500
        text = answer.text + _unpacked(answer.json())
        assert "SECRET" not in text
        assert "777000" not in text
        assert "INTERNAL" not in text


def _unpacked(value: Any) -> str:
    """All that is written in cursors and ids."""
    if isinstance(value, dict):
        return "".join(map(_unpacked, value.values()))
    if isinstance(value, list):
        return "".join(map(_unpacked, value))
    try:
        return base64.urlsafe_b64decode(str(value) + "==").decode("utf-8", "replace")
    except ValueError:
        return ""


PROBES = [
    ('{ agents(where: {code: {startsWith: "?"}}) { totalCount } }', "SEC", "XYZ"),
    ('{ agents(where: {not: {code: {startsWith: "?"}}}) { totalCount } }', "SEC", "XYZ"),
    ('{ agents(where: {name: {startsWith: "?"}}) { totalCount nodes { name } } }', "SEC", "XYZ"),
    ("{ agents(where: {pay: {gt: ?}}) { totalCount } }", "5555555", "9999999"),
    ('{ agents(where: {search: "?"}) { totalCount } }', "SECRET-c", "nothing"),
    ('{ agentByCode(code: "?") { name } }', "SECRET-b", "SECRET-z"),
    ("{ agent(id: ?) { name } }", "3", "333"),
    ('{ node(id: "?") { __typename } }', _id("Agent", 3), _id("Agent", 333)),
    ('{ node(id: "?") { __typename } }', _id("Report", 2), _id("Report", 222)),
    ('{ offices(where: {agents: {some: {firm: {eq: "?"}}}}) { totalCount } }', "DL", "XX"),
    ('{ offices(where: {agents: {none: {firm: {eq: "?"}}}}) { totalCount } }', "DL", "XX"),
    ('{ offices(where: {agents: {every: {firm: {ne: "?"}}}}) { totalCount } }', "DL", "XX"),
    ('{ offices(where: {agents: {some: {code: {startsWith: "?"}}}}) { totalCount } }', "SEC", "X"),
    ('{ agents(where: {safes: {some: {content: {startsWith: "?"}}}}) { totalCount } }', "SEC", "X"),
    ('{ agents(where: {reports: {some: {source: {startsWith: "?"}}}}) { totalCount } }', "S", "X"),
    ('{ reports(where: {agent: {code: {startsWith: "?"}}}) { totalCount } }', "SEC", "XYZ"),
    ('{ reports(where: {agent: {firm: {eq: "?"}}}) { totalCount } }', "DL", "XX"),
    ('{ reports(where: {text: {startsWith: "?"}}) { aggregate { count } } }', "SEC", "XYZ"),
    ("{ agents { groupBy(by: [{firm: VALUE}], having: {max: {pay: {gt: ?}}}) { key { firm } } } }",
     "5555555", "9999999"),
    ("{ offices { nodes { agents(where: {pay: {gt: ?}}) { totalCount } } } }",
     "5555555", "9999999"),
    ('{ allAgents(where: {name: {startsWith: "?"}}) { totalCount } }', "SEC", "XYZ"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "right", "wrong"), PROBES)
async def test_a_right_guess_is_answered_as_a_wrong_one(client, issuers, query, right, wrong):
    """In data and in errors, said in the document or by a variable: so nobody can guess on."""
    token = token_of(issuers[0])
    answers = [await ask(client, query.replace("?", guess), token) for guess in (right, wrong)]
    assert answers[0].status_code == 200
    found = [each.text.replace(g, "?") for each, g in zip(answers, (right, wrong), strict=True)]
    assert found[0] == found[1]
    if '"?"' in query:
        kind = "ID" if "node(" in query else "String"
        asked = f"query($g: {kind}!) " + query.replace('"?"', "$g")
        found = [
            (await ask(client, asked, token, g=guess)).text.replace(guess, "?")
            for guess in (right, wrong)
        ]
        assert found[0] == found[1]


async def test_cursors_of_others_lead_nowhere_else(client, issuers):
    """Whose row a cursor is of changes nothing of what is seen beyond it."""
    theirs = await ask(
        client, "{ agents { edges { cursor } } }", token_of(issuers[0], sub="cy", firm="DL")
    )
    (edge,) = theirs.json()["data"]["agents"]["edges"]
    for way in ("first: 5, after", "last: 5, before"):
        query = f'{{ agents({way}: "{edge["cursor"]}") {{ nodes {{ name firm }} }} }}'
        answer = await ask(client, query, token_of(issuers[0]))
        assert "SECRET" not in answer.text
        assert {row["firm"] for row in answer.json()["data"]["agents"]["nodes"]} <= {"UA"}


async def test_nobody_is_answered_from_what_is_kept_for_another(client, issuers):
    """The same document, by turns and at once, along a relation that is kept in Redis."""
    query = "{ offices { nodes { agents { nodes { name reports { nodes { text } } } } } } }"
    people = [token_of(issuers[0], sub="cy", firm="DL"), token_of(issuers[0]), None] * 6
    told = [(await ask(client, query, each)).text for each in people]
    told_at_once = [
        each.text for each in await asyncio.gather(*(ask(client, query, each) for each in people))
    ]
    assert told_at_once == told
    for turn in range(0, len(people), 3):
        assert "SECRET-storm" in told[turn]
        assert "SECRET" not in told[turn + 1]
        assert "calm" in told[turn + 1]
        assert "name" not in told[turn + 2]
    query = "{ reports { nodes { text agent { name pay code } } } }"
    for turn in ("DL", "UA", "DL", "UA"):
        text = (await ask(client, query, token_of(issuers[0], firm=turn))).text
        assert ("SECRET-storm" in text) == (turn == "DL")
        assert "777000" not in text
        assert '"SECRET-' not in text.replace('"SECRET-storm"', "").replace('"SECRET-cy"', "")
