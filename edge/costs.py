"""In charge of what clients are told that an operation costs, if they ask by a header.

The header is Hot Chocolate's, `GraphQL-Cost: report`. What was estimated is what limits and rates
go by; what the answer did cost is weighed anew, of its rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from graphql import GraphQLSchema

from edge.replies import Body
from edge.requests import GraphQLRequest, Headers, header
from resolvers.documents.parsing import Tree, tree_in
from resolvers.limits.judging import defaults_of, judge_of
from resolvers.limits.spending import Spending

HEADER: Final = b"graphql-cost"
_REPORT: Final = "report"


def told(schema: GraphQLSchema, asked: GraphQLRequest, headers: Headers, body: Body) -> Body:
    """The answer with what was estimated, what it came to, and the limit, if a report is asked for.

    What was refused, and not executed, has none.
    """
    if header(headers, HEADER).strip().lower() != _REPORT:
        return body
    return body._replace(cost=cost_of(schema, asked, body))


def cost_of(schema: GraphQLSchema, asked: GraphQLRequest, body: Body) -> Mapping[str, float] | None:
    """What was estimated, what it came to, and the limit; None of what was not executed."""
    judge = judge_of(schema)
    tree = tree_in(asked.query, asked.operation_name, judge.limits)
    if tree is None or body.data is None:
        return None
    values = {**defaults_of(tree.node), **(asked.variables or {})}
    spending = Spending(schema, judge.weights, tree.document, values)
    actual = spending.cost(tree.node, json.loads(body.data) or {})
    return {**estimated(schema, asked, tree), "actual": actual}


def estimated(schema: GraphQLSchema, asked: GraphQLRequest, tree: Tree) -> Mapping[str, float]:
    """What an operation is estimated to cost, and the limit."""
    judge = judge_of(schema)
    cost = judge.cost(*tree, asked.variables or {})
    return {"estimated": cost, "limit": judge.limits.cost}
