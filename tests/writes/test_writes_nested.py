"""New rows with what they are related to, made or found in the same call."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from club import Club, ClubStores, club_schema
from noting import Asked, Noting
from shop import ADMIN

from resolvers.documents.info import core_of

UNAUTHORIZED = "UNAUTHORIZED_FIELD_OR_TYPE"


async def test_what_a_row_refers_to_is_made_before_it(club: Club):
    """To one, three levels deep; what relations give need not be given."""
    given = """{ createTask(input: {title: "cook", member: {create: {
        email: "z@x", team: {create: {name: "Greens", city: {connect: {code: "NYC"}}}}}}}) {
      ... on TaskWritten { task { title member { email team { name city { code } } } } } } }"""
    given = given.replace('"cook"', '"wash"')
    told = {"email": "z@x", "team": {"name": "Greens", "city": {"code": "NYC"}}}
    assert await club.gives(given) == {"task": {"title": "wash", "member": told}}


async def test_what_refers_to_a_row_is_made_after_it(club: Club):
    """To many and to one, three levels deep."""
    given = """{ createTeam(input: {name: "Greens", members: {create: [
        {email: "y@x", badge: {create: {code: "Y"}}},
        {email: "z@x", tasks: {create: [{title: "wash"}, {title: "dry"}]}}]}}) {
      ... on TeamWritten { affected team { name members(orderBy: [{email: ASC}]) { nodes {
        email badge { code } tasks(orderBy: [{title: ASC}]) { nodes { title } } } } } } } }"""
    members = [
        {"email": "y@x", "badge": {"code": "Y"}, "tasks": {"nodes": []}},
        {
            "email": "z@x",
            "badge": None,
            "tasks": {"nodes": [{"title": "dry"}, {"title": "wash"}]},
        },
    ]
    told = {"affected": 1, "team": {"name": "Greens", "members": {"nodes": members}}}
    assert await club.gives(given) == told


async def test_rows_that_are_there_are_connected(club: Club):
    """To one and to many, by any unique key; who was related to others is not any more."""
    given = """{ createTeam(input: {name: "Greens", city: {connect: {code: "NYC"}}
        members: {connect: [{id: 1}, {email: "c@x"}]}}) {
      ... on TeamWritten { team { city { code } members(orderBy: [{id: ASC}]) {
        nodes { id } } } } } }"""
    told = {"city": {"code": "NYC"}, "members": {"nodes": [{"id": 1}, {"id": 3}]}}
    assert await club.gives(given) == {"team": told}
    given = """{ createMember(input: {email: "z@x", team: {connect: {name: "Blues"}}
        badge: {connect: {memberId: 1}}}) {
      ... on MemberWritten { member { team { id } badge { code } } } } }"""
    assert await club.gives(given) == {"member": {"team": {"id": 2}, "badge": {"code": "A"}}}
    held = await club.held()
    assert [each["badge"] for each in held["members"]] == [None, None, None, {"code": "A"}]


async def test_rows_are_connected_if_they_are_there_and_else_made(club: Club):
    """One that several rows name is made once."""
    team = '{connectOrCreate: {where: {name: "%s"}, create: {name: "%s"}}}'
    given = f"""{{ createMembers(input: [
        {{email: "x@x", team: {team % ("Reds", "Reds")}}}
        {{email: "y@x", team: {team % ("Greens", "Greens")}}}
        {{email: "z@x", team: {team % ("Greens", "Greens")}}}]) {{
      ... on MemberListWritten {{ members {{ team {{ name }} }} }} }} }}"""
    told = [{"team": {"name": name}} for name in ("Reds", "Greens", "Greens")]
    assert await club.gives(given) == {"members": told}
    assert [each["name"] for each in (await club.held())["teams"]] == ["Reds", "Blues", "Greens"]
    given = """{ createTeam(input: {name: "Golds", members: {connectOrCreate: [
        {where: {email: "c@x"}, create: {email: "c@x"}}
        {where: {email: "d@x"}, create: {email: "d@x"}}]}}) {
      ... on TeamWritten { team { members(orderBy: [{email: ASC}]) { nodes { email } } } } } }"""
    told = [{"email": "c@x"}, {"email": "d@x"}]
    assert await club.gives(given) == {"team": {"members": {"nodes": told}}}
    assert len((await club.held())["members"]) == 7


async def test_who_connects_or_creates_at_the_same_time_as_others_connects(club: Club):
    """A row that others make meanwhile is there: it is connected, and no reason to refuse."""
    given = """{ createMember(input: {email: "%s@x", team: {connectOrCreate: {
        where: {name: "Greens"}, create: {name: "Greens", boards: {create: [
          {code: "g", title: "Greens"}]}}}}}) {
      ... on MemberWritten { member { team { name } } }
      ... on WriteRefused { errors { code } } } }"""
    told = await asyncio.gather(*(club.gives(given % f"new{number}") for number in range(8)))
    assert told == [{"member": {"team": {"name": "Greens"}}}] * 8
    assert [each["name"] for each in (await club.held())["teams"]] == ["Reds", "Blues", "Greens"]


async def test_rows_are_related_by_a_link_table(club: Club):
    """Made, found, or either; from both of its sides."""
    given = """{ createMember(input: {email: "z@x", skills: {
        create: [{name: "swim"}], connect: [{id: 1}, {name: "jump"}]
        connectOrCreate: [{where: {name: "dive"}, create: {name: "dive"}}]}}) {
      ... on MemberWritten { member { skills(orderBy: [{name: ASC}]) { nodes { name } } } } } }"""
    names = [{"name": name} for name in ("dive", "jump", "run", "swim")]
    assert await club.gives(given) == {"member": {"skills": {"nodes": names}}}
    given = """{ createSkill(input: {name: "sing", members: {
        connect: [{id: 1}], create: [{email: "y@x", skills: {connect: [{id: 2}]}}]}}) {
      ... on SkillWritten { skill { members(orderBy: [{email: ASC}]) { nodes {
        skills(orderBy: [{name: ASC}]) { nodes { name } } } } } } } }"""
    told = [["run", "sing"], ["jump", "sing"]]
    nodes = [{"skills": {"nodes": [{"name": name} for name in names]}} for names in told]
    assert await club.gives(given) == {"skill": {"members": {"nodes": nodes}}}


async def test_documents_are_related_alike(club: Club):
    """By links within their store."""
    given = """{ createBoard(input: {code: "n", title: "New", cards: {
        connect: [{code: "1"}, {text: "three"}]
        create: [{code: "9", text: "nine", parts: {create: [{code: "8", text: "eight"}]}}]
        connectOrCreate: [{where: {code: "7"}, create: {code: "7", text: "seven"}}]}}) {
      ... on BoardWritten { board { cards(orderBy: [{code: ASC}]) { nodes {
        code parts { nodes { code } } } } } } } }"""
    nodes = [
        {"code": code, "parts": {"nodes": [{"code": part}] if part else []}}
        for code, part in (("1", ""), ("3", ""), ("7", ""), ("9", "8"))
    ]
    assert await club.gives(given) == {"board": {"cards": {"nodes": nodes}}}
    given = """{ createCard(input: {code: "6", text: "six", board: {connect: {code: "n"}}
        whole: {create: {code: "5", text: "five", board: {create: {code: "m", title: "M"}}}}}) {
      ... on CardWritten { card { board { code } whole { code board { title } } } } } }"""
    told = {"board": {"code": "n"}, "whole": {"code": "5", "board": {"title": "M"}}}
    assert await club.gives(given) == {"card": told}


async def test_an_upsert_relates_the_rows_that_it_makes_or_finds(club: Club):
    """By what is nested in each."""
    given = """{ upsertMembers(conflict: {target: email, update: [name, teamId]} input: [
        {email: "a@x", name: "Ada", team: {connect: {id: 2}}, tasks: {create: [{title: "wash"}]}}
        {email: "z@x", name: "Zoe", team: {create: {name: "Greens"}}, badge: {connect: {code: "B"}}}
      ]) { ... on MemberListWritten { members { id name teamId badge { code }
        tasks(orderBy: [{id: ASC}]) { nodes { title } } } } } }"""
    told = await club.gives(given)
    ada, zoe = told["members"]
    assert (ada["id"], ada["teamId"], zoe["teamId"]) == (1, 2, 3)
    assert [each["title"] for each in ada["tasks"]["nodes"]] == ["sweep", "mop", "wash"]
    assert (ada["badge"], zoe["badge"]) == ({"code": "A"}, {"code": "B"})


async def test_another_store_is_read_but_not_written(club: Club):
    """A board names a team that is there; one operation writes into one store."""
    given = """{ createBoard(input: {code: "n", title: "New", team: {connect: {name: "Blues"}}}) {
      ... on BoardWritten { board { team { id } } } } }"""
    assert await club.gives(given) == {"board": {"team": {"id": 2}}}


REFUSALS: list[tuple[str, str, list[tuple[str, str]]]] = [
    (
        "createMember",
        '{email: "z@x", team: {connect: {id: 99}}}',
        [("NOT_FOUND", "input.team.connect.id")],
    ),
    (
        "createTeam",
        '{name: "Greens", city: {connect: {code: "XXX"}}}',  # who does not see it does not find it
        [("NOT_FOUND", "input.city.connect.code")],
    ),
    (
        "createTeam",
        '{name: "Greens", members: {connect: [{id: 1}, {id: 2}, {id: 98}]}}',
        [  # the second is another's
            ("NOT_FOUND", "input.members.connect.1.id"),
            ("NOT_FOUND", "input.members.connect.2.id"),
        ],
    ),
    (
        "createTeam",
        '{name: "Greens", members: {connect: [{id: 1}, {email: "a@x"}]}}',
        [("VALUE_INVALID", "input.members.connect.1.email")],
    ),
    (
        "createTeams",
        '[{name: "X"}, {name: "Y", members: {create: [{email: "a@x"}]}}]',
        [("UNIQUE_VIOLATION", "input.1.members.create.0.email")],
    ),
    (
        "createTeam",
        '{name: "Greens", members: {create: [{email: "y@x", tasks: {create: [{title: "mop"}]}}]}}',
        [("UNIQUE_VIOLATION", "input.members.create.0.tasks.create.0.title")],
    ),
    (
        "createTeam",
        """{name: "nnnnnnnnnnnnnnnnnnnnn", members: {create: [
             {email: "y@x", name: "nnnnnnnnnnnnnnnnnnnnn"}]}}""",
        [("VALUE_INVALID", "input.members.create.0.name"), ("VALUE_INVALID", "input.name")],
    ),
    (
        "createMember",
        '{email: "z@x", teamId: 1, team: {connect: {id: 1}}}',
        [("VALUE_INVALID", "input.teamId")],
    ),
    (
        "createTeam",
        '{name: "Greens", members: {create: [{email: "z@x", team: {create: {name: "X"}}}]}}',
        [("VALUE_INVALID", "input.members.create.0.team")],
    ),
    (
        "createTeam",
        '{name: "Greens", members: {create: [{email: "z@x", teamId: 1}]}}',
        [("VALUE_INVALID", "input.members.create.0.teamId")],
    ),
    ("createTask", '{title: "wash"}', [("VALUE_INVALID", "input.memberId")]),
    (
        "createTask",
        '{title: "wash", member: {connect: {id: 1}}, parts: {create: [{title: "dry"}]}}',
        [("VALUE_INVALID", "input.parts.create.0.memberId")],
    ),
    (
        "createTask",
        '{title: "wash", member: {create: {email: "z@x", team: null}}}',
        [("VALUE_INVALID", "input.member.create.team")],
    ),
    (
        "createMember",
        '{email: "z@x", tasks: {create: [{title: "nothing"}]}}',
        [("VALUE_INVALID", "input.tasks.create.0")],
    ),
    (
        "createCard",
        '{code: "9", text: "nine", board: {connect: {code: "zz"}}}',
        [("NOT_FOUND", "input.board.connect.code")],
    ),
    (
        "createBoard",
        '{code: "n", title: "New", cards: {create: [{code: "9", text: "one"}]}}',
        [("UNIQUE_VIOLATION", "input.cards.create.0.text")],
    ),
    (
        "createMember",
        '{email: "z@x", skills: {connect: [{id: 99}]}}',
        [("NOT_FOUND", "input.skills.connect.0.id")],
    ),
]


@pytest.mark.parametrize(("field", "given", "refused"), REFUSALS)
async def test_what_cannot_be_nested_is_refused_at_its_path(
    club: Club, field: str, given: str, refused: list[tuple[str, str]]
):
    """And nothing is written."""
    before = await club.held()
    assert sorted(await club.codes(f"{field}(input: {given})")) == refused
    assert await club.held() == before


@pytest.mark.parametrize(
    "given",
    [
        'createTeam(input: {name: "Greens", members: {create: [{email: "z@x", owner: "bob"}]}})',
        """createTask(input: {title: "wash", owner: "ann", member: {create: {
             email: "z@x", owner: "bob"}}})""",
        'createMember(input: {email: "z@x", skills: {create: [{name: "s", owner: "bob"}]}})',
        'createMember(input: {email: "z@x", badge: {create: {code: "Z", owner: "bob"}}})',
        """createCard(input: {code: "9", text: "9", whole: {create: {
             code: "8", text: "8", owner: "bob"}}})""",
    ],
)
async def test_rules_hold_on_every_step(club: Club, given: str):
    """One that is refused undoes all."""
    before = await club.held()
    answer = await club.ask(f"mutation {{ {given} {{ __typename }} }}")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == UNAUTHORIZED
    assert await club.held() == before
    assert "errors" not in await club.ask(f"mutation {{ {given} {{ __typename }} }}", ADMIN)


async def test_nobody_finds_rows_by_a_key_that_they_may_not_read(club: Club):
    """Or it would be told who has it."""
    given = 'createTask(input: {title: "wash", member: {connect: {pin: 101}}}) { __typename }'
    answer = await club.ask(f"mutation {{ {given} }}")
    assert [each["extensions"]["code"] for each in answer["errors"]] == [UNAUTHORIZED]


@pytest.mark.parametrize("name", ["Greens", "Reds"])
async def test_both_stores_are_written_by_one_call(club: Club, name: str):
    """All or nothing, as by one operation: of teams there is one with a name."""
    before = await club.held()
    taken = any(team["name"] == name for team in before["teams"])
    given = """mutation ($name: String!) { createBoard(input: {code: "n", title: "New",
      team: {create: {name: $name}}}) { ... on BoardWritten { board { team { name } } }
        ... on WriteRefused { errors { code } } } }"""
    answer = await club.ask(given, name=name)
    if taken:
        told = {"errors": [{"code": "UNIQUE_VIOLATION"}]}
        assert await club.held() == before
    else:
        told = {"board": {"team": {"name": name}}}
    assert answer == {"data": {"createBoard": told}}


@pytest.mark.parametrize("count", [1, 100])
async def test_the_rows_of_one_place_are_one_statement(
    founded: tuple[ClubStores, Club], count: int
):
    """However many hold them: what is asked does not grow with the rows."""
    stores, club = founded
    stores.reset()
    noted: list[Asked] = []
    sources = {store: Noting(each, noted) for store, each in club.graph.sources.items()}
    given = [
        {
            "email": f"{n}@y",
            "team": {"connect": {"name": "Reds"}},
            "badge": {"create": {"code": f"b{n}"}},
            "skills": {"connect": [{"id": 1}], "create": [{"name": f"s{n}"}]},
            "tasks": {
                "create": [{"title": f"{n}-{part}", "parts": {"create": []}} for part in range(3)]
            },
        }
        for n in range(count)
    ]
    told = await Club(sources).gives(
        """($input: [MemberCreate!]!) { createMembers(input: $input) {
             ... on MemberListWritten { affected } } }""",
        input=given,
    )
    assert told == {"affected": count}
    asked = [f"{type(each).__name__} {each.entity.name}" for each in noted]
    assert Counter(asked) == {
        "Read Team": 1,
        "Insert Member": 1,
        "Insert Badge": 1,
        "Insert Task": 1,
        "Read Skill": 2,
        "Insert Skill": 1,
        "Insert Membership": 1,
        "Read Member": 1,
        "Read Badge": 1,
        "Read Task": 2,
    }
    counted = await club.ask("{ tasks { totalCount } }")
    assert counted["data"]["tasks"]["totalCount"] == 3 + 3 * count


def test_the_schema_has_what_somebody_may_nest():
    """By the rules of the rows at the other end, and the fields that relate them."""
    types: Any = core_of(club_schema()).type_map
    assert set(types["TeamCreateCity"].fields) == {"connect"}
    assert set(types["RuleCreateTeam"].fields) == {"connect", "connectOrCreate", "create"}
    assert types["TeamCreateCity"].is_one_of
    assert str(types["TaskCreate"].fields["memberId"].type) == "Int"
    assert str(types["TeamCreateMembers"].fields["create"].type) == "[MemberCreate!]"
    assert set(types["BadgeKey"].fields) == {"code", "memberId"}
