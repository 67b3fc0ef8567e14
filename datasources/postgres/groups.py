"""In charge of turning a summary into one SELECT: GROUP BY, HAVING, and its order; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from catalog.entity import Catalog
from catalog.flat import Shape
from catalog.query import Order, Path
from catalog.summary import Summary
from catalog.types import Field
from datasources.postgres.filters import condition, ranked
from datasources.postgres.leaves import Leaf
from datasources.postgres.measures import key_expression, measure_expression
from datasources.postgres.routines import called_rows
from datasources.postgres.rows import Layout
from datasources.postgres.selection import Term, cut, terms_of
from datasources.postgres.sieve import Sieve
from datasources.postgres.tables import Scope


class Group:
    """A group, inside the SELECT that makes it: its keys and measures, by their names."""

    def __init__(self, scope: Scope, summary: Summary) -> None:
        keys = {key.name: key_expression(scope, key) for key in summary.keys}
        measures = {each.name: measure_expression(scope.root, each) for each in summary.measures}
        fields = summary.groups.fields
        self._leaves = {
            name: _labelled(fields[name], expression)
            for name, expression in {**keys, **measures}.items()
        }

    @property
    def columns(self) -> list[sa.ColumnElement[Any]]:
        """What the SELECT lists: keys first."""
        return [leaf.expression for leaf in self._leaves.values()]

    def leaf(self, path: Path) -> Leaf:
        """The key or measure of a name."""
        (name,) = path
        return self._leaves[name]

    def terms(self, orders: Sequence[Order]) -> list[Term]:
        """The terms of an ordering of groups."""
        leaves = [(self.leaf(order.path), order) for order in orders]
        return [Term(ranked(leaf), leaf.nullable, order) for leaf, order in leaves]


def _labelled(field: Field, expression: sa.ColumnElement[Any]) -> Leaf:
    labelled = expression.label(field.stored)
    return Leaf(labelled, field.type, expression.type, field.nullable)


def summary_select(catalog: Catalog, summary: Summary) -> tuple[sa.Select[Any], Layout]:
    """The groups; for a batch those of each key, in the order of keys and of groups."""
    sieve = Sieve(catalog, summary.entity, summary.batch)
    groups = _groups(catalog, summary, sieve)
    fields = tuple(summary.groups.fields.values())
    if sieve.keys is None:
        return groups, Layout(None, None, Shape(0, fields))
    page = sieve.named("page", groups)
    number = sieve.keys.c.n
    terms = terms_of(Scope(catalog, summary.groups, page), summary.order)
    select = sa.select(number, *page.c).select_from(sieve.keys.join(page, sa.true()))
    ordered = select.order_by(number, *(term.written() for term in terms))
    return ordered, Layout(0, None, Shape(1, fields))


def _groups(catalog: Catalog, summary: Summary, sieve: Sieve) -> sa.Select[Any]:
    scope = Scope(catalog, summary.entity, called_rows(summary))
    group = Group(scope, summary)
    select = sieve.narrowed(sa.select(*group.columns), scope.root, scope.source, summary.filter)
    # By their places: written again, a key's parameters would make it another expression.
    places = range(1, len(summary.keys) + 1)
    select = select.group_by(*(sa.literal_column(str(place), sa.Integer()) for place in places))
    having = condition(catalog, group, summary.having)
    select = select if isinstance(having, sa.True_) else select.having(having)
    return cut(select, group.terms(summary.order), summary.limit, summary.offset)
