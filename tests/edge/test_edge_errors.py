"""Errors of users' resolvers: masked, but found in the log by the id that the client was given."""

import asyncio
import logging

import pytest
import strawberry
from graphql import GraphQLError

from catalog import BigraphError
from edge.graph import Graph
from schema import extends
from tests.library.library import Library
from tests.library.models.book import Book
from tests.library.sources import CountingSource


class ClosedError(BigraphError):
    """An error of the user's own, which clients may see."""

    code = "LIBRARY_CLOSED"


@extends(Book)
class Faults:
    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret")

    @strawberry.field
    async def broken_later(self) -> str | None:
        await asyncio.sleep(0)
        raise KeyError("secret")

    @strawberry.field
    def wrong_type(self) -> int | None:
        return "secret"

    @strawberry.field
    def said(self) -> str | None:
        raise GraphQLError("Not today.", extensions={"code": "CLOSED", "until": 9})

    @strawberry.field
    def said_only(self) -> str | None:
        raise GraphQLError("Not on Sundays.")

    @strawberry.field
    def closed(self) -> str | None:
        raise ClosedError("The library is closed.", hint="Come tomorrow.")


async def asked(connect, field: str, **headers: str):
    """The answer to a query for one of the faulty fields of one book."""
    async with connect(Library(Faults)) as client:
        query = f'{{ bookByIsbn(isbn: "i1") {{ title {field} }} }}'
        return await client.post("/graphql", json={"query": query}, headers=headers)


@pytest.mark.parametrize("field", ["broken", "brokenLater"])
async def test_an_unexpected_error_is_masked(connect, lines, field):
    """The client gets a code and an id; the log has the error with the same id."""
    response = await asked(connect, field)
    assert response.status_code == 200
    assert response.json()["data"] == {"bookByIsbn": {"title": "Ashes", field: None}}
    (error,) = response.json()["errors"]
    assert error["message"] == "Internal error."
    assert error["path"] == ["bookByIsbn", field]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert "secret" not in response.text
    (logged,) = [line for line in lines() if line["event"] == "unexpected error"]
    assert "secret" in logged["exception"]
    assert logged["level"] == "error"
    assert logged["trace_id"] == error["extensions"]["traceId"]
    assert logged["path"] == ["bookByIsbn", field]


async def test_the_id_is_the_caller_s_trace(connect, lines):
    """A request that is part of a trace keeps its id."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    response = await asked(connect, "broken", traceparent=f"00-{trace}-b7ad6b7169203331-01")
    assert response.json()["errors"][0]["extensions"]["traceId"] == trace
    assert {line["trace_id"] for line in lines()} == {trace}


async def test_errors_that_are_meant_for_clients_are_told(connect, lines):
    """GraphQL's own error with its extensions, and any error of Bigraph's kind."""
    (error,) = (await asked(connect, "said")).json()["errors"]
    assert (error["message"], error["extensions"]) == ("Not today.", {"code": "CLOSED", "until": 9})
    (error,) = (await asked(connect, "saidOnly")).json()["errors"]
    assert error["message"] == "Not on Sundays."
    assert error["extensions"] == {"code": "RESOLVER_FAILED"}
    (error,) = (await asked(connect, "closed")).json()["errors"]
    assert error["message"] == "The library is closed."
    assert error["extensions"] == {"code": "LIBRARY_CLOSED", "hint": "Come tomorrow."}
    assert {line["event"] for line in lines()} == {"request"}


async def test_a_result_of_another_type_has_a_code(connect):
    """A resolver that gives text for a number."""
    (error,) = (await asked(connect, "wrongType")).json()["errors"]
    assert error["extensions"] == {"code": "STORED_VALUE_INVALID"}


class BrokenSource(CountingSource):
    """A source with a mistake in it."""

    async def read(self, reads):  # noqa: ARG002 (the name is the protocol's)
        """Fails in a way that no source may."""
        raise ZeroDivisionError("secret")

    async def ping(self):
        """The same."""
        raise ZeroDivisionError("secret")


async def test_a_mistake_of_ours_is_masked_as_well(connect, lines):
    """At the root and across stores."""
    for broken in ({"mongo": BrokenSource}, {"postgres": BrokenSource}):
        async with connect(Library(**broken)) as client:
            query = "{ reviews(first: 1) { nodes { book { title } } } }"
            response = await client.post("/graphql", json={"query": query})
        assert response.status_code == 200
        assert "secret" not in response.text
        assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert sum("secret" in line.get("exception", "") for line in lines()) == 2


async def test_a_request_that_breaks_outside_of_graphql_has_its_line_in_the_log(
    connect, lines, monkeypatch
):
    """Masked, and seen with its status."""
    monkeypatch.delattr(Graph, "context")
    async with connect(Library()) as client:
        response = await client.post("/graphql", json={"query": "{ openingHours }"})
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert (line["status"], line["errors"]) == (500, ["INTERNAL_ERROR"])


async def test_an_error_outside_of_graphql_is_coded(connect, caplog):
    """500 and a trace id; the server is handed the error to log it."""
    caplog.set_level(logging.CRITICAL)
    async with connect(Library(mongo=BrokenSource)) as client:
        response = await client.get("/health/ready")
    assert response.status_code == 500
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert len(error["extensions"]["traceId"]) == 32
    assert "secret" not in response.text
