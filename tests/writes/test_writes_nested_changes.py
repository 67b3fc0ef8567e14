"""Changes of rows with what becomes of those that they are related to, in the same call."""

from typing import Any

import pytest
from club import Club, club_schema
from shop import ADMIN, ANN, BOB

from auth import Principal
from resolvers.documents.info import core_of

UNAUTHORIZED = "UNAUTHORIZED_FIELD_OR_TYPE"
SHOWN = {
    "Member": "id teamId team { name owner } badge { code owner } tasks(orderBy: [{id: ASC}]) {"
    " nodes { id title } } skills(orderBy: [{id: ASC}]) { nodes { id name } }",
    "Team": "id name members(orderBy: [{id: ASC}]) { nodes { id name } }"
    " boards(orderBy: [{code: ASC}]) { nodes { code title } }",
    "Task": "id wholeId memberId",
    "Skill": "id members(orderBy: [{id: ASC}]) { nodes { id } }",
    "Badge": "code member { id name }",
    "Board": "code teamId team { name } cards(orderBy: [{code: ASC}]) { nodes { code text } }",
    "Card": "code board { code title } whole { code }",
}
KEYS = {"Board": 'code: "b"', "Card": 'code: "1"', "Badge": 'code: "A"'}


async def become(club: Club, kind: str, given: str, by: Principal = ANN, key: str = "") -> Any:
    """What the first row of a kind has become by an input: without `nodes`."""
    found = key or KEYS.get(kind, "id: 1")
    field = f"update{kind}({found}, input: {{{given}}})"
    value = await club.gives(
        f"{{ {field} {{ ... on {kind}Written {{ {kind.lower()} {{ {SHOWN[kind]} }} }}"
        f" ... on WriteRefused {{ errors {{ code message path }} }} }} }}",
        by,
    )
    return {name: _bare(each) for name, each in value[kind.lower()].items()}


def _bare(value: Any) -> Any:
    return value["nodes"] if isinstance(value, dict) and "nodes" in value else value


async def test_to_one_another_row_is_referred_to(club: Club):
    """One that is there, one that is made, either, or none."""
    member = await become(club, "Member", 'team: {connect: {name: "Blues"}}')
    assert member["team"] == {"name": "Blues", "owner": "bob"}
    member = await become(club, "Member", 'team: {create: {name: "Greens"}}, name: "Ada"')
    assert member["team"] == {"name": "Greens", "owner": "ann"}
    either = 'team: {connectOrCreate: {where: {name: "%s"}, create: {name: "%s"}}}'
    assert (await become(club, "Member", either % ("Reds", "Reds")))["teamId"] == 1
    assert (await become(club, "Member", either % ("Golds", "Golds")))["teamId"] == 4
    assert (await become(club, "Member", "team: {disconnect: false}"))["teamId"] == 4
    assert (await become(club, "Member", "team: {disconnect: true}"))["team"] is None


async def test_to_one_the_row_that_is_referred_to_changes_or_ends(club: Club):
    """With what is nested in it; an upsert makes it if it is not there."""
    member = await become(club, "Member", 'team: {update: {input: {name: "Greens"}}}')
    assert member["team"]["name"] == "Greens"
    either = 'team: {upsert: {update: {input: {name: "%s"}}, create: {name: "%s"}}}'
    assert (await become(club, "Member", either % ("Reds", "X")))["team"]["name"] == "Reds"
    member = await become(club, "Member", either % ("X", "Whites"), key="id: 3")
    assert member["team"] == {"name": "Whites", "owner": "ann"}
    assert (await become(club, "Member", "team: {delete: true}", key="id: 3"))["team"] is None
    assert [each["name"] for each in (await club.held())["teams"]] == ["Reds", "Blues"]


async def test_to_one_the_row_that_refers_changes(club: Club):
    """The other way round, by the same words."""
    member = await become(club, "Member", 'badge: {update: {input: {owner: "ann"}}}')
    assert member["badge"] == {"code": "A", "owner": "ann"}
    assert (await become(club, "Member", "badge: {disconnect: true}"))["badge"] is None
    member = await become(club, "Member", 'badge: {connect: {code: "B"}}')
    assert member["badge"]["code"] == "B"
    assert (await become(club, "Member", "badge: {delete: true}"))["badge"] is None
    either = 'badge: {upsert: {update: {input: {memberId: null}}, create: {code: "%s"}}}'
    assert (await become(club, "Member", either % "D"))["badge"]["code"] == "D"
    assert (await become(club, "Member", either % "E"))["badge"] is None
    assert (await become(club, "Member", 'badge: {create: {code: "F"}}'))["badge"]["code"] == "F"
    assert [each["code"] for each in (await club.held())["badges"]] == ["A", "C", "D", "F"]


