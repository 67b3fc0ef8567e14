"""In charge of MongoDB's own plans: a command is run once more, and measured as it runs."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from bson import json_util

from catalog.explained import StorePlan
from datasources.mongo.client import Database
from datasources.mongo.errors import DRIVER_ERRORS
from datasources.mongo.pipelines import Command

_OURS: Final = ("stages", "queryPlanner", "executionStats", "explainVersion", "shards")
"""What an explanation says of the command; the rest is about the server."""


async def plan_of(command: Command, database: Database, seconds: float) -> StorePlan:
    """The plan with the documents and times that it took."""
    aggregate: dict[str, Any] = {
        "aggregate": command.collection or 1,
        "pipeline": command.pipeline,
        "cursor": {},
    }
    shown = {name: aggregate[name] for name in ("aggregate", "pipeline")}
    text = json_util.dumps(shown, indent=1)
    explain = {"explain": aggregate, "verbosity": "executionStats"}
    try:
        async with asyncio.timeout(seconds):
            told = await database.command(explain)
    except DRIVER_ERRORS as error:
        return StorePlan(text, unknown=f"The server does not explain it: {_reason(error)}.")
    except TimeoutError:
        return StorePlan(text, unknown="The server did not explain it in time.")
    known: dict[str, Any] = {name: told[name] for name in _OURS if name in told}
    if not known:
        return StorePlan(text, unknown="The server explains nothing of such commands.")
    return StorePlan(text, json.loads(json_util.dumps(known)))


def _reason(error: Exception) -> str:
    return str(error).partition(", full error")[0].rstrip(".")[:300]
