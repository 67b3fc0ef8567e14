"""Where nothing is told of the schema, names that are there and others are told of alike."""

from __future__ import annotations

from functools import cache

import pytest
from graphql import GraphQLSchema, parse

import tests.library.extensions
from resolvers.documents.info import core_of
from resolvers.documents.introspection import Introspection
from resolvers.documents.validation import errors_in
from schema import build_schema, extensions_in
from tests.library.library import catalog

REAL = (
    ("{ WORD }", "books"),
    ("{ WORD { imwrongfield } }", "books"),
    ("{ WORD(id: 7) { id } }", "book"),
    ("{ openingHours { WORD } }", "x"),
    ("{ WORD { x } }", "openingHours"),
    ("{ books { WORD } }", "nodes"),
    ("{ books(WORD: 7) { nodes { id } } }", "where"),
    ("{ books(where: {WORD: 7}) { nodes { id } } }", "title"),
    ("{ books(where: {title: {WORD: 7}}) { nodes { id } } }", "eq"),
    ("{ books(orderBy: [{WORD: 7}]) { nodes { id } } }", "title"),
    ("{ books(orderBy: [{title: WORD isbn: ASC}]) { nodes { id } } }", "DESC"),
    ("{ ... on WORD { id } }", "Book"),
    ("{ ... on WORD { id } }", "BookFilter"),
    ("query ($x: WORD) { books(where: $x) { nodes { id } } }", "Book"),
    ("query ($x: WORD) { books(where: $x) { nodes { id } } }", "Ordering"),
    ("query ($x: WORD) { openingHours }", "BookFilter"),
    ("fragment F on WORD { id } { openingHours }", "Book"),
    ("{ openingHours @WORD }", "skip"),
    ("{ openingHours @WORD @WORD }", "include"),
    ("{ openingHours @skip(WORD: 1) }", "if"),
    ("{ a: WORD a: books { totalCount } }", "openingHours"),
    ("subscription { WORD }", "books"),
    ("mutation { WORD }", "createBook"),
)
"""Each with a word that is there, as what stands in that place or close to it."""


@cache
def closed_schema() -> GraphQLSchema:
    """The schema of which nothing is told, made once somebody asks."""
    return core_of(
        build_schema(
            catalog(), extensions_in(tests.library.extensions), introspection=Introspection.OFF
        )
    )


def said(query: str) -> list[tuple[str, bool]]:
    """What is told, and whether it is told where."""
    return [
        (each.message, bool(each.locations)) for each in errors_in(closed_schema(), parse(query))
    ]


@pytest.mark.parametrize(("query", "word"), REAL)
def test_a_name_that_is_there_is_told_of_as_any(query, word):
    """The same errors, which name nothing, but for where they are."""
    told = said(query.replace("WORD", word))
    assert told == said(query.replace("WORD", "imaginary"))
    assert told
    for message, located in told:
        assert located
        assert f"'{word}'" not in message


@pytest.mark.parametrize(("query", "word"), REAL)
def test_who_operates_the_server_is_told_all(query, word):
    """As of the documents that are trusted, in its log."""
    document = parse(query.replace("WORD", word))
    assert all(
        "nothing is told" not in each.message
        for each in errors_in(closed_schema(), document, inside=True)
    )


def test_what_a_document_does_wrong_by_itself_is_told_whatever_the_schema():
    """And then alone, or its answer would depend on the schema after all."""
    (error,) = errors_in(closed_schema(), parse("query ($x: Int, $x: Int) { nope(a: $x) }"))
    assert error.message == "There can be only one variable named '$x'."


def test_all_places_are_told_once():
    """In their order, and in one error."""
    query = "{ books { nodes { nope(a: 1) id(b: 2) nope } } nope }"
    (error,) = errors_in(closed_schema(), parse(query))
    assert [each.column for each in error.locations] == [
        query.index("nope") + 1,
        query.index("b: 2") + 1,
        query.index("nope }") + 1,
        query.rindex("nope") + 1,
    ]
