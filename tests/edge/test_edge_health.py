"""What an orchestrator asks: alive always, ready only while both stores answer."""

from tests.library.library import Library
from tests.library.sources import DictCache, DownCache, DownSource

UP = {"ready": True}
DOWN = {"ready": False, "reason": "connection refused"}


async def test_alive_whatever_is_down(connect):
    """A restart would mend no store."""
    async with connect(Library(postgres=DownSource, mongo=DownSource)) as client:
        response = await client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_while_all_answer(connect):
    """Each store is named; the answer is not to be kept."""
    async with connect(Library(cache=DictCache())) as client:
        response = await client.get("/health/ready")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "status": "ready",
        "stores": {"postgres": UP, "mongo": UP, "redis": UP},
    }


async def test_not_ready_while_a_store_is_down(connect):
    """503, and the reason beside the store's name."""
    async with connect(Library(mongo=DownSource)) as client:
        response = await client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "stores": {"postgres": UP, "mongo": DOWN}}


async def test_ready_without_redis(connect):
    """It is slower and says so, but it answers."""
    async with connect(Library(cache=DownCache())) as client:
        response = await client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "stores": {"postgres": UP, "mongo": UP, "redis": DOWN},
    }
