"""In charge of the filter for what comes after a row, spelled as plainly as can be."""

from typing import Any

from catalog.query import (
    And,
    Compare,
    Filter,
    IsNull,
    Not,
    Operator,
    Or,
    Order,
    Quantifier,
    Related,
)


def after(order: tuple[Order, ...], values: tuple[Any, ...]) -> Filter:
    """Rows beyond the one with these values in some term, and equal to it in all terms before."""
    terms = list(zip(order, values, strict=True))
    beyond = [
        And((*(_equal(*term) for term in terms[:depth]), _beyond(*terms[depth])))
        for depth in range(len(terms))
    ]
    return Or(tuple(beyond))


def _equal(term: Order, value: Any) -> Filter:
    return _is_null(term) if value is None else _compare(term, Operator.EQ, value)


def _beyond(term: Order, value: Any) -> Filter:
    if value is None:
        return Not(_is_null(term)) if term.nulls_first else Or(())
    before, behind = (
        (Operator.PRECEDES, Operator.FOLLOWS) if term.by else (Operator.LT, Operator.GT)
    )
    further = _compare(term, before if term.descending else behind, value)
    return further if term.nulls_first else Or((further, _is_null(term)))


def _is_null(term: Order) -> Filter:
    return Not(_reached(term, Not(IsNull(term.path))))


def _compare(term: Order, operator: Operator, value: Any) -> Filter:
    return _reached(term, Compare(term.path, operator, value, term.by))


def _reached(term: Order, filter: Filter) -> Filter:
    for relation in reversed(term.relations):
        filter = Related(relation, Quantifier.SOME, filter)
    return filter