async def test_to_many_rows_come_change_and_go(club: Club):
    """What goes goes first: so a key that is free by then can be given again."""
    given = """tasks: {delete: [{title: "mop"}]
      update: [{where: {id: 1}, input: {title: "wipe", parts: {create: [
        {title: "part", member: {connect: {id: 2}}}]}}}]
      upsert: [{where: {title: "mop"}, update: {input: {title: "never"}}, create: {title: "mop"}}
               {where: {title: "wipe"}, update: {input: {title: "dust"}}, create: {title: "no"}}]
      create: [{title: "new"}], connectOrCreate: [{where: {title: "x"}, create: {title: "x"}}]}"""
    member = await become(club, "Member", given)
    assert [each["title"] for each in member["tasks"]] == ["dust", "x", "new", "mop"]
    tasks = {each["title"]: each for each in (await club.held())["tasks"]}
    assert (tasks["part"]["wholeId"], tasks["part"]["memberId"]) == (1, 2)


async def test_to_many_rows_are_related_and_related_no_more(club: Club):
    """And `set` says which are, of all."""
    team = await become(club, "Team", "members: {connect: [{id: 3}]}")
    assert [each["id"] for each in team["members"]] == [1, 3]
    team = await become(club, "Team", 'members: {disconnect: [{email: "a@x"}]}')
    assert [each["id"] for each in team["members"]] == [3]
    given = 'members: {set: [{id: 1}], create: [{email: "z@x"}]}'
    team = await become(club, "Team", given)
    assert [each["id"] for each in team["members"]] == [1, 4]
    team = await become(club, "Team", "members: {set: []}")
    assert team["members"] == []
    assert [each["teamId"] for each in (await club.held())["members"]] == [None, 2, None, None]


async def test_rows_are_linked_and_unlinked(club: Club):
    """By a link table, of which nothing is seen."""
    given = 'skills: {connect: [{id: 2}, {id: 1}], create: [{name: "swim"}]}'
    member = await become(club, "Member", given)
    assert [each["id"] for each in member["skills"]] == [1, 2, 3]
    member = await become(club, "Member", 'skills: {disconnect: [{name: "jump"}]}')
    assert [each["id"] for each in member["skills"]] == [1, 3]
    given = """skills: {update: [{where: {id: 1}, input: {name: "dash"}}]
      upsert: [{where: {id: 3}, update: {input: {name: "dive"}}, create: {name: "no"}}
               {where: {id: 2}, update: {input: {name: "no"}}, create: {name: "sing"}}]}"""
    member = await become(club, "Member", given)
    assert [each["name"] for each in member["skills"]] == ["dash", "dive", "sing"]
    member = await become(club, "Member", "skills: {delete: [{id: 3}], set: [{id: 1}, {id: 2}]}")
    assert [each["id"] for each in member["skills"]] == [1, 2]
    member = await become(club, "Member", "skills: {set: []}")
    assert member["skills"] == []
    names = [each["name"] for each in (await club.held())["skills"]]
    assert names == ["dash", "jump", "sing"]


async def test_documents_change_alike(club: Club):
    """Along links within their store, both ways."""
    given = """cards: {disconnect: [{code: "1"}], delete: [{text: "two"}], connect: [{code: "3"}]
      create: [{code: "9", text: "nine"}]}"""
    board = await become(club, "Board", given)
    assert [each["code"] for each in board["cards"]] == ["3", "9"]
    given = 'cards: {set: [{code: "1"}], update: [{where: {code: "9"}, input: {text: "9!"}}]}'
    refused = await club.codes(f'updateBoard(code: "b", input: {{{given}}})')
    assert refused == [("NOT_FOUND", "input.cards.update.0.where.code")]  # `set` was first
    given = 'cards: {set: [{code: "1"}, {code: "3"}]}'
    board = await become(club, "Board", given)
    assert [each["code"] for each in board["cards"]] == ["1", "3"]
    card = await become(club, "Card", 'board: {update: {input: {title: "T"}}}')
    assert card["board"] == {"code": "b", "title": "T"}
    card = await become(
        club, "Card", 'board: {connect: {code: "o"}}, whole: {connect: {code: "3"}}'
    )
    assert (card["board"]["code"], card["whole"]) == ("o", {"code": "3"})
    card = await become(club, "Card", "whole: {delete: true}, board: {disconnect: true}")
    assert (card["board"], card["whole"]) == (None, None)
    assert "3" not in [each["code"] for each in (await club.held())["cards"]]


