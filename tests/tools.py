"""In charge of programs of others that some tests need, and of what is done where one is missing.

Then a test is skipped, and the end of the run says for want of what; with BIGRAPH_CI=1 it fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from typing import Any, Final, NoReturn

import pytest

NODE: Final = 20
"""The oldest major version of node that the packages run on."""
_MARK: Final = "not installed: "


def missing(what: str) -> NoReturn:
    """Ends a test that needs it."""
    if os.environ.get("BIGRAPH_CI") == "1":
        pytest.fail(f"{_MARK}{what}; BIGRAPH_CI=1 asks for it")
    pytest.skip(f"{_MARK}{what}")


def need(what: str, *names: str) -> str:
    """The path of the first of these programs, all names of one thing, that there is."""
    paths = [path for path in map(shutil.which, names) if path]
    return paths[0] if paths else missing(what)


def need_node() -> None:
    """Node that is new enough, and npm."""
    what = f"node {NODE} or newer, with npm"
    need(what, "npm")
    asked = [need(what, "node"), "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    major = re.match(r"v(\d+)", said.stdout)
    if major is None or int(major[1]) < NODE:
        missing(f"{what} (it is {said.stdout.strip() or 'none that runs'})")


def not_run(skipped: list[Any]) -> Counter[str]:
    """How many tests were skipped for want of what."""
    told = [each.longrepr[2] for each in skipped if isinstance(each.longrepr, tuple)]
    return Counter(text.partition(_MARK)[2] for text in told if _MARK in text)
