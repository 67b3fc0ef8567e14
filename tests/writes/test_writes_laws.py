"""Laws of writes, over random operations by random people, in memory and in real stores.

What is written is what the rules allow, of rows as they were and as they become; what fails changes
nothing; and all stores answer alike.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from shop import ADMIN, ANN, BOB, REFUSED, Shop
from shop_stores import Stores

from auth import ANONYMOUS, Principal
from tests.library.literals import Name, literal

THOROUGH = os.environ.get("AGREEMENT") == "thorough"
LAWS = settings(database=None, derandomize=not THOROUGH)

PEOPLE = (ANN, ADMIN, BOB, ADMIN, ANN, ANONYMOUS)
ROWS = """{
  customers(orderBy: [{id: ASC}]) { nodes {
    id email name owner hidden visits tags credit tier secret } }
  products(orderBy: [{code: ASC}]) { nodes { code title owner stock labels size { width unit } } } }
"""
SEEING = Principal("shop", "root", frozenset({"secrets"}), frozenset({"admin"}), {"sub": "root"})

OWNERS = some.sampled_from(["ann", "bob"])
EMAILS = some.sampled_from([*(f"{letter}@x" for letter in "abcdefghijkl"), "B@X", "none"])
NAMES = some.sampled_from([*("Nat", "Nell", "Nia", "Noa") * 4, "n" * 21])
NUMBERS = some.integers(0, 9) | some.integers(-1, 4)
LISTS = some.lists(some.sampled_from(["ink", "red"]), max_size=2)
CUSTOMER = {
    "name": NAMES,
    "owner": OWNERS,
    "hidden": some.booleans(),
    "visits": NUMBERS,
    "tags": some.none() | LISTS,
    "secret": some.none() | some.just("s"),
    "tier": some.sampled_from([Name("GOLD"), Name("BASIC")]),
}
PRODUCT = {
    "title": some.sampled_from(["Pen", "Quill", *(f"Ruler {letter}" for letter in "abcdefgh")]),
    "owner": OWNERS,
    "stock": NUMBERS,
    "labels": LISTS,
}
SIZE = some.fixed_dictionaries({"width": NUMBERS}, optional={"unit": some.just("cm")})
SIZES = some.none() | SIZE.map(lambda size: {"set": size}) | SIZE.map(lambda size: {"merge": size})


def _inputs(needed: Mapping[str, Any], optional: Mapping[str, Any]) -> Any:
    more = {name: each for name, each in optional.items() if name not in needed}
    return some.fixed_dictionaries(dict(needed), optional=more)


NEW = {
    "Customer": _inputs(
        {"email": EMAILS, "name": NAMES, "owner": OWNERS}, {**CUSTOMER, "id": some.integers(1, 9)}
    ),
    "Product": _inputs(
        {"code": some.sampled_from("pqrstuvwxyz"), "title": PRODUCT["title"], "owner": OWNERS},
        {**PRODUCT, "size": some.none() | SIZE},
    ),
}
CHANGE = {
    "Customer": _inputs({}, {**CUSTOMER, "email": EMAILS}),
    "Product": _inputs({}, {**PRODUCT, "size": SIZES}),
}
KEY = {
    "Customer": some.integers(1, 4).map(lambda number: {"id": number}),
    "Product": some.sampled_from("pqrz").map(lambda code: {"code": code}),
}
WHERE = {
    "Customer": some.sampled_from(
        [{}, {"visits": {"lt": 2}}, {"owner": {"eq": "bob"}}, {"orders": {"some": {}}}]
    ),
    "Product": some.sampled_from([{}, {"stock": {"gt": 2}}, {"orders": {"none": {}}}]),
}
TARGETS = {"Customer": ["id", "email"], "Product": ["code", "title"]}


@some.composite
def fields(draw: Any, entity: str) -> tuple[str, dict[str, Any], bool]:
    """A field that writes: its name, its arguments, and whether it is about many rows."""
    verb = draw(some.sampled_from(["create", "update", "upsert", "delete"]))
    many = draw(some.booleans())
    arguments: dict[str, Any] = {}
    if verb in ("create", "upsert"):
        new = NEW[entity]
        arguments["input"] = draw(some.lists(new, max_size=3) if many else new)
    else:
        arguments.update({"where": draw(WHERE[entity])} if many else draw(KEY[entity]))
        if not many and draw(some.sampled_from([True, False, False])):
            arguments["ifMatch"] = draw(WHERE[entity])
    if verb == "update":
        arguments["input"] = draw(CHANGE[entity])
        number = "visits" if entity == "Customer" else "stock"
        if number not in arguments["input"] and draw(some.booleans()):
            arguments["increment"] = {number: draw(NUMBERS)}
    if verb == "upsert" and draw(some.booleans()):
        arguments["conflict"] = {"target": Name(draw(some.sampled_from(TARGETS[entity])))}
    return f"{verb}{entity}{'s' * many}", arguments, many


@some.composite
def operations(draw: Any) -> str:
    """A mutation of one or two fields over one store."""
    entity = draw(some.sampled_from(["Customer", "Product"]))
    chosen = draw(some.lists(fields(entity), min_size=1, max_size=2))
    return f"mutation {{ {' '.join(_field(entity, n, *each) for n, each in enumerate(chosen))} }}"


def _field(entity: str, number: int, name: str, arguments: Mapping[str, Any], many: bool) -> str:
    said = ", ".join(f"{key}: {literal(value)}" for key, value in arguments.items())
    rows = f"{entity.lower()}s" if many else entity.lower()
    shown = "email visits tags" if entity == "Customer" else "code stock labels size { width unit }"
    written = f"{entity}{'List' * many}Written {{ affected {rows} {{ owner {shown} }} }}"
    return f"f{number}: {name}({said}) {{ ... on {written} {REFUSED} }}"


async def held(shop: Shop) -> dict[str, dict[Any, Any]]:
    """All rows that there are, by key."""
    data = (await shop.ask(ROWS, SEEING))["data"]
    return {
        "customers": {row["id"]: row for row in data["customers"]["nodes"]},
        "products": {row["code"]: row for row in data["products"]["nodes"]},
    }


def _failed(answer: Mapping[str, Any]) -> bool:
    return "errors" in answer or any("errors" in value for value in answer["data"].values())


async def obeyed(shop: Shop, who: Principal, operation: str) -> dict[str, Any]:
    """The answer to an operation, of which all that was written is as the rules say."""
    before = await held(shop)
    answer = await shop.ask(operation, who)
    after = await held(shop)
    if _failed(answer):
        assert after == before
        values = [value for value in (answer["data"] or {}).values() if value is not None]
        assert all("errors" in value for value in values)
        return answer
    for kind, rows in before.items():
        for key in rows.keys() | after[kind].keys():
            old, new = rows.get(key), after[kind].get(key)
            if old != new:
                owners = {row["owner"] for row in (old, new) if row}
                assert who is ADMIN or owners == {who.subject}
                assert who is ADMIN or new is None or new["owner"] == who.subject
    for row in after["customers"].values():
        assert row["visits"] >= 0
        assert row["email"] == row["email"].lower() != "none"
        assert len(row["name"]) <= 20
    return answer


@settings(LAWS, max_examples=1_500 if THOROUGH else 60)
@given(who=some.sampled_from(PEOPLE), operation=operations())
async def test_what_is_written_is_what_the_rules_allow(who: Principal, operation: str):
    """In memory, where each begins anew."""
    await obeyed(Shop(), who, operation)


def _comparable(answer: Mapping[str, Any]) -> Any:
    """An answer without what stores may tell differently: texts, hints, and which row it was."""

    def bare(value: Any) -> Any:
        match value:
            case {"code": code} if "path" in value:
                return code
            case dict():
                return {name: bare(each) for name, each in value.items()}
            case list() if all(isinstance(each, dict) and "owner" in each for each in value):
                return sorted(map(repr, map(bare, value)))
            case list():
                return [bare(each) for each in value]
            case _:
                return value

    errors = [(each["extensions"]["code"], each["path"]) for each in answer.get("errors", ())]
    return bare(answer["data"]), sorted(errors)


@settings(LAWS, max_examples=400 if THOROUGH else 15)
@given(asked=some.lists(some.tuples(some.sampled_from(PEOPLE), operations()), max_size=4))
async def test_all_stores_write_alike(
    stocked: tuple[Stores, Shop], asked: list[tuple[Principal, str]]
):
    """One operation after the other: the same answers, and the same rows in the end."""
    stores, real = stocked
    stores.reset()
    memory = Shop()
    for shop in (memory, real):  # memory has no foreign keys, and would end what is referred to
        await shop.write("{ deleteOrders(where: {}) { __typename } }", ADMIN)
    for who, operation in asked:
        expected = await obeyed(memory, who, operation)
        found = await obeyed(real, who, operation)
        assert _comparable(found) == _comparable(expected)
    # Numbers that failed inserts have taken are not given again.
    assert _without_ids(await held(real)) == _without_ids(await held(memory))


def _without_ids(rows: Mapping[str, Mapping[Any, Any]]) -> Any:
    customers = [{**row, "id": min(row["id"], 4)} for row in rows["customers"].values()]
    return sorted(map(repr, customers)), rows["products"]