async def test_rows_of_the_other_store_change_alike(club: Club):
    """Both ways, three levels deep."""
    given = """name: "Greens", boards: {connect: [{code: "b"}], update: [{where: {code: "b"}
      input: {title: "T", cards: {delete: [{code: "1"}]}}}], create: [{code: "n", title: "N"}]}"""
    team = await become(club, "Team", given)
    boards = [{"code": "b", "title": "T"}, {"code": "n", "title": "N"}]
    assert (team["name"], team["boards"]) == ("Greens", boards)
    given = 'title: "B", team: {update: {input: {name: "Reds", members: {disconnect: [{id: 1}]}}}}'
    board = await become(club, "Board", given)
    assert board["team"] == {"name": "Reds"}
    team = await become(club, "Team", 'boards: {delete: [{code: "n"}], set: []}')
    assert team["boards"] == []
    board = await become(club, "Board", 'team: {create: {name: "Golds"}}')
    assert board["team"] == {"name": "Golds"}
    assert (await become(club, "Board", "team: {delete: true}"))["team"] is None
    held = await club.held()
    assert [each["name"] for each in held["teams"]] == ["Reds", "Blues"]
    assert [each["code"] for each in held["boards"]] == ["b", "o"]
    assert [each["teamId"] for each in held["members"]] == [None, 2, None]


async def test_rows_that_a_filter_finds_are_changed_alike(club: Club):
    """What is made for each is made for each; what they refer to is one row."""
    given = """{ updateMembers(where: {}, input: {
        team: {create: {name: "All"}}, tasks: {create: []}, skills: {connect: [{id: 2}]}}) {
      ... on MemberListWritten { affected members { team { name } skills { totalCount } } } } }"""
    told = await club.gives(given)
    assert told["affected"] == 2
    assert [each["team"] for each in told["members"]] == [{"name": "All"}] * 2
    assert [each["skills"]["totalCount"] for each in told["members"]] == [2, 1]
    given = """{ updateMembers(where: {}, input: {team: {upsert: {
        update: {input: {name: "One"}}, create: {name: "Two"}}}}) {
      ... on MemberListWritten { members { team { name } } } } }"""
    assert (await club.gives(given))["members"] == [{"team": {"name": "One"}}] * 2
    refused = await club.codes("updateMembers(where: {}, input: {tasks: {connect: [{id: 2}]}})")
    assert refused == [("VALUE_INVALID", "input.tasks.connect.0.id")]
    gone = "{ updateMembers(where: {id: {eq: 99}}, input: {team: {create: {name: %s}}}) {"
    gone = gone % '"None"' + "... on MemberListWritten { affected } } }"
    assert await club.gives(gone) == {"affected": 0}
    assert "None" not in [each["name"] for each in (await club.held())["teams"]]


