"""Spans: one around each resolver that does something, and the stores' below them."""

from collections.abc import Callable

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation._semconv import _OpenTelemetrySemanticConventionStability
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
)

from edge.app import create_app
from edge.tracing import Traced
from telemetry import spans
from telemetry.recording import recorded_spans
from tests.library.library import Library
from tests.library.sources import DownSource

QUERY = """query Tree { books(first: 2) { nodes {
  title priceWithTax(rate: "0.1") shelf { code } lastLoan { borrower }
} } openingHours }"""


async def tree_of(connect: Callable, library: Library, query: str) -> dict[str, list[str]]:
    """The spans of a request: the sorted names of the children by the name of the parent."""
    with recorded_spans() as exporter:
        async with connect(library) as client:
            await client.post("/graphql", json={"query": query})
        spans = exporter.get_finished_spans()
    names = {span.context.span_id: span.name for span in spans}
    children: dict[str, list[str]] = {}
    for span in sorted(spans, key=lambda span: span.name):
        parent = names[span.parent.span_id] if span.parent else ""
        children.setdefault(parent, []).append(span.name)
    return children


class Never(Sampler):
    """Takes no span, and notes the names of those that were begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def should_sample(self, _parent, _trace_id, name, *_, **__) -> SamplingResult:
        """Asked once for each."""
        self.begun.append(name)
        return SamplingResult(Decision.DROP)

    def get_description(self) -> str:
        """What it is."""
        return "Never"


@pytest.mark.parametrize("query", [QUERY, "{ books { nodes { shelf { code } } } }"])
async def test_a_request_that_is_not_sampled_begins_no_span_but_its_own(connect, query):
    """It is what tells the resolvers and stores inside; they make none, whoever completes."""
    sampler = Never()
    spans.install(TracerProvider(sampler=sampler, shutdown_on_exit=False))
    try:
        async with connect(Library()) as client:
            answer = await client.post("/graphql", json={"query": query})
    finally:
        spans.install(None)
    assert answer.json()["data"]["books"]["nodes"]
    assert sampler.begun == ["query Tree" if query == QUERY else "query"]


async def test_each_resolver_has_a_span_with_its_store_s_below(connect):
    """Operation → root fields → relation batches → store calls; users' fields too, in batches."""
    assert await tree_of(connect, Library(), QUERY) == {
        "": ["query Tree"],
        "query Tree": [
            "Book.lastLoan",
            "Book.priceWithTax",
            "Query.books",
            "Query.openingHours",
        ],
        "Query.books": ["Book.shelf", "READ book"],
        "Book.shelf": ["READ shelves"],
        "Book.lastLoan": ["READ loan"],
    }


async def test_leaf_fields_have_none_unless_they_are_traced(connect):
    """Looking closely is a choice, and then every field is seen."""
    query = '{ bookByIsbn(isbn: "i1") { title shelf { code } } }'
    quiet = await tree_of(connect, Library(), query)
    assert "Book.title" not in str(quiet)
    close = await tree_of(connect, Library(fields_traced=True), query)
    assert {"Book.title", "Shelf.code", "Book.shelf"} <= {
        name for names in close.values() for name in names
    }


async def test_a_batch_is_one_span_whatever_the_number_of_rows(connect):
    """It says how many rows it was for."""
    with recorded_spans() as exporter:
        async with connect(Library()) as client:
            query = "{ books { nodes { shelf { code } reviews { totalCount } } } }"
            await client.post("/graphql", json={"query": query})
        spans = {span.name: span for span in exporter.get_finished_spans()}
    assert spans["Book.shelf"].attributes == {"bigraph.parents": 6}
    assert spans["READ shelves"].attributes["db.response.returned_rows"] == 2
    assert "READ reviews" not in spans  # it went with that of the shelves


async def test_no_value_is_in_any_span(connect):
    """Attributes name operations, tables and counts."""
    with recorded_spans() as exporter:
        async with connect(Library()) as client:
            query = "query Find($name: String!) { authorByName(name: $name) { born } }"
            body = {"query": query, "variables": {"name": "Ann Archer"}}
            await client.post("/graphql", json=body)
        spans = exporter.get_finished_spans()
    assert {"query Find", "Query.authorByName"} <= {span.name for span in spans}
    (operation,) = [span for span in spans if span.name == "query Find"]
    assert dict(operation.attributes) == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Find",
    }
    assert "Ann" not in str([dict(span.attributes) for span in spans])


