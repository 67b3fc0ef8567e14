"""In charge of the shop's rows in real stores, put there by means that know nothing of Bigraph."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from typing import Any

import psycopg
import pymongo
import sqlalchemy as sa
from shop import rows
from shop_models import Customer, Order, Table

from catalog import Store
from datasources.own import MARKER, METADATA, SCHEMA


class Stores:
    """Both stores by their URLs, which can be put back to how they were at first."""

    def __init__(self, postgres: str, mongo: str) -> None:
        self._engine = sa.create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(postgres)
        )
        self._client = pymongo.MongoClient(mongo)
        database = self._client.get_default_database("bigraph")
        self.products, self.keys = database["products"], database["bigraph_idempotency"]
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            METADATA.create_all(connection)
            Table.metadata.create_all(connection)
        self.markers = database[MARKER.table]
        self.products.create_index("title", unique=True)

    def reset(self) -> None:
        """The rows of the opening, and no others."""
        held = rows()
        with self._engine.begin() as connection:
            connection.execute(sa.text('TRUNCATE customer, "order", supplier, visit CASCADE'))
            for model in (Customer, Order):
                for row in held[Store.POSTGRES][model.__name__]:
                    connection.execute(sa.insert(sa.inspect(model).local_table).values(row))
            connection.execute(sa.text("ALTER SEQUENCE customer_id_seq RESTART WITH 4"))
            for table in METADATA.sorted_tables:
                connection.execute(sa.delete(table))
        self.keys.delete_many({})
        self.products.delete_many({})
        self.markers.delete_many({})
        self.products.insert_many(map(_document, held[Store.MONGO]["Product"]))

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query to Postgres."""
        with self._engine.begin() as connection:
            return [tuple(row) for row in connection.execute(sa.text(sql))]

    @contextlib.contextmanager
    def without_keys(self) -> Generator[None]:
        """As long as this lasts, Postgres lacks the table of idempotency keys."""
        rename = "ALTER TABLE bigraph.{} RENAME TO {}"
        with self._engine.begin() as connection:
            connection.execute(sa.text(rename.format("idempotency", "away")))
        yield
        with self._engine.begin() as connection:
            connection.execute(sa.text(rename.format("away", "idempotency")))

    def outbox(self) -> list[dict[str, Any]]:
        """The rows that are in it."""
        with self._engine.begin() as connection:
            rows = connection.execute(sa.text("SELECT * FROM bigraph.outbox ORDER BY written_at"))
            return [dict(row) for row in rows.mappings()]

    def run(self, statement: str) -> None:
        """Runs a statement in Postgres, as somebody who knows nothing of Bigraph."""
        with self._engine.begin() as connection:
            connection.execute(sa.text(statement))

    def close(self) -> None:
        """Gives back the connections."""
        with contextlib.suppress(Exception):
            self._client.close()
        self._engine.dispose()


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    stored = {"code": "_id", "stock": "in_stock"}
    return {stored.get(name, name): value for name, value in row.items()}
