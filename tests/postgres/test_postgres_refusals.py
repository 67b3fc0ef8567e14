"""In charge of why Postgres refuses changes: with a code, by fields, and without its own words."""

import pytest
from postgres_dock import BARGE, DOCK, SHIP, rows_of
from psycopg import errors

from catalog.change import Conflict, Delete, Increment, Insert, Push, Set, Update
from catalog.query import ALWAYS
from datasources.errors import (
    ChangeRefused,
    CheckViolation,
    NotNullViolation,
    ReferenceViolation,
    StoreError,
    UniqueViolation,
    ValueInvalid,
    ValueOutOfRange,
    ValueTooLong,
)
from datasources.postgres.refusals import failure_of_change

EVE = {"name": "Eve", "flag": "NL"}
ADA = {"name": "Ada", "flag": "NL"}
INTERNAL = ("secret", "constraint", "dock", "Key", "violates", "psycopg", "smallint", "23", "22")

REFUSED = {
    "key": (Insert(SHIP, ({"id": 1, "name": "x"},)), UniqueViolation, ["id"], 0),
    "unique": (Insert(SHIP, (EVE, ADA)), UniqueViolation, ["flag", "name"], None),
    "unique-edit": (Update(SHIP, ALWAYS, (Set(("name",), "x"),)), UniqueViolation,
                    ["flag", "name"], None),
    "twice": (Insert(SHIP, (EVE, EVE), Conflict(("flag", "name"), ())), UniqueViolation,
              ["flag", "name"], 1),
    "other-key": (Insert(SHIP, (ADA | {"id": 2},), Conflict(("flag", "name"), ("id",))),
                  UniqueViolation, ["id"], 0),
    "dangling": (Insert(SHIP, (EVE | {"dock": "XXX"},)), ReferenceViolation, ["dock"], 0),
    "dangling-edit": (Update(SHIP, ALWAYS, (Set(("dock",), "XXX"),)), ReferenceViolation,
                      ["dock"], None),
    "referred-to": (Delete(DOCK, ALWAYS), ReferenceViolation, ["code"], None),
    "check": (Insert(SHIP, (EVE | {"tons": 0},)), CheckViolation, [], 0),
    "check-edit": (Update(SHIP, ALWAYS, (Increment(("tons",), -6),)), CheckViolation, [], None),
    "null": (Insert(SHIP, (EVE, {"name": None})), NotNullViolation, ["name"], 1),
    "missing": (Insert(SHIP, ({"flag": "NL"},)), NotNullViolation, ["name"], 0),
    "null-edit": (Update(SHIP, ALWAYS, (Set(("name",), None),)), NotNullViolation, ["name"], None),
    "long": (Insert(SHIP, (EVE, {"name": "x" * 11})), ValueTooLong, ["name"], None),
    "long-edit": (Update(SHIP, ALWAYS, (Set(("name",), "é" * 11),)), ValueTooLong, ["name"], None),
    "int": (Insert(SHIP, (EVE, EVE | {"crew": 2**31})), ValueOutOfRange, ["crew"], 1),
    "smallint": (Insert(SHIP, (EVE | {"tons": 2**15},)), ValueOutOfRange, [], 0),
    "sum": (Update(SHIP, ALWAYS, (Set(("crew",), 1), Increment(("crew",), 2**31 - 1))),
            ValueOutOfRange, [], None),
    "nul": (Insert(SHIP, (EVE, {"name": "a\0b"})), ValueInvalid, ["name"], 1),
    "half": (Update(SHIP, ALWAYS, (Push(("marks",), ("a", "\ud800")),)), ValueInvalid,
             ["marks"], None),
    "nul-in-json": (Insert(SHIP, (EVE | {"log": {"a": "\0"}},)), ValueInvalid, [], 0),
    "nan-in-json": (Insert(SHIP, (EVE | {"log": {"a": float("nan")}},)), ValueInvalid, [], 0),
}  # fmt: skip


@pytest.mark.parametrize(("change", "error", "fields", "row"), REFUSED.values(), ids=REFUSED)
async def test_a_refusal_says_what_is_wrong(docks, change, error, fields, row):
    """And nothing is written, not even what went before it."""
    before = await rows_of(docks, SHIP, "name", "tons")
    caught = await refusal_of(docks, Insert(DOCK, ({"code": "NEW"},)), change)
    assert type(caught) is error
    assert [*caught.paths] == [(name,) for name in fields]
    assert caught.row == row
    assert not any(word in str(caught) for word in INTERNAL)
    assert await rows_of(docks, SHIP, "name", "tons") == before
    assert "NEW" not in await rows_of(docks, DOCK)


async def refusal_of(source, *changes):
    """Why changes are refused."""

    async def change_all():
        async with source.begin() as transaction:
            for change in changes:
                await transaction.change(change)

    with pytest.raises(StoreError) as caught:
        await change_all()
    return caught.value


async def test_a_trigger_may_refuse(docks, admin_of_docks):
    """In words that only the log has."""
    admin_of_docks.execute("""
        create function dock.no() returns trigger language plpgsql
        as 'begin raise exception ''secret''; end';
        create trigger no before delete on dock.ship for each row execute function dock.no();
    """)
    try:
        caught = await refusal_of(docks, Delete(SHIP, ALWAYS))
    finally:
        admin_of_docks.execute("drop function dock.no cascade")
    assert type(caught) is ChangeRefused
    assert "secret" not in str(caught)


async def test_a_trigger_may_pass_over_a_row(docks, admin_of_docks):
    """Which row it was nobody tells, so that none is written."""
    admin_of_docks.execute("""
        create function dock.over() returns trigger language plpgsql
        as 'begin if new."the name" = ''Eve'' then return null; end if; return new; end';
        create trigger over before insert on dock.ship for each row execute function dock.over();
    """)
    try:
        caught = await refusal_of(docks, Insert(SHIP, (EVE | {"name": "Cid"}, EVE)))
    finally:
        admin_of_docks.execute("drop function dock.over cascade")
    assert type(caught) is ChangeRefused
    assert len(await rows_of(docks, SHIP)) == 2


async def test_what_is_checked_at_the_end_is_told_at_the_end(docks, admin_of_docks):
    """A deferred constraint; the transaction is rolled back."""
    name = "ship_dock_fkey"
    admin_of_docks.execute(f"alter table dock.ship alter constraint {name} initially deferred")
    try:
        caught = await refusal_of(docks, Insert(SHIP, (EVE | {"dock": "XXX"},)))
    finally:
        admin_of_docks.execute(f"alter table dock.ship alter constraint {name} not deferrable")
    assert type(caught) is ReferenceViolation
    assert len(await rows_of(docks, SHIP)) == 2


async def test_a_table_that_is_not_the_models(docks, admin_of_docks):
    """Or may not be written to: that is for who runs the server to mend, and says so."""
    admin_of_docks.execute("alter table dock.craft rename speed to pace")
    try:
        caught = await refusal_of(docks, Update(BARGE, ALWAYS, (Set(("speed",), 1),)))
    finally:
        admin_of_docks.execute("alter table dock.craft rename pace to speed")
    assert type(caught) is StoreError
    assert "model" in str(caught)


@pytest.mark.parametrize("kind", [errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction])
def test_what_the_user_may_not_do_is_said(kind):
    """The hint is for who runs the server."""
    assert failure_of_change(kind("secret"), None, "").hint