async def test_a_failure_marks_its_span(connect):
    """With the kind of error and nothing of its text."""
    with recorded_spans() as exporter:
        async with connect(Library(mongo=DownSource)) as client:
            await client.post("/graphql", json={"query": "{ shelves { totalCount } }"})
        spans = {span.name: span for span in exporter.get_finished_spans()}
    assert spans["Query.shelves"].attributes["error.type"] == "STORE_UNAVAILABLE"
    assert not spans["Query.shelves"].status.is_ok


@pytest.mark.parametrize("query", ["{", "{ nope }"])
async def test_a_document_that_is_refused_has_no_operation(connect, query):
    """Nothing ran, so there is nothing to see but the request."""
    assert await tree_of(connect, Library(), query) == {}


@pytest.mark.parametrize("stability", ["default", "http", "http/dup"])
async def test_a_request_s_span_tells_nothing_of_the_query_in_its_address(monkeypatch, stability):
    """By GET, document and variables stand in the address; the app still gets them."""
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", stability)
    _OpenTelemetrySemanticConventionStability._initialized = False
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    library = Library()
    app = create_app(library.graph, max_body_bytes=1000, examples=None)
    transport = httpx.ASGITransport(app=Traced(app, provider=provider))
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        query = {"query": '{ bookByIsbn(isbn: "i1") { title } }', "x": "\xff"}
        headers = {"graphql-preflight": "1"}
        response = await client.get("/graphql", params=query, headers=headers)
    assert response.json() == {"data": {"bookByIsbn": {"title": "Ashes"}}}
    (span,) = exporter.get_finished_spans()
    provider.shutdown()
    said = str(dict(span.attributes))
    assert "/graphql" in said
    assert "isbn" not in said
    assert "i1" not in said


class Once(Sampler):
    """Takes the spans of some requests, and notes how often it is asked about one that begins."""

    def __init__(self, decision: Decision) -> None:
        self.asked, self._decision = 0, decision

    def should_sample(self, parent_context, *_, **__) -> SamplingResult:
        """What lies within a request is as the request is."""
        self.asked += not trace.get_current_span(parent_context).get_span_context().is_valid
        return SamplingResult(self._decision)

    def get_description(self) -> str:
        """What it is."""
        return "Once"


@pytest.mark.parametrize("decision", [Decision.DROP, Decision.RECORD_AND_SAMPLE])
async def test_it_is_asked_once_whether_to_take_a_request(decision):
    """Twice would be a share of the share that was wanted; one that is not taken leaves nothing."""
    exporter, sampler = InMemorySpanExporter(), Once(decision)
    provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = create_app(Library().graph, max_body_bytes=1000, examples=None)
    transport = httpx.ASGITransport(app=Traced(app, provider=provider))
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        for _ in range(3):
            await client.post("/graphql", json={"query": "{ openingHours }"})
    provider.shutdown()
    assert sampler.asked == 3
    spans = exporter.get_finished_spans()
    assert len(spans) == 3 * (decision is Decision.RECORD_AND_SAMPLE)
    assert {span.name for span in spans} <= {"POST /graphql"}
    assert all(200 in span.attributes.values() for span in spans)


@pytest.mark.parametrize("sampled", ["00", "01"])
async def test_a_caller_s_trace_goes_on(sampled):
    """Its flag says whether the request is taken; the log finds it by its id, taken or not."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=ParentBased(ALWAYS_ON), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    spans.install(provider)
    seen: list[str | bool] = []

    async def app(_scope, _receive, send) -> None:
        seen.extend((spans.trace_id(), spans.recording()))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(app=Traced(app, provider=provider))
    caller = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-{sampled}"}
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
            await client.get("/", headers=caller)
        seen.append(spans.recording())  # what the next one does in the same task is its own matter
    finally:
        spans.install(None)
        provider.shutdown()
    assert seen == ["ab" * 16, sampled == "01", True]
    assert [span.parent.span_id for span in exporter.get_finished_spans()] == (
        [int("cd" * 8, 16)] if sampled == "01" else []
    )
