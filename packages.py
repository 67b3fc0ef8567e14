"""In charge of the user's packages: importing them, and one clear line for what is wrong there."""

from __future__ import annotations

import importlib
import importlib.util
import traceback
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from catalog import BigraphError
from edge.graphiql import Example
from edge.issuer import Person, people_in
from telemetry import logger

_log = logger("start")

_MEND: Final = "LOG_LEVEL=debug shows the whole traceback."
_MENDS: Final = (
    ("could not assemble any primary key", "Give a field of it Field(primary_key=True)."),
    (
        "has no matching SQLAlchemy type",
        "Say how the column is stored, as by Field(sa_column=Column(JSON)) for lists and dicts.",
    ),
    (
        "issubclass() arg 1 must be a class",
        "Say how a column is stored whose type is no class: Field(sa_type=String) for a Literal.",
    ),
    (
        "failed to locate a name",
        "Name a table of the package; to a document, or by values alone, declare a Link.",
    ),
    (
        "there are no foreign keys linking these tables",
        'Give a column Field(foreign_key="table.column"), or declare a Link in its place.',
    ),
)
"""What SQLModel and SQLAlchemy say of a model that is wrong in a usual way, and how to mend it."""


class StartError(BigraphError):
    """The server cannot start as it is set up."""

    code = "START_FAILED"


def package(name: str, setting: str) -> ModuleType:
    """The package, or the module, that a setting names; raises ``StartError`` if there is none."""
    if not _exists(name):
        hint = "It is looked for on Python's path, and in the folder that the server starts in."
        raise StartError(f"{setting}: there is no package {name!r}.", hint=hint)
    with blamed_on(name, setting):
        return importlib.import_module(name)


@contextmanager
def blamed_on(name: str, setting: str) -> Generator[None]:
    """Whatever the user's code raises within becomes a ``StartError``; our own errors stay."""
    try:
        yield
    except BigraphError:
        raise
    except Exception as error:
        _log.debug("start_failed", exc_info=error)
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        reason = f"{type(error).__name__}: {' '.join(said.split())}".rstrip(": .")
        hint = next((mend for part, mend in _MENDS if part in said), _MEND)
        raise StartError(
            f"{setting}: {name!r} cannot be used: {reason}{_place(error, name)}.", hint=hint
        ) from error


def sample_tables(models: ModuleType) -> Sequence[Any]:
    """What the package has to load, in a module `sample`; nothing if there is none."""
    name = f"{models.__name__}.sample"
    return importlib.import_module(name).tables() if _exists(name) else ()


def examples(models: ModuleType) -> Iterator[Example]:
    """The queries beside the models, for GraphiQL's tabs; their first line is the title."""
    for folder in getattr(models, "__path__", ()):
        for path in sorted((Path(folder) / "examples").glob("*.graphql")):
            title, _, query = path.read_text("utf-8").partition("\n")
            yield Example(title.lstrip("# "), query.strip())


def people(models: ModuleType) -> Sequence[Person]:
    """Whom the development issuer offers, in `people.json` beside the models; else nobody."""
    for folder in getattr(models, "__path__", ()):
        path = Path(folder) / "people.json"
        if path.exists():
            return people_in(path.read_bytes(), str(path))
    return ()


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _place(error: Exception, name: str) -> str:
    """The line of the package that it was raised at, or that does not parse."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({error.filename}, line {error.lineno})"
    found = importlib.util.find_spec(name)
    single = [found.origin] if found and found.origin else []
    places = tuple((found.submodule_search_locations if found else None) or single)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(places):
            return f" ({frame.filename}, line {frame.lineno})"
    return ""
