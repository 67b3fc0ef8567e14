"""In charge of a base class for tables that live in one test only."""

import pytest
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


@pytest.fixture
def base() -> type[SQLModel]:
    """A SQLModel base with a registry of its own: names may repeat from test to test."""

    class Base(SQLModel, registry=registry()):
        pass

    return Base
