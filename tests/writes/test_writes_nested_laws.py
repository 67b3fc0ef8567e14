"""Laws of nested writes, over random words along random relations, in memory and in real stores.

What fails changes nothing; what is written is the viewer's, as it was and as it becomes; and all
stores write alike.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from club import Club, ClubStores
from club_models import CATALOG
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from shop import ADMIN, ANN, BOB, REFUSED

from auth import ANONYMOUS, Principal
from catalog.entity import Entity, Relation
from catalog.nesting import Word, nested_in
from tests.library.literals import literal

THOROUGH = os.environ.get("AGREEMENT") == "thorough"
LAWS = settings(database=None, derandomize=not THOROUGH)
PEOPLE = (ANN, ADMIN, ADMIN, BOB, ANN, ANONYMOUS)
THERE = {
    "Team": ("name", ["Reds", "Blues"]),
    "Member": ("email", ["a@x", "b@x", "c@x"]),
    "Badge": ("code", ["A", "B", "C"]),
    "Skill": ("name", ["run", "jump"]),
    "Task": ("title", ["sweep", "mop", "cook"]),
    "Board": ("code", ["b", "o"]),
    "Card": ("code", ["1", "2", "3"]),
}
"""By which key rows are named here, and which of them there are at first."""
ROWS = """{
  teams { nodes { name owner } }
  members { nodes { email name owner team { name } skills { nodes { name } } } }
  badges { nodes { code owner member { email } } }
  skills { nodes { name owner } }
  tasks { nodes { title owner member { email } whole { title } } }
  boards { nodes { code title owner team { name } } }
  cards { nodes { code text owner board { code } whole { code } } } }"""

NEW_NAMES = some.integers(0, 999).map(lambda number: f"n{number}@")
TEXTS = some.sampled_from(["T", "U"] * 9 + ["t" * 21])
OWNERS = some.sampled_from(["ann", "ann", "ann", "bob"])


@some.composite
def rows(draw: Any, entity: Entity, depth: int, within: Relation | None = None) -> dict[str, Any]:
    """A new row, which may lack what it needs, or give it twice, now and then."""
    name, known = THERE[entity.name]
    row = {name: draw(NEW_NAMES | NEW_NAMES | NEW_NAMES | some.sampled_from(known))}
    more = {"Board": "title", "Card": "text", "Member": "name"}.get(entity.name)
    row |= {more: f"{draw(TEXTS)}{row[name]}"[:24]} if more else {}
    row |= {"owner": draw(OWNERS)} if draw(some.booleans()) else {}
    row |= draw(said(entity, depth, within, new=True))
    if entity.name == "Task" and within is None and draw(some.integers(0, 9)):
        row["member"] = {"connect": draw(keys(CATALOG["Member"]))}
    return row


@some.composite
def changes(draw: Any, entity: Entity, depth: int) -> dict[str, Any]:
    """What becomes of a row."""
    change = draw(said(entity, depth, None, new=False))
    change |= {"owner": draw(OWNERS)} if not change or draw(some.booleans()) else {}
    return change


@some.composite
def said(
    draw: Any, entity: Entity, depth: int, within: Relation | None, *, new: bool
) -> dict[str, Any]:
    """What is said along some relations."""
    if not depth:
        return {}
    found = [each for each in nested_in(CATALOG, entity, new=new) if each[0].target in THERE]
    chosen = draw(some.lists(some.sampled_from(found), max_size=2, unique_by=lambda e: e[0].api))
    return {
        relation.api: draw(_along(relation, sorted(words, key=lambda word: word.value), depth - 1))
        for relation, words in chosen
        if within is None or relation.target != within.source or draw(some.integers(0, 9)) == 0
    }


@some.composite
def _along(draw: Any, relation: Relation, words: list[Word], depth: int) -> dict[str, Any]:
    most = 2 if relation.many else 1
    chosen = draw(some.lists(some.sampled_from(words), min_size=1, max_size=most, unique=True))
    return {
        word.value: draw(
            some.lists(word_of(relation, word, depth), max_size=2)
            if relation.many
            else word_of(relation, word, depth)
        )
        for word in chosen
    }


@some.composite
def keys(draw: Any, entity: Entity) -> dict[str, Any]:
    """A key, of a row that is there more often than not."""
    name, known = THERE[entity.name]
    return {name: draw(some.sampled_from([*known * 4, "none"]))}


@some.composite
def word_of(draw: Any, relation: Relation, word: Word, depth: int) -> Any:
    """What one word says of a row."""
    target = CATALOG[relation.target]
    within = None if relation.refers or relation.through else relation
    where = {"where": draw(keys(target))}
    named = where if relation.many else {}
    match word:
        case Word.CREATE:
            return draw(rows(target, depth, within))
        case Word.CONNECT_OR_CREATE:
            return where | {"create": draw(rows(target, depth, within))}
        case Word.UPDATE:
            return named | {"input": draw(changes(target, depth))}
        case Word.UPSERT:
            update, create = changes(target, depth), rows(target, depth, within)
            return named | {"update": {"input": draw(update)}, "create": draw(create)}
        case Word.DISCONNECT | Word.DELETE if not relation.many:
            return True
        case _:
            return draw(keys(target))


@some.composite
def operations(draw: Any) -> str:
    """A mutation that makes rows, or changes one, with what is related to it."""
    entity = CATALOG[draw(some.sampled_from(sorted(THERE)))]
    verb = draw(some.sampled_from(["create", "upsert", "update", "update", "update"]))
    if verb == "update":
        name, known = THERE[entity.name]
        by = "" if (name,) == entity.key else f"By{name.capitalize()}"
        key = f"{name}: {literal(draw(some.sampled_from(known)))}"
        field = f"update{entity.name}{by}({key}, input: {literal(draw(changes(entity, 2)))})"
        return f"mutation {{ {field} {{ {REFUSED} }} }}"
    given = draw(some.lists(rows(entity, 2), min_size=1, max_size=2))
    name, target = THERE[entity.name][0], f"{verb}{entity.name}s"
    conflict = f", conflict: {{target: {name}, update: []}}" if verb == "upsert" else ""
    return f"mutation {{ {target}(input: {literal(given)}{conflict}) {{ {REFUSED} }} }}"


async def held(club: Club) -> dict[str, list[str]]:
    """All rows that there are, by what they are related to."""
    data = (await club.ask(ROWS))["data"]
    skills = [(each["email"], each.pop("skills")["nodes"]) for each in data["members"]["nodes"]]
    links = sorted(f"{email} {skill}" for email, nodes in skills for skill in nodes)
    return {
        "links": links,
        **{name: sorted(map(repr, page["nodes"])) for name, page in data.items()},
    }


def codes(answer: Mapping[str, Any]) -> list[str]:
    """Why nothing was written."""
    told = [each["extensions"]["code"] for each in answer.get("errors", ())]
    value = next(iter((answer["data"] or {}).values()), None) or {}
    return told + [each["code"] for each in value.get("errors", ())]


async def obeyed(club: Club, who: Principal, operation: str) -> list[str]:
    """Why nothing was written by an operation; else what was written is as the rules say."""
    before = await held(club)
    refused = codes(await club.ask(operation, who))
    after = await held(club)
    if refused:
        assert after == before
        assert not {"INTERNAL_SERVER_ERROR", "STORE_FAILED"} & set(refused), operation
    for name, left in after.items():
        for row in set(left) ^ set(before[name]):
            # Links are anybody's.
            assert who is ADMIN or name == "links" or f"'owner': '{who.subject}'" in row, operation
    return refused


@settings(LAWS, max_examples=3_000 if THOROUGH else 150)
@given(who=some.sampled_from(PEOPLE), operation=operations())
async def test_what_is_nested_is_written_by_the_rules_or_not_at_all(who: Principal, operation: str):
    """In memory, where each begins anew."""
    await obeyed(Club(), who, operation)


@settings(LAWS, max_examples=400 if THOROUGH else 20)
@given(who=some.sampled_from(PEOPLE), operation=operations())
async def test_all_stores_nest_alike(
    founded: tuple[ClubStores, Club], who: Principal, operation: str
):
    """The same rows, or nothing."""
    stores, real = founded
    stores.reset()
    memory = Club()
    found = await obeyed(real, who, operation)
    assume("REFERENCE_VIOLATION" not in found)  # of which memory knows nothing
    assert bool(found) == bool(await obeyed(memory, who, operation)), operation
    assert await held(real) == await held(memory), operation
