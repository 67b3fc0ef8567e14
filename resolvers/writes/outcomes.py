"""In charge of what came of root fields that write, by their response keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from catalog.change import Change
from datasources.errors import ChangeRefused, StoreBusy
from resolvers.errors import UndoneError
from resolvers.writes.refusals import ROLLED_BACK, Refused, RefusedError, refusal_by_store
from resolvers.writes.steps import Step, Written

Outcome: TypeAlias = Written | Refused | Exception


def alike(steps: Sequence[Step], outcome: Outcome) -> dict[str, Outcome]:
    """The same for all."""
    return dict.fromkeys((step.key for step in steps), outcome)


def failed(
    steps: Sequence[Step],
    under_way: Step | None,
    error: Exception,
    later: Mapping[str, Sequence[Change]],
) -> Mapping[str, Outcome]:
    """The failure at its field, or at all of them if it came with the commit.

    Neither is it one field's own that a store had no place for them. ``later`` is what the fields
    had to be made in MongoDB, which it may have refused in the end.
    """
    outcome = _outcome(steps, error)
    if isinstance(error, StoreBusy):
        return alike(steps, outcome)
    if isinstance(error, UndoneError):
        under_way = _refused(steps, error, later)
    if under_way is None:
        return alike(steps, outcome)
    return {**alike(steps, ROLLED_BACK), under_way.key: outcome}


def _refused(
    steps: Sequence[Step], error: UndoneError, later: Mapping[str, Sequence[Change]]
) -> Step:
    """The field whose change MongoDB refused; if that is not known, the first that wrote there."""
    writing = [step for step in steps if later.get(step.key)]
    made = (s for s in writing if any(change is error.change for change in later[s.key]))
    return next(made, (writing or steps)[0])


def _outcome(steps: Sequence[Step], error: Exception) -> Outcome:
    match error:
        case RefusedError(refused=refused):
            return refused
        case ChangeRefused():
            return Refused([refusal_by_store(steps[0].entity, error, ())])
        case _:
            return error
