"""In charge of what the tests of limits share: libraries with limits of a test's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from limit_libraries import limited, limits_with

from tests.library.library import Library


@pytest.fixture(scope="session")
def limit() -> Callable[..., Library]:
    """Makes libraries with other limits than the usual ones."""

    def made(**others: int) -> Library:
        return limited(limits_with(**others))

    return made
