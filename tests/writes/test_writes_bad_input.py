"""Bad input over HTTP: a status, a code and a path tell what is wrong, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from club import Club
from keyed import asking

LONG, MUCH = "x" * 21, "x" * 10_000_000
REFUSED = "... on WriteRefused { errors { code path } }"

TYPES = {
    "createMember": "MemberCreate!",
    "createMembers": "[MemberCreate!]!",
    "createTask": "TaskCreate!",
    "createBoard": "BoardCreate!",
    "createBoards": "[BoardCreate!]!",
    "createCard": "CardCreate!",
    "createTeam": "TeamCreate!",
    "updateMember": "MemberUpdate",
    "updateTeam": "TeamUpdate",
    "updateBoard": "BoardUpdate",
}
KEYS = {"updateMember": "id: 1, ", "updateTeam": "id: 1, ", "updateBoard": 'code: "b", '}

INVALID, UNIQUE, NULL = "VALUE_INVALID", "UNIQUE_VIOLATION", "NOT_NULL_VIOLATION"
DANGLING, MISSING = "REFERENCE_VIOLATION", "NOT_FOUND"
REFUSALS: list[tuple[str, Any, str, str]] = [
    # Overlong, in either store, at any depth
    ("createMember", {"email": "z@x", "name": LONG}, INVALID, "name"),
    ("createBoard", {"code": "z", "title": LONG}, INVALID, "title"),
    ("createBoard", {"code": "", "title": "Z"}, INVALID, "code"),
    (
        "createBoards",
        [{"code": "z", "title": "Z"}, {"code": "y", "title": LONG}],
        INVALID,
        "1.title",
    ),
    (
        "updateTeam",
        {"boards": {"create": [{"code": "z", "title": LONG}]}},
        INVALID,
        "boards.create.0.title",
    ),
    ("updateBoard", {"team": {"create": {"name": LONG}}}, INVALID, "team.create.name"),
    # Null where none may be
    ("createMember", {"email": "z@x", "name": None}, NULL, "name"),
    ("createMember", {"email": "z@x", "owner": None}, NULL, "owner"),
    ("updateMember", {"email": None}, NULL, "email"),
    ("updateBoard", {"title": None}, NULL, "title"),
    (
        "updateTeam",
        {"boards": {"update": [{"where": {"code": "b"}, "input": {"title": None}}]}},
        NULL,
        "boards.update.0.input.title",
    ),
    ("createTask", {"title": "z"}, INVALID, "memberId"),
    ("updateTeam", {"members": None}, INVALID, "members"),
    ("updateTeam", {"boards": {"set": None}}, INVALID, "boards.set"),
    # Keys that are taken, by rows that are there or by each other
    ("createMember", {"email": "a@x"}, UNIQUE, "email"),
    ("createBoard", {"code": "b", "title": "Z"}, UNIQUE, "code"),
    ("createCard", {"code": "z", "text": "one"}, UNIQUE, "text"),
    (
        "createBoard",
        {"code": "z", "title": "Z", "team": {"create": {"name": "Reds"}}},
        UNIQUE,
        "team.create.name",
    ),
    (
        "createTeam",
        {"name": "Z", "boards": {"create": [{"code": "b", "title": "Z"}]}},
        UNIQUE,
        "boards.create.0.code",
    ),
    ("updateMember", {"email": "b@x"}, UNIQUE, "email"),
    # What is not there, or not theirs to refer to
    ("createMember", {"email": "z@x", "team": {"connect": {"id": 99}}}, MISSING, "team.connect.id"),
    (
        "createTask",
        {"title": "z", "member": {"connect": {"email": "none"}}},
        MISSING,
        "member.connect.email",
    ),
    (
        "createBoard",
        {"code": "z", "title": "Z", "team": {"connect": {"name": "none"}}},
        MISSING,
        "team.connect.name",
    ),
    (
        "createTeam",
        {"name": "Z", "boards": {"connect": [{"code": "none"}]}},
        MISSING,
        "boards.connect.0.code",
    ),
    (
        "createCard",
        {"code": "z", "text": "z", "whole": {"connect": {"code": "z"}}},
        MISSING,
        "whole.connect.code",
    ),
    ("updateBoard", {"cards": {"delete": [{"code": "3"}]}}, MISSING, "cards.delete.0.code"),
    # Rows that are related in two ways, or to two
    (
        "createMember",
        {"email": "z@x", "teamId": 1, "team": {"connect": {"id": 1}}},
        INVALID,
        "teamId",
    ),
    (
        "updateTeam",
        {"members": {"connect": [{"id": 1}, {"email": "a@x"}]}},
        INVALID,
        "members.connect.1.email",
    ),
    # Circles: a row within itself, by its key or by what it is made within
    (
        "createTask",
        {"title": "z", "memberId": 1, "parts": {"create": [{"title": "z", "memberId": 1}]}},
        UNIQUE,
        "parts.create.0.title",
    ),
    (
        "createTeam",
        {"name": "Z", "members": {"create": [{"email": "z@x", "team": {"create": {"name": "Z"}}}]}},
        INVALID,
        "members.create.0.team",
    ),
    (
        "createBoard",
        {
            "code": "z",
            "title": "Z",
            "cards": {
                "create": [
                    {"code": "z", "text": "z", "board": {"create": {"code": "z", "title": "Z"}}}
                ]
            },
        },
        INVALID,
        "cards.create.0.board",
    ),
]


def body(name: str, given: Any, kind: str | None = None) -> dict[str, Any]:
    """A mutation of one field, whose input is a variable."""
    field = f"{name}({KEYS.get(name, '')}input: $input)"
    query = f"mutation ($input: {kind or TYPES[name]}) {{ {field} {{ {REFUSED} }} }}"
    return {"query": query, "variables": {"input": given}}


@pytest.mark.parametrize(("name", "given", "code", "path"), REFUSALS)
async def test_what_is_refused_is_data(club: Club, name: str, given: Any, code: str, path: str):
    """With a code and the path of the argument; both stores are as they were."""
    before = await club.held()
    async with asking(club) as client:
        answer = await client.send(json.dumps(body(name, given)), {"authorization": b"admin"})
    assert answer.status_code == 200
    told = answer.json()["data"][name]["errors"]
    assert [(each["code"], ".".join(each["path"])) for each in told] == [(code, f"input.{path}")]
    assert await club.held() == before


@pytest.mark.parametrize(
    ("name", "given"),
    [("createMember", {"email": "z@x", "teamId": 99}), ("updateMember", {"teamId": 99})],
)
async def test_a_reference_that_leads_nowhere_is_refused(founded: Any, name: str, given: Any):
    """By the store that looks after that."""
    stores, club = founded
    stores.reset()
    before = await club.held()
    async with asking(club) as client:
        answer = await client.send(json.dumps(body(name, given)), {"authorization": b"admin"})
    (told,) = answer.json()["data"][name]["errors"]
    assert told == {"code": DANGLING, "path": ["input", "teamId"]}
    assert await club.held() == before


MISTAKES: list[tuple[str, Any]] = [
    # Wrong types, at any depth
    ("createMember", "no object"),
    ("createMember", {"email": 5}),
    ("createMember", {"email": ["z@x"]}),
    ("createMember", {"email": "z@x", "teamId": "1"}),
    ("createMember", {"email": "z@x", "teamId": 1.5}),
    ("createMember", {"email": "z@x", "teamId": True}),
    ("createMember", {"email": "z@x", "teamId": {"id": 1}}),
    ("createBoard", {"code": "z", "title": 5}),
    ("createTeam", {"name": "Z", "boards": [{"code": "z"}]}),
    ("createTeam", {"name": "Z", "boards": {"create": "z"}}),
    ("createTeam", {"name": "Z", "boards": {"create": [None]}}),
    # Numbers that no row can hold
    ("createMember", {"email": "z@x", "teamId": 2**31}),
    ("createMember", {"email": "z@x", "pin": -(2**31) - 1}),
    ("createBoard", {"code": "z", "title": "Z", "teamId": 10**18}),
    # Unknown fields and words, and what must be given
    ("createMember", {"email": "z@x", "age": 5}),
    ("createMember", {}),
    ("createBoard", {"title": "Z"}),
    ("createTeam", {"name": "Z", "members": {"update": []}}),
    ("updateTeam", {"members": {"destroy": []}}),
    ("updateMember", {"tasks": {"disconnect": [{"id": 1}]}}),
    ("updateMember", {"id": 5}),
    # One word, and one key
    ("updateMember", {"team": {"connect": {"id": 1}, "disconnect": True}}),
    ("updateMember", {"team": {}}),
    ("updateMember", {"team": {"connect": {}}}),
    ("updateMember", {"team": {"connect": {"id": 1, "name": "Reds"}}}),
    ("updateMember", {"team": {"connect": None}}),
    # Nothing
    ("updateMember", {}),
    ("updateTeam", {"members": {"update": [{"where": {"id": 1}, "input": {}}]}}),
]


@pytest.mark.parametrize(("name", "given"), MISTAKES)
async def test_what_does_not_fit_the_schema_is_a_mistake(club: Club, name: str, given: Any):
    """Told where it stands in the document; both stores are as they were."""
    before = await club.held()
    async with asking(club) as client:
        answer = await client.send(json.dumps(body(name, given)), {"authorization": b"admin"})
    for error in errors_of(answer):
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["locations"] or error["path"] == [name]
    assert await club.held() == before


LITERALS: list[tuple[str, str]] = [
    ("createMember(input: {email: 5}) { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ('createMember(input: {email: "z@x", age: 5}) { __typename }', "GRAPHQL_VALIDATION_FAILED"),
    (
        'createMember(input: {email: "z@x", teamId: 2147483648}) { __typename }',
        "GRAPHQL_VALIDATION_FAILED",
    ),
    (
        'createMember(input: {email: "z@x", email: "y@x"}) { __typename }',
        "GRAPHQL_VALIDATION_FAILED",
    ),
    ("createMember { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ('createMember(input: {email: "z@x"})', "GRAPHQL_VALIDATION_FAILED"),
    ('createMember(input: {email: "z@x"}) { member { email } }', "GRAPHQL_VALIDATION_FAILED"),
    ('createMember(input: {email: "z@x"', "GRAPHQL_PARSE_FAILED"),
    ('makeMember(input: {email: "z@x"}) { __typename }', "GRAPHQL_VALIDATION_FAILED"),
]


@pytest.mark.parametrize(("field", "code"), LITERALS)
async def test_what_is_wrong_with_a_document_is_told_where_it_stands(
    club: Club, field: str, code: str
):
    """Nothing of it is run, also not what stands beside it."""
    before = await club.held()
    right = 'right: createMember(input: {email: "right@x"}) { __typename }'
    query = json.dumps({"query": f"mutation {{ {right} {field} }}"})
    async with asking(club) as client:
        answer = await client.send(query, {"authorization": b"admin"})
    for error in errors_of(answer):
        assert error["extensions"]["code"] == code
        assert error["locations"][0]["line"] == 1
    assert await club.held() == before


@pytest.mark.parametrize("name", ["createMember", "createBoard"])
async def test_ten_megabytes_are_refused_before_they_are_read(club: Club, name: str):
    """By the size of the body, whatever is in it."""
    before = await club.held()
    given = {"email": MUCH} if name == "createMember" else {"code": "z", "title": MUCH}
    async with asking(club) as client:
        answer = await client.send(json.dumps(body(name, given)), {"authorization": b"admin"})
    assert answer.status_code == 413
    assert [each["extensions"]["code"] for each in errors_of(answer)] == ["BODY_TOO_LARGE"]
    assert await club.held() == before


def errors_of(answer: httpx.Response) -> Iterator[Mapping[str, Any]]:
    """What is wrong, of which there is something; no data has come of it."""
    told = answer.json()
    assert all(value is None for value in (told.get("data") or {}).values())
    assert told["errors"]
    yield from told["errors"]