REFUSALS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("Member", "team: {connect: {id: 99}}", [("NOT_FOUND", "input.team.connect.id")]),
    ("Member", "teamId: 2, team: {disconnect: true}", [("VALUE_INVALID", "input.teamId")]),
    ("Member", 'team: {update: {input: {name: "Blues"}}}', [
        ("UNIQUE_VIOLATION", "input.team.update.input.name")]),
    ("Member", "tasks: {delete: [{id: 3}, {id: 99}]}", [  # the first is of another member
        ("NOT_FOUND", "input.tasks.delete.0.id"), ("NOT_FOUND", "input.tasks.delete.1.id")]),
    ("Member", 'tasks: {update: [{where: {id: 3}, input: {title: "x"}}]}', [
        ("NOT_FOUND", "input.tasks.update.0.where.id")]),
    ("Member", 'tasks: {update: [{where: {id: 1}, input: {title: "nnnnnnnnnnnnnnnnnnnnn"}}]}', [
        ("VALUE_INVALID", "input.tasks.update.0.input.title")]),
    ("Member", 'tasks: {update: [{where: {id: 1}, input: {title: "nothing"}}]}', [
        ("VALUE_INVALID", "input.tasks.update.0")]),
    ("Member", 'tasks: {update: [{where: {id: 1}, input: {title: "cook"}}]}', [
        ("UNIQUE_VIOLATION", "input.tasks.update.0.input.title")]),
    ("Member", 'tasks: {update: [{where: {id: 1}, input: {parts: {create: [{title: "p"}]}}}]}', [
        ("VALUE_INVALID", "input.tasks.update.0.input.parts.create.0.memberId")]),
    ("Member", "skills: {disconnect: [{id: 2}]}", [("NOT_FOUND", "input.skills.disconnect.0.id")]),
    ("Member", "skills: {set: [{id: 99}]}", [("NOT_FOUND", "input.skills.set.0.id")]),
    ("Member", "tasks: null", [("VALUE_INVALID", "input.tasks")]),
    ("Team", "members: {disconnect: [{id: 2}]}", [("NOT_FOUND", "input.members.disconnect.0.id")]),
    ("Team", "members: {connect: [{id: 2}]}", [("NOT_FOUND", "input.members.connect.0.id")]),
    ("Team", "members: {set: [{id: 1}, {id: 1}]}", [("VALUE_INVALID", "input.members.set.1.id")]),
    ("Task", "whole: {update: {input: {memberId: 1}}}", [("NOT_FOUND", "input.whole.update")]),
    ("Task", "whole: {delete: true}", [("NOT_FOUND", "input.whole.delete")]),
    ("Team", 'name: "X", boards: {create: [{code: "b", title: "new"}]}', [
        ("UNIQUE_VIOLATION", "input.boards.create.0.code")]),
    ("Team", 'name: "X", boards: {disconnect: [{code: "o"}]}', [
        ("NOT_FOUND", "input.boards.disconnect.0.code")]),
    ("Board", 'title: "X", team: {update: {input: {name: "Blues"}}}', [
        ("UNIQUE_VIOLATION", "input.team.update.input.name")]),
    ("Board", 'cards: {disconnect: [{code: "3"}]}', [
        ("NOT_FOUND", "input.cards.disconnect.0.code")]),
    ("Board", 'cards: {create: [{code: "1", text: "new"}]}', [
        ("UNIQUE_VIOLATION", "input.cards.create.0.code")]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "refused"), REFUSALS)
async def test_what_cannot_become_is_refused_at_its_path(
    club: Club, kind: str, given: str, refused: list[tuple[str, str]]
):
    """And nothing is written."""
    before = await club.held()
    key = KEYS.get(kind, "id: 1")
    assert await club.codes(f"update{kind}({key}, input: {{{given}}})") == refused
    assert await club.held() == before


@pytest.mark.parametrize(
    "given",
    [
        'team: {upsert: {update: {}, create: {name: "x"}}}',
        'tasks: {upsert: [{where: {id: 1}, update: {}, create: {title: "x"}}]}',
        'skills: {upsert: [{where: {id: 1}, update: {input: {}}, create: {name: "x"}}]}',
    ],
)
async def test_a_change_that_says_nothing_is_a_mistake(club: Club, given: str):
    """Also where a row may be made instead: `connectOrCreate` is the word for that."""
    mutation = f"mutation {{ updateMember(id: 1, input: {{{given}}}) {{ __typename }} }}"
    answer = await club.ask(mutation)
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_a_row_that_others_refer_to_does_not_end(founded: Any):
    """In a store that looks after that."""
    stores, club = founded
    stores.reset()
    refused = await club.codes("updateMember(id: 1, input: {tasks: {delete: [{id: 1}]}})")
    assert refused == [("REFERENCE_VIOLATION", "input.tasks.delete.0")]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("Member", 'team: {update: {input: {owner: "bob"}}}'),
        ("Member", 'tasks: {update: [{where: {id: 1}, input: {owner: "bob"}}]}'),
        ("Member", 'tasks: {create: [{title: "x", owner: "bob"}]}'),
        ("Member", 'badge: {upsert: {update: {input: {owner: "bob"}}, create: {code: "x"}}}'),
        ("Team", 'members: {update: [{where: {id: 1}, input: {owner: "bob"}}]}'),
        ("Board", 'cards: {update: [{where: {code: "1"}, input: {owner: "bob"}}]}'),
        ("Team", 'name: "X", boards: {update: [{where: {code: "b"}, input: {owner: "bob"}}]}'),
        ("Board", 'title: "X", team: {update: {input: {owner: "bob"}}}'),
    ],
)
async def test_rows_must_be_such_as_may_be_as_they_become(club: Club, kind: str, given: str):
    """On every step; one that is refused undoes all."""
    before = await club.held()
    mutation = f"mutation {{ update{kind}({KEYS.get(kind, 'id: 1')}, input: {{{given}}})"
    answer = await club.ask(f"{mutation} {{ __typename }} }}")
    assert [each["extensions"]["code"] for each in answer["errors"]] == [UNAUTHORIZED]
    assert await club.held() == before


