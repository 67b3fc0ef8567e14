"""In charge of what clients are told that an operation costs, if they ask by a header.

The header is Hot Chocolate's, `GraphQL-Cost: report`. What was estimated is what limits and rates
go by; what the answer did cost is weighed anew, of its rows.
"""

from __future__ import annotations

import json
from typing import Final

from graphql import GraphQLSchema

from edge.replies import Body
from edge.requests import GraphQLRequest, Headers, header
from resolvers.limits.judging import defaults_of, judge_of
from resolvers.limits.spending import Spending
from resolvers.parsing import tree_in

HEADER: Final = b"graphql-cost"
_REPORT: Final = "report"


def told(schema: GraphQLSchema, asked: GraphQLRequest, headers: Headers, body: Body) -> Body:
    """The answer with what was estimated, what it came to, and the limit, if a report is asked for.

    What was refused, and not executed, has none.
    """
    if body.data is None or header(headers, HEADER).strip().lower() != _REPORT:
        return body
    judge = judge_of(schema)
    tree = tree_in(asked.query, asked.operation_name, judge.limits.tokens)
    if tree is None:
        return body
    given = asked.variables or {}
    values = {**defaults_of(tree.node), **given}
    spending = Spending(schema, judge.weights, tree.document, values)
    cost = {
        "estimated": judge.asked(*tree, given).cost,
        "actual": spending.cost(tree.node, json.loads(body.data) or {}),
        "limit": judge.limits.cost,
    }
    return body._replace(cost=cost)
