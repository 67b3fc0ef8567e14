"""In charge of how the embedded servers look from outside: ordinary clients, and /proc."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pymongo
import redis


def sql(url: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a statement, in a session of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def documents(url: str, *, add: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """All documents of a collection, after one was added."""
    with pymongo.MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=300) as client:
        collection = client.get_default_database()["notes"]
        if add is not None:
            collection.insert_one(add)
        return list(collection.find({}, {"_id": False}))


def ping(url: str) -> bool:
    """Whether a Redis answers."""
    with redis.Redis.from_url(url) as client:
        return client.ping()


def processes_of(folder: Path) -> list[int]:
    """Ids of the running processes that work in the folder or were given it."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            place = (process / "cwd").readlink()
            given = os.fsencode(folder) in (process / "cmdline").read_bytes()
            if place.is_relative_to(folder) or (given and int(process.name) != os.getpid()):
                found.append(int(process.name))
    return found
