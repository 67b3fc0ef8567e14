"""Who writes is told to Postgres as well: policies hold for changes, and for reads between them."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from viewers_asking import ADA, BOB
from viewers_models import post

from auth import ANONYMOUS
from catalog import Store
from catalog.change import Conflict, Delete, Insert, Set, Transaction, Update
from catalog.change_codec import by_key
from catalog.query import ALWAYS, Read
from datasources.errors import ChangeRefused, StoreError, UniqueViolation
from datasources.postgres import Roles
from resolvers.operations.idempotency import IdempotencyKey, Kept, keep, known_answer
from resolvers.outbox.changes import Outbox
from resolvers.outbox.intents import Intent

LETTER, CITY = post()["Letter"], post()["City"]
HERS = {"id": 99, "owner": "ada", "text": "new", "city": "AYR", "box_id": 1}


@pytest.fixture(scope="module")
def writing(admin):
    """People who have signed in may write, as far as policies let them."""
    admin.execute("GRANT INSERT, UPDATE, DELETE ON post.letter TO web")
    yield
    admin.execute("REVOKE INSERT, UPDATE, DELETE ON post.letter FROM web")


@contextlib.asynccontextmanager
async def undone(graph, who) -> AsyncIterator[Transaction]:
    """A transaction of somebody's, of which nothing is left."""
    with contextlib.suppress(ZeroDivisionError):
        async with graph.context(who).sources[Store.POSTGRES].begin() as transaction:
            yield transaction
            raise ZeroDivisionError


async def owners(transaction):
    """Whose letters are seen."""
    (answers,) = await transaction.read([Read(LETTER, (("owner",), ("text",)))])
    return {row["owner"] for row in answers[()].rows}


async def test_only_what_one_may_see_is_touched(served, writing):
    """What a filter says comes on top."""
    graph = served(pool_size=1)
    async with undone(graph, ADA) as transaction:
        came = await transaction.change(Update(LETTER, ALWAYS, (Set(("text",), "x"),)))
        assert len(came.keys) == 10
        assert await owners(transaction) == {"ada"}
        assert len((await transaction.change(Delete(LETTER, ALWAYS))).keys) == 10
        assert not await owners(transaction)
    async with undone(graph, BOB) as transaction:
        assert await owners(transaction) == {"bob"}


async def test_tables_of_bigraphs_own_are_not_the_viewers(served, writing):
    """Who asks needs no right on them, and has the same role before and after."""
    key, answer = IdempotencyKey("name", "request", 60), Kept("{}", "[]")
    async with undone(served(), ADA) as transaction:
        assert await known_answer(transaction, key) is None
        assert await owners(transaction) == {"ada"}
        await keep(transaction, key, answer)
        assert await owners(transaction) == {"ada"}
        assert await known_answer(transaction, key) == answer


async def test_the_outbox_is_not_the_viewers_either(served, writing):
    """It is written as ourselves, and so is what takes back what somebody wrote."""
    graph = served()
    outbox = Outbox(post(), graph.sources, graph.entity_cache.forget)
    back = Delete(LETTER, by_key(LETTER, [(HERS["id"],)]))
    intents = [Intent((Insert(CITY, ({"code": "NEW", "name": "New"},)),), (back,)) for _ in "ab"]
    sources = graph.context(ADA).sources
    for intent in intents:
        with contextlib.suppress(ZeroDivisionError):
            async with sources[Store.MONGO].begin() as mongo:
                async with sources[Store.POSTGRES].begin() as postgres:
                    await postgres.change(Insert(LETTER, (HERS,)))
                    await outbox.note(intent, postgres, mongo)
                raise ZeroDivisionError  # before MongoDB has committed
        refusal = await outbox.settle(intent)
        if intent is intents[0]:
            assert refusal is None
            async with sources[Store.POSTGRES].begin() as postgres:
                assert (await postgres.change(back)).keys == ((HERS["id"],),)
        else:
            assert isinstance(refusal.error, UniqueViolation)
    async with sources[Store.POSTGRES].begin() as postgres:
        assert (await postgres.change(back)).keys == ()
    assert await outbox.due() == []
    async with graph.sources[Store.MONGO].begin_own() as mongo:
        await mongo.change(Delete(CITY, by_key(CITY, [("NEW",)])))


async def test_rows_that_become_what_one_may_not_have_are_refused(served, writing):
    """In our words; another's row is only told to be in the way."""
    graph = served()
    async with undone(graph, ADA) as transaction:
        assert (await transaction.change(Insert(LETTER, (HERS,)))).keys == ((99,),)
    for change in (
        Insert(LETTER, (HERS | {"owner": "bob"},)),
        Update(LETTER, ALWAYS, (Set(("owner",), "bob"),)),
    ):
        with pytest.raises(ChangeRefused) as caught:
            async with undone(graph, ADA) as transaction:
                await transaction.change(change)
        assert "Row-level security" in str(caught.value)
    with pytest.raises(UniqueViolation):
        async with undone(graph, ADA) as transaction:
            await transaction.change(Insert(LETTER, (HERS | {"id": 1},)))
    update = Conflict(("id",), ("text",))
    with pytest.raises(StoreError):
        async with undone(graph, ADA) as transaction:
            await transaction.change(Insert(LETTER, (HERS | {"id": 1},), update))


async def test_who_may_not_write_at_all_is_told(served, writing):
    """By the role's rights, or since no policy would hold for it."""
    for graph in (served(), served(roles=Roles("app", "app"))):
        with pytest.raises(StoreError):
            async with undone(graph, ANONYMOUS) as transaction:
                await transaction.change(Delete(LETTER, ALWAYS))


async def test_a_policy_of_its_own(served, writing):
    """One viewer's transaction is no other's."""
    graph = served()
    async with undone(graph, ADA) as hers, undone(graph, BOB) as his:
        assert hers.policy != his.policy
        assert await owners(hers) == {"ada"}
        assert await owners(his) == {"bob"}