async def test_rows_must_be_such_as_may_be_as_they_were(club: Club):
    """Another's row is as if it were not there; but `set` does not leave it where it is."""
    await become(club, "Team", 'members: {create: [{email: "z@x", owner: "bob"}]}', ADMIN)
    change = 'updateTeam(id: 1, input: {members: {update: [{where: {id: 4}, input: {name: "x"}}]}})'
    assert await club.codes(change) == [("NOT_FOUND", "input.members.update.0.where.id")]
    for word in ("disconnect", "delete"):
        change = f"updateTeam(id: 1, input: {{members: {{{word}: [{{id: 4}}]}}}})"
        assert await club.codes(change) == [("NOT_FOUND", f"input.members.{word}.0.id")]
    left = "mutation { updateTeam(id: 1, input: {members: {set: []}}) { __typename } }"
    answer = await club.ask(left)
    assert [each["extensions"]["code"] for each in answer["errors"]] == [UNAUTHORIZED]
    assert (await become(club, "Team", "members: {set: []}", ADMIN))["members"] == []
    given = 'members: {create: [{email: "y@x", owner: "bob"}]}'
    other = f"updateTeam(id: 2, input: {{{given}}})"
    assert await club.codes(other) == [("NOT_FOUND", "id")]
    team = await become(club, "Team", given, BOB, key="id: 2")
    assert [each["id"] for each in team["members"]] == [2, 5]


def test_the_schema_has_what_may_be_said_of_changes():
    """Fields that must not be null cannot be let go; what is fixed leads where it does."""
    types: Any = core_of(club_schema()).type_map
    assert "disconnect" not in types["MemberUpdateTasks"].fields
    assert "set" not in types["MemberUpdateTasks"].fields
    assert {"update", "delete", "upsert"} <= set(types["MemberUpdateTasks"].fields)
    assert set(types["TaskUpdateMember"].fields) == {
        *("update", "upsert", "connect", "connectOrCreate", "create"),
    }
    assert set(types["TeamUpdateCity"].fields) == {"connect", "disconnect"}
    assert "TeamUpdateRules" not in types
    assert str(types["MemberUpdateTeam"].fields["disconnect"].type) == "Boolean"


async def test_caches_are_told_of_all_that_may_be_written():
    """Of each step; what is only referred to is not."""
    club, told = Club(), list[set[str]]()

    async def forget(entities: Any) -> None:
        told.append({entity.name for entity in entities})

    club.graph.entity_cache.forget = forget
    await become(club, "Member", 'team: {connect: {id: 2}}, tasks: {create: [{title: "x"}]}')
    await become(club, "Member", "skills: {connect: [{id: 2}]}, badge: {disconnect: true}")
    await become(club, "Skill", "members: {disconnect: [{id: 1}]}")
    given = "tasks: {update: [{where: {id: 1}, input: {parts: {create: []}}}]}"
    await become(club, "Member", given)
    await become(club, "Member", "team: {disconnect: true}")
    assert told == [
        {"Member", "Task"},
        {"Member", "Membership", "Badge"},
        {"Skill", "Membership"},
        {"Member", "Task"},
        {"Member"},
    ]


async def test_nesting_ends_where_the_document_does(club: Club):
    """A variable may nest as deep as its JSON; what is deeper than Python goes is refused."""
    kind = "($input: TaskCreate!)"
    field = f"{kind} {{ createTask(input: $input) {{ __typename }} }}"
    for depth, wrong in ((40, False), (5000, True)):
        given: dict[str, Any] = {"title": "0", "memberId": 1}
        for level in range(1, depth):
            given = {"title": f"{level}", "memberId": 1, "parts": {"create": [given]}}
        answer = await club.ask(f"mutation {field}", input=given)
        assert ("errors" in answer) is wrong, answer
        assert len((await club.held())["tasks"]) == 3 + 40


async def told_to(club: Club, viewer: Principal, name: str) -> set[str]:
    """The fields of an input that somebody is told of."""
    shown = club.graph.context(viewer).shown
    return set(getattr(shown.type_map.get(name), "fields", ()))


async def test_viewers_are_told_of_the_words_that_may_be_theirs():
    """With `INTROSPECTION=allowed`."""
    club = Club()
    assert "pin" not in await told_to(club, ANN, "MemberKey")
    assert await told_to(club, ANN, "MemberKey") == {"id", "email"}
    assert "RuleCreateTeam" not in club.graph.context(ANN).shown.type_map
    assert await told_to(club, ADMIN, "RuleCreateTeam") == {"connect", "connectOrCreate", "create"}
