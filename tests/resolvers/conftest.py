"""In charge of what the tests of the resolvers share: a library in memory."""

import pytest

from tests.library.library import Library


@pytest.fixture
def library() -> Library:
    """A library with fresh rows, and nothing read as yet."""
    return Library()
