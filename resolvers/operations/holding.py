"""In charge of mutations being let come to their end, whoever still waits for them."""

from __future__ import annotations

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from telemetry import current


class Holding(SchemaExtension):
    """Holds what may do what no transaction undoes; `writes` release what theirs still does."""

    def on_execute(self) -> Iterator[None]:
        """Before the first field: from then on the request is held, its answer included."""
        if self.execution_context.operation_type is OperationType.MUTATION:
            current().held += 1
        yield
