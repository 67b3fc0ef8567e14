"""The law of direct completion: any valid operation is answered as graphql-core answers it."""

import os

import pytest
from graphql import GraphQLSchema, parse, validate
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from random_operations import Operation, operations

from tests.library.library import Library, schema
from tests.library.sources import DownSource, SpoiltSource

CORE: GraphQLSchema = schema()._schema
THOROUGH = os.environ.get("AGREEMENT") == "thorough"
pytestmark = pytest.mark.timeout(900 if THOROUGH else 60)
ANY = settings(
    max_examples=1_500 if THOROUGH else 250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


async def _agrees(library: Library, operation: Operation) -> None:
    if errors := validate(CORE, parse(operation.text)):
        # Where two selections of one key differ, the operation is none.
        assert all("conflict" in error.message for error in errors), (operation.text, errors)
        event("in conflict with itself")
        return
    await library.ask(operation.text, **operation.variables)  # which compares the two


@given(operations(CORE, frozenset({"node"})))
@ANY
async def test_any_operation_is_answered_as_graphql_core_does(operation):
    """Values, nulls, aliases, fragments, directives, errors and their paths."""
    await _agrees(Library(), operation)


@given(operations(CORE, frozenset({"node"})), st.sampled_from(["postgres", "mongo"]))
@settings(ANY, max_examples=(THOROUGH and 2000) or 60)
async def test_also_where_a_store_is_away(operation, store):
    """The same fields are null, for the same reason."""
    await _agrees(Library(**{store: DownSource}), operation)


def _spoil(entity: str, record: dict) -> None:
    """Makes values that must not be in an answer."""
    for name in record:
        if name in {"pages", "stars", "title", "rating"}:
            record[name] = {"pages": 2**40, "stars": None, "title": None, "rating": float("nan")}[
                name
            ]


def spoilt(source):
    """A source with such values."""
    return SpoiltSource(source, _spoil)


@given(operations(CORE, frozenset({"node"})))
@settings(ANY, max_examples=(THOROUGH and 2000) or 60)
async def test_also_where_values_are_wrong(operation):
    """What GraphQL forbids is told as by graphql-core, and nulls spread as far."""
    library = Library(postgres=spoilt, mongo=spoilt)
    library._repeatable = True
    await _agrees(library, operation)
