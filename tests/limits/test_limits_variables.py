"""Variables of which very much is wrong: not all of it is told, which would take too long."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError
from limit_libraries import client_of, limited, limits_with

FILTER = "query ($where: BookFilter) { books(where: $where, first: 1) { nodes { id } } }"
UNKNOWN = {f"t{number}": 1 for number in range(20_000)}
WRONG = {"title": {"in": [*range(90_000)]}}

MOST = 120
"""Errors that may be made for one request; graphql-core itself stops at 50."""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What errors were made for, whether they are told or not."""
    texts: list[str] = []
    make = GraphQLError.__init__

    def noted(self: GraphQLError, message: str, *given: Any, **named: Any) -> None:
        texts.append(message)
        make(self, message, *given, **named)

    monkeypatch.setattr(GraphQLError, "__init__", noted)
    return texts


@pytest.mark.parametrize("where", [UNKNOWN, WRONG])
async def test_of_a_filter_that_is_wrong_all_over_a_part_is_told(
    made: list[str], where: dict[str, Any]
) -> None:
    """Each error comes with guesses at what was meant; all of them took most of a minute."""
    library = limited(limits_with(variable_values=1_000_000))
    async with client_of(library) as client:
        body = {"query": FILTER, "variables": {"where": where}}
        answer = await client.post("/graphql", json=body)
    codes = {error["extensions"]["code"] for error in answer.json()["errors"]}
    assert (codes, "data" in answer.json()) == ({"BAD_USER_INPUT"}, False)
    assert len(answer.content) < 50_000
    assert 0 < len(made) < MOST
