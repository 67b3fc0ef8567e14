"""In charge of migrations by the command line, and of embedded stores, which migrate themselves.

Alembic is loaded where there is something to migrate, to compare or to write; nowhere else.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from catalog import Catalog
from console import joined, say
from datasources.migrations.current import make_own, noted_revision
from datasources.migrations.errors import MigrationError
from datasources.migrations.history import History
from datasources.migrations.noted import Urls
from packages import StartError, package
from settings import Settings

if TYPE_CHECKING:
    from datasources.migrations.running import Plan


def history_of(settings: Settings) -> History | None:
    """The history of the graph's migrations; None for a module of models that names no folder."""
    if settings.migrations is not None:
        return History(settings.migrations)
    places = [Path(place) for place in getattr(package(settings.models, "MODELS"), "__path__", ())]
    if not places:
        return None
    return History((places[0].parent if settings.models == "models" else places[0]) / "migrations")


def has_history(settings: Settings) -> bool:
    """Whether there is a migration at all."""
    history = history_of(settings)
    return history is not None and history.head is not None


def required(settings: Settings) -> History:
    """The history, to which there is to be more; raises ``StartError`` if it has no folder."""
    history = history_of(settings)
    if history is None:
        hint = "Say MIGRATIONS=…: the folder that is to hold them."
        raise StartError(f"{settings.models} is a module, and not a folder.", hint=hint)
    return history


async def keep_up(settings: Settings, urls: Urls) -> None:
    """Brings stores that one develops with to the newest revision, if they are not there.

    What an earlier version made without migrations is taken as it is. A migration that would lose
    something is left to whoever says that it may. Raises ``MigrationError``, ``LossError``.
    """
    history, noted = required(settings), await noted_revision(urls)
    if noted != history.head:
        plan = await asyncio.to_thread(_migrated, history, urls, noted is None, may_lose=False)
        say(_done(plan))


async def tell_behind(settings: Settings, urls: Urls) -> None:
    """Says that given stores are behind, if they are; whoever serves changes nothing in them."""
    history = history_of(settings)
    if history is None or history.head is None:
        return
    with suppress(MigrationError):  # stores that are away are no reason not to start
        noted = await noted_revision(urls)
        if noted is not None and noted != history.head:
            behind = f"The stores are at {noted}, and migrations lead to {history.head}"
            say(f"{behind}: python server.py migrate")


async def migrate(settings: Settings, urls: Urls, *, adopt: bool, may_lose: bool) -> int:
    """Migrates; says what was done."""
    history = _begun(settings)
    plan = await asyncio.to_thread(_migrated, history, urls, adopt, may_lose=may_lose)
    await make_own(urls)
    say(_done(plan))
    return 0


async def print_plan(settings: Settings, urls: Urls, *, adopt: bool) -> int:
    """Prints what migrating would do, and does nothing."""
    plan = await asyncio.to_thread(_planned, _begun(settings), urls, adopt)
    sys.stdout.write(plan.script)
    say(f"{len(plan.revisions)} to make." if plan.revisions else "Nothing to migrate.")
    if plan.losses:
        say(f"It needs --allow-destructive, since it{_listed(plan.losses)}")
    return 0


async def check(settings: Settings, catalog: Catalog, urls: Urls) -> int:
    """1 if the stores are behind, or are not what the models say; says why."""
    plan, missing = await asyncio.to_thread(_compared, _begun(settings), catalog, urls)
    if plan.revisions:
        say(f"The stores are behind: {joined(plan.revisions)} to make. python server.py migrate")
        return 1
    if missing:
        say(f"Models and stores differ; to make them agree, one would have to:{_listed(missing)}")
        return 1
    say("Models, migrations and stores agree.")
    return 0


async def write_revision(settings: Settings, catalog: Catalog, urls: Urls, message: str) -> int:
    """Writes the next migration, if there is something to migrate."""
    written = await asyncio.to_thread(_revised, required(settings), catalog, urls, message)
    if written is None:
        say("Models and migrations agree: nothing is written.")
        return 0
    file, losses = written
    say(f"{file} is written: read it before you commit it. python server.py migrate makes it.")
    if losses:
        say(f"It loses something, since it{_listed(losses)}")
    return 0


def _done(plan: Plan) -> str:
    return f"Migrated to {joined(plan.revisions)}." if plan.revisions else "Nothing to migrate."


def _listed(lines: Sequence[str]) -> str:
    return "".join(f"\n  {line}" for line in lines)


def _begun(settings: Settings) -> History:
    history = required(settings)
    if history.head is None:
        hint = 'Write the first one: python server.py revision "As it begins"'
        raise StartError(f"There is no migration in {history.versions}.", hint=hint)
    return history


# --- In a thread, since Alembic waits ------------------------------------------------------------


def _migrated(history: History, urls: Urls, adopt: bool, *, may_lose: bool) -> Plan:  # noqa: FBT001
    from datasources.migrations import running, stores  # noqa: PLC0415 (only where it is needed)

    with stores.opened(urls) as opened:
        return running.migrate(history, opened, adopt=adopt, may_lose=may_lose)


def _planned(history: History, urls: Urls, adopt: bool) -> Plan:  # noqa: FBT001
    from datasources.migrations import running, stores  # noqa: PLC0415 (only where it is needed)

    with stores.opened(urls) as opened:
        return running.planned(history, opened, adopt=adopt)


def _compared(history: History, catalog: Catalog, urls: Urls) -> tuple[Plan, Sequence[str]]:
    from datasources.migrations import checking, stores  # noqa: PLC0415 (only where it is needed)

    with stores.opened(urls) as opened:
        return checking.compared(history, catalog, opened)


def _revised(
    history: History, catalog: Catalog, urls: Urls, message: str
) -> tuple[Path, Sequence[str]] | None:
    from datasources.migrations.revising import next_migration  # noqa: PLC0415 (the same)

    return next_migration(history, catalog, message, urls.postgres)
