"""In charge of trusted documents being ready before they are asked for, and of telling who is not.

One that does not fit the schema is no reason not to start: an old client's may be for a field that
is gone, and those of all others are to be answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol, runtime_checkable

from catalog.entity import Store
from catalog.query import DataSource
from catalog.templates import Template
from edge.persisted.manifest import Manifest
from edge.persisted.naming import digest_of
from resolvers.operations.foreseen import Unfit, foresee, templates_of
from resolvers.operations.known import Operations
from resolvers.planning.plan import Planner
from telemetry import logger

_LINES: Final = 20
_SHOWN: Final = 100  # characters of a document
_log = logger("documents")


@runtime_checkable
class Foresees(Protocol):
    """A source that can make ready what it will be asked."""

    store: Store

    async def foresee(self, templates: Iterable[Template]) -> None:
        """In place of what it has made ready before. Raises nothing if the store is away."""
        ...


async def prepare(
    manifest: Manifest, operations: Operations, planner: Planner, sources: Iterable[DataSource] = ()
) -> None:
    """Has the operations of a manifest planned, and at hand for good; and so their statements."""
    roots, unfit = await foresee(operations, manifest.texts, planner)
    templates = templates_of(roots)
    for source in sources:
        if isinstance(source, Foresees):
            its = [each for each in templates if each.read.entity.store is source.store]
            await source.foresee(its)
    _tell(unfit)


def _tell(unfit: Unfit) -> None:
    for text, error in [*unfit.items()][:_LINES]:
        document = " ".join(text.split())[:_SHOWN]
        digest, reason = digest_of(text), error.message
        _log.warning("trusted_document_unfit", sha256=digest, document=document, reason=reason)
    if len(unfit) > _LINES:
        _log.warning("trusted_documents_unfit", documents=len(unfit))
