"""Asks what schemathesis makes of a server's schema, so often of each field; prints the answers.

Its own judgement is not asked for: it takes every error for the server's, also one that says what
the client has done wrong.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

_WITH_FILES = "filed"  # no GraphQL text says a file
_settings = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def main(url: str, each: int) -> None:
    """A line of JSON for each answer."""
    schema = schemathesis.graphql.from_url(url)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.field_name != _WITH_FILES:
            asking(operation.as_strategy(), each)()


def asking(cases: Any, each: int) -> Callable[[], None]:
    """Asks so many cases."""

    @seed(1)
    @settings(_settings, max_examples=each)
    @given(case=cases)
    def ask(case: Any) -> None:
        answer = case.call()
        told = {"asked": case.body, "status": answer.status_code, "answer": answer.text}
        print(json.dumps(told))

    return ask


main(sys.argv[1], int(sys.argv[2]))
