"""In charge of migrating: the plan first, which says what may be lost, then the same in the stores.

Each migration is a transaction of Postgres, in which its revision is noted. MongoDB has none for
such commands; they are told by what is there, so that a migration that broke off is made again.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.dialects.postgresql import dialect

from datasources.migrations.collections import Collections, Command, collections_in
from datasources.migrations.course import Course, Table, guard
from datasources.migrations.errors import LossError, MigrationError, reason_of
from datasources.migrations.history import History
from datasources.migrations.steps import written
from datasources.migrations.stores import LIMITS, Stores, alone, note_revision, revision_in
from datasources.own import SCHEMA

# Not psycopg's own style of parameters, for which each % would be doubled.
_ON_PAPER: Final = dialect(paramstyle="named")


_TABLES: Final = f"""
SELECT 1 FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema', '{SCHEMA}') LIMIT 1
"""  # noqa: S608 (a constant)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: from which revision, by which, as a script, and what may be lost.

    The script is SQL; MongoDB's commands are comments in it. ``made`` are the tables that these
    migrations make and leave, ``there`` is what MongoDB has after them.
    """

    begins: str | None
    revisions: tuple[str, ...]
    script: str
    losses: tuple[str, ...]
    made: tuple[Table, ...]
    there: Collections


def planned(history: History, stores: Stores, *, adopt: bool = False) -> Plan:
    """What migrating these stores would do; nothing is done. Raises ``MigrationError``.

    With ``adopt``, a database without a revision is taken to hold what the first migration makes.
    """
    begins = current_revision(history, stores)
    course = _course(stores, begins, adopt=adopt)
    plan = _on_paper(history, begins, course, documents=stores.mongo is not None)
    if course.found and not adopt:
        names = ", ".join(sorted(name for _, name in course.found))
        hint = "Are they as your models say? Then: python server.py migrate --adopt"
        raise MigrationError(f"The database has no revision, but has {names} already.", hint=hint)
    return plan


def whole(history: History, *, tables: bool = True, documents: bool = True) -> Plan:
    """The whole history, as it would be made from nothing. Needs no database."""
    return _on_paper(history, None, Course(Collections(), None, tables), documents=documents)


def migrate(
    history: History,
    stores: Stores,
    *,
    adopt: bool = False,
    may_lose: bool = False,
    seconds: float = 600.0,
) -> Plan:
    """Migrates to the newest revision; gives what was done. Whoever else migrates is waited for.

    Raises ``LossError``, and ``MigrationError``; run again, it goes on where it failed.
    """
    with alone(stores, seconds):
        plan = planned(history, stores, adopt=adopt)
        if plan.losses and not may_lose:
            raise LossError(plan.losses)
        if plan.revisions:
            course = _course(stores, plan.begins, adopt=adopt)
            course.command = None if stores.mongo is None else partial(_run, stores.mongo)
            _in_stores(history, plan.begins, course, stores)
    return plan


def migrate_tables(history: History, connection: sa.Connection, *, documents: bool) -> Plan:
    """Makes the whole history in an empty Postgres; what MongoDB would have, is only noted."""
    course = Course(Collections(), (lambda _: None) if documents else None, tables=True)
    _in_stores(history, None, course, Stores(connection, None))
    return Plan(None, history.revisions, "", (), tuple(course.made), course.there)


def current_revision(history: History, stores: Stores) -> str | None:
    """The revision of the stores: Postgres's, or that which a MongoDB alone has noted.

    Raises ``MigrationError`` for one that the history does not have.
    """
    found = _noted(stores)
    if found is not None and found not in history.revisions:
        hint = "Is it that of another program, or a newer one than this?"
        raise MigrationError(f"The database is at {found}, which no migration is.", hint=hint)
    return found


def _noted(stores: Stores) -> str | None:
    if stores.postgres is not None:
        found = MigrationContext.configure(stores.postgres).get_current_heads()
        stores.postgres.rollback()
        if found:
            return found[0]
    return None if stores.mongo is None else revision_in(stores.mongo)


