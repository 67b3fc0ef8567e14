"""In charge of trusted documents being ready before they are asked for, and of telling who is not.

One that does not fit the schema is no reason not to start: an old client's may be for a field that
is gone, and those of all others are to be answered.
"""

from __future__ import annotations

from typing import Final

from edge.persisted.manifest import Manifest
from edge.persisted.naming import digest_of
from resolvers.foreseen import Unfit, foresee
from resolvers.operations import Operations
from resolvers.plan import Planner
from telemetry import logger

_LINES: Final = 20
_SHOWN: Final = 100  # characters of a document
_log = logger("documents")


async def prepare(manifest: Manifest, operations: Operations, planner: Planner) -> None:
    """Has the operations of a manifest planned, and at hand for good."""
    _, unfit = await foresee(operations, manifest.texts, planner)
    _tell(unfit)


def _tell(unfit: Unfit) -> None:
    for text, error in [*unfit.items()][:_LINES]:
        document = " ".join(text.split())[:_SHOWN]
        digest, reason = digest_of(text), error.message
        _log.warning("trusted_document_unfit", sha256=digest, document=document, reason=reason)
    if len(unfit) > _LINES:
        _log.warning("trusted_documents_unfit", documents=len(unfit))
