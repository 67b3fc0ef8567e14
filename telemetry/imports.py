"""In charge of what libraries load merely because it is installed."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, cast


@contextmanager
def without(*modules: str, unless: str | None = None) -> Generator[None]:
    """Whoever imports one of these in the block fails, as if it were not installed.

    Not where it is imported already, nor where ``unless``, which makes it useful, is installed.
    """
    useful = unless is not None and find_spec(unless) is not None
    hidden = [] if useful else [module for module in modules if module not in sys.modules]
    cast("Any", sys.modules).update(dict.fromkeys(hidden))  # Python refuses what is None there
    try:
        yield
    finally:
        for module in hidden:
            del sys.modules[module]
