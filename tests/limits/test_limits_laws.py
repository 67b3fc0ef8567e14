"""The laws of measuring: one pass says what a walk says that spreads every fragment out."""

from __future__ import annotations

from functools import cache

import pytest
from graphql import GraphQLSchema, get_introspection_query, parse, validate
from graphql.language import Lexer, Source, TokenKind
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping
from hypothesis import example, given
from hypothesis import strategies as st
from limit_documents import documents, spread_out
from limit_filters import FILTERS, KINDS, literal

from resolvers.documents.info import core_of
from resolvers.documents.parsing import operations_in
from resolvers.limits.judging import defaults_of, judge_of
from resolvers.limits.spending import Spending
from resolvers.limits.tokens import tokens_in
from tests.library.library import LIMITS, schema


@cache
def core() -> GraphQLSchema:
    """The schema of the library."""
    return core_of(schema())


@given(documents(), st.none() | st.integers(0, LIMITS.most))
def test_the_measures_are_those_of_the_document_spread_out(text, number):
    """Fields compared are as many at most; exactly as many, where none has to be."""
    document = parse(text)
    (node,) = operations_in(document)
    values = {} if number is None else {"n": number}
    measured = judge_of(core()).measuring(document, values).operation(node)._asdict()
    expected = spread_out(document, number, judge_of(core()).weights.fields)
    asked = measured.pop("asked")
    measured |= {"rows": asked.rows, "cost": asked.cost}
    comparisons = measured.pop("comparisons") + 1e-6
    assert expected["comparisons"] <= comparisons
    if expected["comparisons"] == expected["fields"] and "..." not in text:
        assert comparisons == pytest.approx(expected["fields"])
    expected.pop("comparisons")
    assert measured == expected


@given(documents())
def test_no_variable_makes_more_of_it_than_is_said_of_all(text):
    """What may be executed whatever its variables are, may be by each."""
    document = parse(text)
    (node,) = operations_in(document)
    judge = judge_of(core())
    most = judge.measuring(document).operation(node).asked
    for number in (0, 1, judge.limits.pages.most):
        asked = judge.asked(document, node, {"n": number})
        assert (asked.rows <= most.rows, asked.cost <= most.cost) == (True, True)


@given(documents())
def test_validation_compares_no_more_pairs_than_are_measured(text):
    """Counted where graphql-core compares two fields, whatever it makes of fragments."""
    document = parse(text)
    found, compared = 0, overlapping.find_conflict

    def counted(*given):
        nonlocal found
        found += 1
        return compared(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlapping, "find_conflict", counted)
        validate(core(), document, [overlapping.OverlappingFieldsCanBeMergedRule])
    measured = [measure for _, measure in judge_of(core()).measuring(document).definitions()]
    assert found <= sum(measure.comparisons for measure in measured)


@given(FILTERS)
def test_a_filter_weighs_the_same_however_it_comes(filter_):
    """As a literal, by a variable, by default, in its parts; and no more than is said of all."""
    judge, asks = judge_of(core()), "{ books(first: 3, where: %s) { totalCount nodes { id } } }"
    parts = " ".join(f"{key}: ${key}" for key in filter_)
    declared = " ".join(f"${key}: {KINDS[key]}" for key in filter_)
    whole = "query ($w: BookFilter%s) " + asks % "$w"
    costs = []
    for text, values in (
        (asks % literal(filter_), {}),
        (whole % "", {"w": filter_}),
        (whole % f" = {literal(filter_)}", {}),
        (f"query {f'({declared})' if declared else ''} " + asks % f"{{{parts}}}", filter_),
    ):
        document = parse(text)
        (node,) = operations_in(document)
        assert not validate(core(), document)
        costs.append(judge.asked(document, node, values).cost)
        most = judge.measuring(document).operation(node).asked.cost
        answer = {"books": {"totalCount": 3, "nodes": [{"id": "1"}] * 3}}
        given_ = {**defaults_of(node), **values}
        spent = Spending(core(), judge.weights, document, given_).cost(node, answer)
        assert spent == costs[-1] <= most
    assert len({*costs}) == 1


TEXT = st.lists(
    st.sampled_from(
        [
            *'{}()[]:=!@|&$#",\n\ufeff ',
            "...",
            '"""',
            "-1",
            "1.5e3",
            "name",
            '"a"',
            '\\"""',
            "\\",
            "é",
        ]
    )
)


@given(TEXT.map("".join))
@example(get_introspection_query())
@example('"""a \\""" "" b""" "c\\"" # d\n-1-1')
def test_tokens_are_counted_as_the_parser_finds_them(text):
    """Of what the parser can read, exactly."""
    lexer, tokens = Lexer(Source(text)), 0
    try:
        while lexer.advance().kind is not TokenKind.EOF:
            tokens += 1
    except Exception:  # noqa: BLE001 (it is no document)
        return
    assert tokens_in(text, 5_000) == tokens
