"""What the databases think of their own sizes, which decides whom to ask first."""

from patient import counting_patiently, mongo_at, postgres_at

import models
from catalog import Store, catalog_of, models_in


async def test_both_know_about_how_many_rows_they_have(sample_servers):
    """Without counting them; a table that is empty, or never was analysed, may have no number."""
    catalog = catalog_of(models_in(models))
    postgres = postgres_at(catalog, sample_servers.postgres)
    mongo = mongo_at(catalog, sample_servers.mongo)
    tables = await postgres.sizes(catalog.of(Store.POSTGRES))
    async with counting_patiently():
        documents = await mongo.sizes(catalog.of(Store.MONGO))
    await postgres.close()
    await mongo.close()
    assert 330_000 < tables["Flight"] < 340_000
    assert 10 < tables["Airline"] < 20
    assert documents == {"Airport": 1458, "Note": 0, "Weather": 26_115}
