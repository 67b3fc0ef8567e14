"""In charge of the terminal: the command line's options, and what a person reads at the start."""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edge.explain import Explained, ExplainError
from settings import Settings

_WIDTH = 20
_USAGE = "server.py {} [--SETTING VALUE]... {}"
"""In place of argparse's own, which would name every setting whenever an option is wrong."""
_REDRAWN = 0.1  # seconds


def say(text: str) -> None:
    """Tells the person at the terminal; log lines go elsewhere."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 (this is the command line)


class Progress:
    """One line that shows every table being loaded; each that is done stays, as a line above it.

    On anything but a terminal only those that are done are shown.
    """

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._running: dict[str, float] = {}
        self._drawn = 0.0

    def __call__(self, name: str, done: int, total: int) -> None:
        """Shows that ``done`` of ``total`` rows of ``name`` are loaded."""
        if done >= total:
            self._running.pop(name, None)
            sys.stderr.write(f"{self._clear()}  {name:<12} {total:>9,} rows\n")
        else:
            self._running[name] = done / total
        if self._live and (done >= total or time.monotonic() - self._drawn > _REDRAWN):
            self._drawn = time.monotonic()
            bars = [f"{name} {_bar(part)}" for name, part in self._running.items()]
            sys.stderr.write(self._clear() + "  " + "   ".join(bars))
        sys.stderr.flush()

    def _clear(self) -> str:
        return "\r\x1b[K" if self._live else ""


def _bar(part: float) -> str:
    filled = int(_WIDTH * part)
    return f"{'█' * filled}{'·' * (_WIDTH - filled)} {part:4.0%}"


def options() -> argparse.ArgumentParser:
    """The command line: every setting is an option of every command."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f" Default: {field.default}."
        shared.add_argument(
            f"--{name.replace('_', '-')}",
            metavar=name.upper(),
            help=f"{field.description}{default}".replace("%", "%%"),
        )
    parser = argparse.ArgumentParser(
        "server.py",
        usage=_USAGE.format("[COMMAND]", "").rstrip(),
        description="Serves SQLModel tables and Pydantic documents as one GraphQL API.",
        epilog="Each option is also an environment variable of its name, or a line in .env.",
        parents=[shared],
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="server.py")

    def command(name: str, own: str, told: str) -> argparse.ArgumentParser:
        usage = _USAGE.format(name, own).rstrip()
        return commands.add_parser(name, usage=usage, help=told, parents=[shared])

    _add_questions(command)
    _add_stores(command)
    return parser


Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, its own arguments in short, and what it does."""


def _add_questions(command: Command) -> None:
    """The commands that touch no store, and the one that serves."""
    command("serve", "", "start everything and serve; the default")
    schema = command("schema", "[--check]", "print the schema as SDL")
    schema.add_argument("--check", action="store_true", help="compare it with the committed one")
    explain = command(
        "explain",
        "[QUERY | --file FILE] [--variables JSON] [--operation NAME]",
        "print how a query is answered, and what stores are asked",
    )
    explain.add_argument("query", nargs="?", default="-", help="GraphQL; - reads it from stdin")
    explain.add_argument("--file", help="read the query from this file")
    explain.add_argument("--variables", default="{}", help="their values, as a JSON object")
    explain.add_argument("--operation", help="its name, if the document holds several")
    token = command(
        "token", "--as PERSON [--scope SCOPES]", "print an access token of the development issuer"
    )
    token.add_argument("--as", dest="person", required=True, help="whose: a subject of people.json")
    token.add_argument("--scope", help="scopes with spaces between; without it, all they have")
    access = command(
        "access",
        "(--as TOKEN|CLAIMS | --anonymous)",
        "print what somebody may do, and by which rule",
    )
    who = access.add_mutually_exclusive_group(required=True)
    who.add_argument(
        "--as",
        dest="somebody",
        metavar="TOKEN|CLAIMS",
        help="an access token, claims as a JSON object, or a subject of people.json",
    )
    who.add_argument("--anonymous", action="store_true", help="somebody who is not signed in")


def _add_stores(command: Command) -> None:
    """The commands that are about what is in the stores."""
    command("load", "", "load the sample into the stores given")
    migrate = command(
        "migrate",
        "[--plan | --check] [--adopt] [--allow-destructive]",
        "bring both stores to the newest migration",
    )
    how = migrate.add_mutually_exclusive_group()
    how.add_argument("--plan", action="store_true", help="print what it would do, and do nothing")
    how.add_argument(
        "--check", action="store_true", help="fail if models, migrations and stores differ"
    )
    migrate.add_argument(
        "--adopt", action="store_true", help="take what the first migration makes to be there"
    )
    migrate.add_argument(
        "--allow-destructive",
        dest="may_lose",
        action="store_true",
        help="make steps that lose something, too",
    )
    outbox = command(
        "outbox",
        "[--retry ID | --forget ID]",
        "print the changes of both stores that have not ended",
    )
    what = outbox.add_mutually_exclusive_group()
    what.add_argument(
        "--retry", dest="retried", metavar="ID", type=uuid.UUID, help="try this one again, now"
    )
    what.add_argument(
        "--forget",
        dest="forgotten",
        metavar="ID",
        type=uuid.UUID,
        help="remove this one, which is parked, and do nothing",
    )
    revision = command(
        "revision", "MESSAGE", "write the next migration: what models have got since"
    )
    revision.add_argument("message", help="what it is about, in a few words")


def explained(query: str, file: str | None, variables: str, operation: str | None) -> Explained:
    """What `explain` is asked, by its options; raises ``ExplainError``."""
    try:
        text = Path(file).read_text("utf-8") if file else query
        values = json.loads(variables)
    except (OSError, ValueError) as error:
        raise ExplainError(f"What to explain cannot be read: {error}.") from error
    if not isinstance(values, dict):
        raise ExplainError("--variables is no JSON object.")
    return Explained(sys.stdin.read() if text == "-" else text, operation, values)


def welcome(
    address: tuple[str, int],
    page: str | None,
    query: tuple[str, str] | None,
    stores: Mapping[str, str],
    sign_in: str | None = None,
    metrics: str | None = None,
) -> str:
    """What a stranger sees once the server is up: the addresses, and a query to try.

    ``stores`` holds the URLs of the embedded servers, which anyone on this machine may open.
    """
    url = origin_of(address)
    lines = ["", f"GraphQL is at   {url}/graphql"]
    if page:
        lines.insert(1, f"GraphiQL is at  {url}{page}")
    if metrics:
        lines.append(f"Metrics are at  {metrics}")
    lines += [f"{name:<14} {url}" for name, url in stores.items()]
    if sign_in:
        lines.append(sign_in)
    if query:
        title, text = query
        lines += ["", f"Try this. {title}:", "", *(f"    {line}" for line in text.splitlines())]
    return "\n".join([*lines, "", "Press Ctrl-C to stop.", ""])


def origin_of(address: tuple[str, int]) -> str:
    """The address as a URL without a path."""
    host, port = address
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def joined(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
