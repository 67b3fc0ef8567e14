"""Kinds that share a table or a collection: each is loaded on its own, beside the others."""

from __future__ import annotations

import pytest
from sample_stores import Stores, quiet

import tests.library.models
from catalog import catalog_of, models_in
from datasources.load import LoadError, SampleTable, load
from tests.library.models.event import Exhibition, Lecture
from tests.library.models.recording import Audio, Disc, Film, Recording
from tests.library.rows import documents, tables


def _sample(model: type, rows: list[dict]) -> SampleTable:
    return SampleTable(model, len(rows), lambda: iter(rows))


async def test_kinds_are_loaded_one_after_another(stores: Stores):
    """A kind that comes later finds the others' rows there, and its own missing."""
    catalog = catalog_of(models_in(tests.library.models))
    recordings, events = tables()["Recording"], documents()["Event"]
    of = {
        Film: [row for row in recordings if row["medium"] == "film"],
        Disc: [row for row in recordings if row["medium"] == "disc"],
        Lecture: [row for row in events if row["kind"] in {"lecture", "talk"}],
        Exhibition: [row for row in events if row["kind"] == "exhibition"],
        Audio: [row for row in recordings if row["medium"] == "tape"],
    }

    async def loaded(*models: type) -> bool:
        samples = [_sample(model, of[model]) for model in models]
        return await load(
            catalog,
            samples,
            postgres_url=stores.postgres,
            mongo_url=stores.mongo,
            progress=quiet,
        )

    assert await loaded(Film, Lecture)
    assert not await loaded(Film, Lecture)
    assert await loaded(*of)
    assert not await loaded(*of)
    media = await stores.sql("SELECT medium, count(*) FROM recording GROUP BY medium ORDER BY 1")
    assert media == [("disc", 2), ("film", 2), ("tape", 1)]
    two = "SELECT colour, tracks FROM recording WHERE id IN (1, 4) ORDER BY id"
    assert await stores.sql(two) == [(True, None), (None, 8)]
    kinds = [document["kind"] for document in await stores.find("events")]
    assert sorted(kinds) == ["exhibition", "exhibition", "lecture", "talk"]


async def test_rows_of_several_kinds_are_given_by_kind(stores: Stores):
    """An interface has no rows but those of its kinds."""
    with pytest.raises(LoadError, match="Give the rows of each: Film, PlainAudio, Disc"):
        await load(
            catalog_of(models_in(tests.library.models)),
            [_sample(Recording, tables()["Recording"])],
            postgres_url=stores.postgres,
            mongo_url=None,
            progress=quiet,
        )
