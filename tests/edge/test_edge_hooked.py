"""Extensions of Strawberry's that others wrote, with a hook around every field."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Any, ClassVar

import httpx
import pytest
from strawberry.extensions import SchemaExtension

import tests.library.extensions
from edge.app import create_app
from edge.insight import Insight
from edge.observe import Observe
from edge.rules import SAFE
from schema import build_schema, extensions_in
from telemetry import measures
from telemetry.measures import Measures
from tests.library.library import Library, catalog

QUERIES = {
    "Book.priceWithTax": '{ books(first: 2) { nodes { shelf { code } priceWithTax(rate: "1") } } }',
    "Fan.shouts": "{ authors { nodes { debts fans { shouts } motto { text } } } }",
    "Query.openingHours": "{ a: openingHours __typename books(first: 1) { nodes { t: title } } }",
    "BookAggregate.count": "{ shelves { nodes { code books { aggregate { count } } } } }",
}


class Third(SchemaExtension):
    """Has a word at every field, as what traces or counts fields does."""

    seen: ClassVar[list[str]] = []

    def resolve(self, _next: Callable[..., Any], root: Any, info: Any, **kwargs: Any) -> Any:
        """Notes the field, and changes nothing."""
        self.seen.append(f"{info.parent_type.name}.{info.field_name}")
        return _next(root, info, **kwargs)


@pytest.fixture
async def hooked() -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the library with such an extension, whose answers may be direct."""
    schema = build_schema(
        catalog(), extensions_in(tests.library.extensions), schema_extensions=[Observe, Third]
    )
    graph = replace(Library().graph, schema=schema)
    assert graph.direct
    rules = replace(SAFE, insight=Insight(everybody=True))
    app = create_app(graph, max_body_bytes=100_000, examples=None, rules=rules)
    transport = httpx.ASGITransport(app)
    Third.seen.clear()
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        yield client


async def asked(client: httpx.AsyncClient, query: str, **body: Any) -> dict[str, Any]:
    """The answer."""
    return (await client.post("/graphql", json={"query": query, **body})).json()


@pytest.mark.parametrize(("field", "query"), QUERIES.items())
async def test_answers_are_those_without_it(hooked, client, field, query):
    """Errors included; it has been asked about every field, of generated types too."""
    expected = await asked(client, query)
    assert expected["data"]
    assert await asked(hooked, query) == expected
    assert field in Third.seen


async def test_graphql_core_has_the_whole_operation_and_the_reason_is_counted(hooked):
    """Once for an operation, since no root field is planned; explain tells of it as well."""
    found = Measures()
    measures.install(found)
    try:
        await asked(hooked, QUERIES["Query.openingHours"])
    finally:
        measures.install(None)
    assert found.completions == {("standard", "operation"): 1}
    told = await asked(hooked, QUERIES["Query.openingHours"], extensions={"explain": True})
    explain = told["extensions"]["explain"]
    assert explain["roots"] == []
    assert explain["whole"] == {"form": "standard", "reason": "operation"}
    assert explain["calls"]
