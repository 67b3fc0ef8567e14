"""In charge of what is counted over the life of the server: how root fields are completed."""

from opentelemetry import metrics

_completions: metrics.Counter | None = None


def install(provider: metrics.MeterProvider | None) -> None:
    """From now on counts go to ``provider``; with None nothing is counted, at no cost."""
    global _completions  # noqa: PLW0603 - one per process, as OpenTelemetry's own
    _completions = provider and provider.get_meter("bigraph").create_counter(
        "bigraph.completions",
        unit="{root_field}",
        description="Root fields that were completed, by how.",
    )


def count_completion(form: str, reason: str | None = None) -> None:
    """Counts a root field that is completed in this form; what graphql-core does has a reason."""
    if _completions is not None:
        why = {"bigraph.completion.reason": reason} if reason else {}
        _completions.add(1, {"bigraph.completion.form": form, **why})
