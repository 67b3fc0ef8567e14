"""In charge of what a store is sent for reads, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bson import json_util

from catalog.entity import Catalog, Store
from catalog.query import Read
from catalog.summary import Summary
from datasources.mongo.pipelines import command_of
from datasources.postgres.statements import statement_for


def call_text(catalog: Catalog, store: Store, reads: Sequence[Read | Summary]) -> str:
    """The statements or the command of one call; empty where nothing need be asked."""
    match store:
        case Store.POSTGRES:
            found = [statement_for(catalog, read) for read in reads]
            return "\n".join(f"{statement.sql};\n" for statement in found if statement)
        case Store.MONGO:
            command = command_of(catalog, reads)
            if command is None:
                return ""
            shown = {"aggregate": command.collection or 1, "pipeline": command.pipeline}
            return json_util.dumps(shown, indent=2) + "\n"
        case _:
            assert_never(store)
