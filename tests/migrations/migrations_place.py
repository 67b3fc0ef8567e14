"""In charge of two databases of a test's own, asked by means that know nothing of Bigraph."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pymongo

from datasources.migrations.noted import Urls

ROOT = Path(__file__).parents[2]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


class Place:
    """Two new, empty databases."""

    def __init__(self, urls: Urls) -> None:
        self.urls = urls

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement gives, committed."""
        with psycopg.connect(self.urls.postgres or "", autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def mongo(self, ask: Callable[[Any], Any]) -> Any:
        """What a function of the database gives."""
        with pymongo.MongoClient(self.urls.mongo) as client:
            return ask(client.get_default_database("bigraph"))

    def tables(self) -> set[str]:
        """The tables and views there are."""
        rows = self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        return {name for (name,) in rows}

    def collections(self) -> set[str]:
        """The collections there are."""
        return set(self.mongo(lambda database: database.list_collection_names()))
