"""In charge of what is counted over the life of the server: completions, and ends of changes."""

from collections.abc import Iterable

from opentelemetry import metrics

from telemetry import measures
from telemetry.tally import current

_completions: metrics.Counter | None = None
_two_stores: metrics.Counter | None = None
_refused: metrics.Counter | None = None


def install(provider: metrics.MeterProvider | None) -> None:
    """From now on counts go to ``provider``; with None nothing is counted, at no cost."""
    global _completions, _two_stores, _refused  # noqa: PLW0603 - one per process, as OpenTelemetry's own
    meter = provider and provider.get_meter("bigraph")
    _completions = meter and meter.create_counter(
        "bigraph.completions",
        unit="{root_field}",
        description="Root fields that were completed, by how.",
    )
    _two_stores = meter and meter.create_counter(
        "bigraph.two_store_changes",
        unit="{change}",
        description="Changes of both stores that Postgres had committed, by what became of them.",
    )
    _refused = meter and meter.create_counter(
        "bigraph.requests.refused",
        unit="{request}",
        description="Requests that were not let in, since there was too much to do.",
    )


def count_completion(form: str, reason: str | None = None) -> None:
    """Counts a root field that is completed in this form; what graphql-core does has a reason."""
    if (measured := measures.installed) is not None:
        key = (form, reason or "")
        measured.completions[key] = measured.completions.get(key, 0) + 1
    if reason:
        current().standard = reason
    if _completions is not None:
        why = {"bigraph.completion.reason": reason} if reason else {}
        _completions.add(1, {"bigraph.completion.form": form, **why})


def count_two_stores(outcome: str) -> None:
    """Counts a change of both stores: made, recovered (made later), undone, or parked."""
    if (measured := measures.installed) is not None:
        measured.two_stores[outcome] = measured.two_stores.get(outcome, 0) + 1
    if _two_stores is not None:
        _two_stores.add(1, {"bigraph.two_stores.outcome": outcome})


def count_errors(codes: Iterable[str]) -> None:
    """Counts an answer with errors of these codes that is no request's, each once."""
    if (measured := measures.installed) is not None:
        measured.failed(codes)


def count_refused(requests: int) -> None:
    """Counts requests that were not let in."""
    if (measured := measures.installed) is not None:
        for _ in range(requests):
            measured.failed(("SERVER_OVERLOADED",))
    if _refused is not None:
        _refused.add(requests)
