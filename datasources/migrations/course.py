"""In charge of going through migrations step by step: on paper, or in the stores."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from threading import Lock
from typing import Any, Final, cast

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations, ops
from alembic.runtime.migration import MigrationContext

from datasources.migrations.collections import Collections, Command
from datasources.migrations.errors import MigrationError, reason_of
from datasources.migrations.losses import loss_of
from datasources.migrations.steps import CreateEnum, CreateView, DocumentStep

Table = tuple[str | None, str]
"""A table of Postgres: its schema, None for the usual one, and its name."""

# `op`, which migrations call, is one for the whole process.
_ONE_AT_A_TIME: Final = Lock()


@dataclass(slots=True)
class Course:
    """What becomes of the steps of migrations, each in its turn.

    ``command`` is given what is asked of MongoDB, None if the graph has no documents; ``tables``
    says whether it has tables. ``present`` is a Postgres before its first migration, which makes
    only what is missing there if it ``adopts``. ``losses`` collects what may be lost, ``found`` the
    present tables that were to be made, ``made`` all that were.
    """

    there: Collections
    command: Callable[[Command], None] | None
    tables: bool
    adopts: bool = False
    fresh: bool = False
    present: sa.Connection | None = None
    losses: list[str] = field(default_factory=list[str])
    found: list[Table] = field(default_factory=list[Table])
    made: dict[Table, None] = field(default_factory=dict[Table, None])
    on_loss: Callable[[str], None] = lambda _: None

    @contextmanager
    def under_way(self, context: MigrationContext) -> Generator[None]:
        """Within, ``op`` in migrations leads here."""
        with _ONE_AT_A_TIME, Operations.context(context) as operations:
            # Each method of `op` ends in this one.
            cast("Any", operations).invoke = partial(self._invoke, operations)
            yield

    def _invoke(self, operations: Operations, step: MigrateOperation) -> Any:
        if self._passes_over(step):
            return None
        if (loss := loss_of(step, self.there)) and not self._is_safe(step):
            self.lose(loss)
        if isinstance(step, DocumentStep):
            self._ask(step)
            return None
        if not self.tables:
            raise MigrationError(f"{type(step).__name__} is for Postgres, which has no model here.")
        self._note(step)
        return Operations.invoke(operations, step)

    def after_the_first(self) -> None:
        """From here on nothing is there already."""
        self.adopts, self.present = False, None

    def lose(self, loss: str) -> None:
        """Notes what may be lost; of fresh stores, nothing."""
        if not self.fresh:
            self.losses.append(loss)
            self.on_loss(loss)

    def _is_safe(self, step: MigrateOperation) -> bool:
        """Whether nothing can be lost: of a table that was made just now, or as models say it."""
        if self.fresh or self.adopts or isinstance(step, DocumentStep):
            return self.fresh or self.adopts
        own = (getattr(step, "schema", None), getattr(step, "table_name", None))
        return own in self.made

    def _ask(self, step: DocumentStep) -> None:
        if self.command is None:
            raise MigrationError(f"{type(step).__name__} is for MongoDB, which has no model here.")
        for command in step.commands(self.there):
            self.command(command)

    def _note(self, step: MigrateOperation) -> None:
        match step:
            case ops.CreateTableOp():
                self.made[step.schema, step.table_name] = None
            case ops.DropTableOp():
                self.made.pop((step.schema, step.table_name), None)
            case _:
                pass

    def _passes_over(self, step: MigrateOperation) -> bool:
        """Whether the database has already what a first migration is to make."""
        if self.present is None:
            return False
        database = sa.inspect(self.present)
        match step:
            case ops.CreateTableOp():
                there = database.has_table(step.table_name, schema=step.schema)
                self.found += [(step.schema, step.table_name)] if there else []
            case ops.CreateIndexOp():
                there = _has_index(database, step)
            case CreateEnum():
                there = any(enum["name"] == step.name for enum in _enums(database, step.schema))
            case CreateView():
                there = step.name in database.get_view_names(step.schema)
            case ops.AddConstraintOp():
                there = (cast("Any", step).schema, cast("Any", step).table_name) in self.found
            case _:
                there = False
        return there and self.adopts


def _enums(database: sa.Inspector, schema: str | None) -> list[Any]:
    return cast("Any", database).get_enums(schema)


def _has_index(database: sa.Inspector, step: ops.CreateIndexOp) -> bool:
    if not database.has_table(step.table_name, step.schema):
        return False
    indexes = database.get_indexes(step.table_name, step.schema)
    return any(index["name"] == step.index_name for index in indexes)


def guard(
    run: Callable[[], None],
    number: str,
    begin: Callable[[], None] | None,
    *,
    untold: Callable[[str], None] | None,
) -> Callable[[], None]:
    """The function of one migration, whose failure is told by its number; ``begin`` precedes it.

    On paper a failure may merely mean that it looks at rows, so it is ``untold`` what it does.
    """

    @wraps(run)
    def guarded() -> None:
        try:
            if begin:
                begin()
            run()
        except MigrationError:
            raise
        except Exception as error:
            if untold is None:
                told = f"Migration {number} failed: {reason_of(error)}."
                raise MigrationError(
                    told, hint="What it had done in Postgres is undone."
                ) from error
            untold(f"{number} does what cannot be told beforehand ({reason_of(error)})")

    return guarded
