"""In charge of the terminal: the command line's options, and what a person reads at the start."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from settings import Settings

_BAR = 30


def say(text: str) -> None:
    """Tells the person at the terminal; log lines go elsewhere."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 (this is the command line)


class Progress:
    """A bar for each table that is loaded; on anything but a terminal, a line when it is done."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._drawn = 0.0

    def __call__(self, name: str, done: int, total: int) -> None:
        """Shows that ``done`` of ``total`` rows of ``name`` are loaded."""
        finished = done >= total
        if not finished and (not self._live or time.monotonic() - self._drawn < 0.1):  # noqa: PLR2004
            return
        self._drawn = time.monotonic()
        filled = _BAR if finished else _BAR * done // total
        bar = "█" * filled + "·" * (_BAR - filled)
        start = "\r" if self._live else ""
        end = "\n" if finished else ""
        sys.stderr.write(f"{start}  {name:<12} {bar} {done:>9,} of {total:,} rows{end}")
        sys.stderr.flush()


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
        description="Serves SQLModel tables and Pydantic documents as one GraphQL API.",
        epilog="Each option is also an environment variable of its name, or a line in .env.",
        parents=[shared],
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="start everything and serve; the default", parents=[shared])
    schema = commands.add_parser("schema", help="print the schema as SDL", parents=[shared])
    schema.add_argument("--check", action="store_true", help="compare it with the committed one")
    commands.add_parser("load", help="load the sample into the stores given", parents=[shared])
    return parser


def welcome(address: tuple[str, int], page: str | None, query: tuple[str, str] | None) -> str:
    """What a stranger sees once the server is up: the addresses, and a query to try."""
    host, port = address
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    lines = ["", f"GraphQL is at   {url}/graphql"]
    if page:
        lines.insert(1, f"GraphiQL is at  {url}{page}")
    if query:
        title, text = query
        lines += ["", f"Try this. {title}:", "", *(f"    {line}" for line in text.splitlines())]
    return "\n".join([*lines, "", "Press Ctrl-C to stop.", ""])


def joined(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
