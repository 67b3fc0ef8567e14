"""In charge of the span and the count of one call to a store, by OpenTelemetry's conventions."""

import time
from bisect import bisect_left
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Literal, Self

from opentelemetry.semconv.attributes import db_attributes as db
from opentelemetry.semconv.attributes.server_attributes import SERVER_ADDRESS
from opentelemetry.trace import INVALID_SPAN, Span

from telemetry import measures
from telemetry.measures import BOUNDS
from telemetry.spans import Attributes, error_type, recording, span
from telemetry.stages import MOST_STEPS
from telemetry.tally import current

System = Literal["postgresql", "mongodb", "redis"]

_STORES = {"postgresql": "postgres", "mongodb": "mongo", "redis": "redis"}
_RETURNED_ROWS = "db.response.returned_rows"


class StoreCall(AbstractContextManager["StoreCall"]):
    """One call to a store, while it runs: it is counted, and has a span ``around`` it, or none.

    ``told`` makes a text of what is ``asked``, without values, if somebody wants to know.
    """

    __slots__ = (
        *("_around", "_asked", "_began", "_operation", "_rows", "_system", "_tally", "_told"),
        "span",
    )
    span: Span

    def __init__(
        self,
        system: System,
        operation: str,
        around: AbstractContextManager[Span] | None,
        asked: Any,
        told: Callable[[Any], str],
    ) -> None:
        self._asked, self._told, self._rows = asked, told, 0
        self._system: System = system
        self._operation = operation
        self._around = around
        self._tally = tally = current()
        calls, store = tally.store_calls, _STORES[system]
        calls[store] = calls.get(store, 0) + 1
        self._began = time.perf_counter()

    def __enter__(self) -> Self:
        self.span = INVALID_SPAN if self._around is None else self._around.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        took = time.perf_counter() - self._began
        failed = "" if error is None else error_type(error)
        if (measured := measures.installed) is not None:
            key = (self._system, self._operation, failed)
            series = measured.stores.get(key) or measured.store(*key)
            series[0] += took
            series[bisect_left(BOUNDS, took) + 1] += 1
        if len(steps := self._tally.steps) < MOST_STEPS:
            of = self._system, self._operation, self._began
            steps.append((*of, took, self._rows, failed, self._asked, self._told))
        if self._around is not None:
            self._around.__exit__(kind, error, traceback)

    def returned(self, rows: int) -> None:
        """State how many rows came back, or more. What a cache returns is not counted as rows."""
        self._rows += rows
        if self._system != "redis":
            self._tally.rows += rows
        if self._around is not None:
            self.span.set_attribute(_RETURNED_ROWS, self._rows)


def store_span(  # noqa: PLR0913 - one argument for each attribute of the convention
    system: System,
    operation: str,
    collection: str | None = None,
    *,
    query: str | None = None,
    batch: int | None = None,
    namespace: str | None = None,
    address: str | None = None,
    asked: Any = "",
    told: Callable[[Any], str] = str,
) -> StoreCall:
    """A client span around one call to a store, counted in the current tally.

    ``operation`` is the store's own word (SELECT, aggregate, MGET), ``collection`` a table or
    collection. ``query`` holds no values: parameters stay placeholders. ``batch`` is the number of
    operations sent together, ``namespace`` the database, ``address`` the server's; ``asked`` and
    ``told`` as of `StoreCall`.
    """
    if not recording():
        return StoreCall(system, operation, None, asked, told)
    name = f"{operation} {collection}" if collection else operation
    said: dict[str, str | int | None] = {
        db.DB_OPERATION_NAME: operation,
        db.DB_COLLECTION_NAME: collection,
        db.DB_NAMESPACE: namespace,
        db.DB_QUERY_TEXT: query,
        db.DB_QUERY_SUMMARY: name if query else None,
        # By the convention, one operation is no batch.
        db.DB_OPERATION_BATCH_SIZE: batch if batch and batch > 1 else None,
        SERVER_ADDRESS: address,
    }
    attributes: Attributes = {
        db.DB_SYSTEM_NAME: system,
        **{key: value for key, value in said.items() if value is not None},
    }
    around = span(name, kind="client", attributes=attributes)
    return StoreCall(system, operation, around, asked, told)
