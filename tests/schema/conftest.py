"""In charge of what the tests of the schema share: the library's types, read back from its SDL."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from catalog import models_in
from tests.library import models
from tests.library.library import schema

# Tables know each other by name, and are set up all at once, also for a test of others.
models_in(models)


@pytest.fixture(scope="session")
def sdl() -> str:
    """The library's schema as text."""
    return schema().as_str()


@pytest.fixture(scope="session")
def graph(sdl: str) -> GraphQLSchema:
    """The schema that graphql-core makes of the text."""
    return build_schema(sdl)


@pytest.fixture(scope="session")
def fields(graph: GraphQLSchema) -> Callable[[str], dict[str, str]]:
    """The types of a type's fields, by name."""

    def of(name: str) -> dict[str, str]:
        kind: Any = graph.type_map[name]
        return {field: str(definition.type) for field, definition in kind.fields.items()}

    return of