def _course(stores: Stores, begins: str | None, *, adopt: bool) -> Course:
    there = Collections() if stores.mongo is None else collections_in(stores.mongo)
    course = Course(there, None, tables=stores.postgres is not None)
    if begins is None:
        course.adopts, course.present = adopt, stores.postgres
        course.fresh = not there.others and (stores.postgres is None or _is_empty(stores.postgres))
    return course


def _is_empty(connection: sa.Connection) -> bool:
    """Whether a database has no tables but ours."""
    return not connection.exec_driver_sql(_TABLES).first()


def _on_paper(history: History, begins: str | None, course: Course, *, documents: bool) -> Plan:
    script = io.StringIO()
    course.command = partial(_note_command, script) if documents else None
    course.on_loss = partial(_note_loss, script)
    context = _paper(script, begins)
    steps = _steps(history, begins, course, untold=course.lose)
    _go(context, course, steps, lambda _: None)
    revisions = tuple(str(step.revision.revision) for step in steps)
    text = f"{LIMITS if course.tables else ''}{script.getvalue().strip()}\n" if steps else ""
    return Plan(begins, revisions, text, tuple(course.losses), tuple(course.made), course.there)


def _in_stores(history: History, begins: str | None, course: Course, stores: Stores) -> None:
    steps = _steps(history, begins, course, untold=None)
    if stores.postgres is None:
        note = partial(note_revision, cast("Any", stores.mongo))
        _go(_paper(io.StringIO(), begins), course, steps, note)
        return
    stores.postgres.rollback()  # Alembic begins and ends its own
    opts = {"transaction_per_migration": True}
    context = MigrationContext.configure(stores.postgres, opts=opts)
    if begins is not None and not context.get_current_heads():
        _stamp(context, history, begins)  # so far MongoDB alone had noted it
    stores.postgres.rollback()
    _go(context, course, steps, lambda _: None)


def _go(
    context: MigrationContext,
    course: Course,
    steps: list[RevisionStep],
    note: Callable[[str], None],
) -> None:
    with course.under_way(context):
        if course.tables:
            cast("Any", context)._migrations_fn = partial(_all_of, steps)  # noqa: SLF001
            context.run_migrations()
            return
        for step in steps:
            cast("Any", step).migration_fn()
            note(str(step.revision.revision))


def _all_of(steps: list[RevisionStep], *_: object) -> list[RevisionStep]:
    return steps


def _steps(
    history: History,
    begins: str | None,
    course: Course,
    *,
    untold: Callable[[str], None] | None,
) -> list[RevisionStep]:
    """What follows a revision, in order. Raises ``MigrationError`` for what cannot be loaded."""
    if history.head is None:
        return []
    try:
        script = ScriptDirectory(history.folder, version_locations=[history.versions])
        revisions = [*script.iterate_revisions("head", begins or "base", implicit_base=True)]
        steps = [RevisionStep(script.revision_map, each, True) for each in reversed(revisions)]
    except CommandError as error:
        raise MigrationError(f"The history cannot be followed: {error}.") from error
    except Exception as error:
        raise MigrationError(f"A migration cannot be loaded: {reason_of(error)}.") from error
    for at, step in enumerate(steps):
        begin = course.after_the_first if at else None
        run = cast("Any", step).migration_fn
        number = str(step.revision.revision)
        cast("Any", step).migration_fn = guard(run, number, begin, untold=untold)
    return steps


def _paper(script: io.StringIO, begins: str | None) -> MigrationContext:
    opts = {
        "as_sql": True,
        "output_buffer": script,
        "starting_rev": begins,
        "transaction_per_migration": True,
    }
    return MigrationContext.configure(dialect=_ON_PAPER, opts=opts)


def _stamp(context: MigrationContext, history: History, number: str) -> None:
    script = ScriptDirectory(history.folder, version_locations=[history.versions])
    with context.begin_transaction(_per_migration=True):
        context.stamp(script, number)


def _run(database: Any, command: Command) -> None:
    database.command(command)


def _note_command(script: io.StringIO, command: Command) -> None:
    script.write(f"-- MongoDB: {written(command)}\n\n")


def _note_loss(script: io.StringIO, loss: str) -> None:
    script.write(f"-- LOSES: {loss}\n")
