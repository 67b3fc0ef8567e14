"""In charge of what can be wrong with an argument: bad input, told to the client as it is."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.change import Change
from catalog.errors import BigraphError, exceeded
from datasources.errors import ChangeRefused


class InputError(BigraphError):
    """An argument that cannot be honoured."""

    code = "BAD_USER_INPUT"


class UnauthorizedError(BigraphError):
    """What the viewer may not read, or look at in any other way."""

    code = "UNAUTHORIZED_FIELD_OR_TYPE"


class CursorError(InputError):
    """A cursor that is none of ours, or belongs to another ordering."""

    code = "CURSOR_INVALID"


class NodeIdError(InputError):
    """A ``nodeId`` that is none of this graph's."""

    code = "NODE_ID_INVALID"


class PageError(InputError):
    """Paging arguments that contradict each other."""

    code = "PAGE_INVALID"


class PageSizeError(InputError):
    """A page larger than the server gives; nothing is cut silently."""

    code = "PAGE_SIZE_EXCEEDED"

    def __init__(self, message: str, measured: int, limit: int, *, hint: str) -> None:
        super().__init__(message, hint=hint, details=exceeded(measured, limit))


class GroupError(InputError):
    """Groups that cannot be made: without a key, or of spans in a time zone that is none."""

    code = "GROUP_INVALID"


class ReachError(InputError):
    """A filter into the other store that would need more keys than may be read."""

    code = "REACH_TOO_WIDE"

    def __init__(self, message: str, most: int, *, hint: str) -> None:
        # No more keys are read than tell that there are too many.
        super().__init__(message, hint=hint, details=exceeded(most + 1, most))


class OrderReachError(ReachError):
    """An order by the other store's values that would need more keys than may be read."""

    code = "ORDER_TOO_WIDE"


class GeoError(InputError):
    """A place that is not on Earth, or a shape that is none."""

    code = "GEO_INVALID"


class UndoneError(BigraphError):
    """MongoDB refused its part of a change in the end, so Postgres has taken back its own.

    ``change`` is what MongoDB refused, and ``error`` why, as far as that is known; ``undone`` is
    what was taken back, in words.
    """

    code = "WRITE_UNDONE"

    def __init__(self, change: Change | None, error: ChangeRefused | None, undone: str) -> None:
        name = change.entity.name if change else None
        what = f"MongoDB refused the {name} after all" if name else "MongoDB refused it"
        why = f": {error.message}" if error else "."
        message = f"{what}{why} Undone in Postgres: {undone or 'nothing'}."
        hint = "For a moment others may have seen what was undone."
        told = _refused(change, error) if change and error else None
        super().__init__(message, hint=hint, details=told)
        self.change = change


def _refused(change: Change, error: ChangeRefused) -> Mapping[str, object]:
    """What was refused: of which entity, which fields, and which of several new rows."""
    fields = [change.entity.fields[name].api for name, *_ in error.paths]
    row = {} if error.row is None else {"row": error.row}
    return {"refused": {"entity": change.entity.name, "fields": fields, **row}}


class PendingError(BigraphError):
    """Postgres has its part of a change, and MongoDB not yet."""

    code = "WRITE_PENDING"

    def __init__(self) -> None:
        message = "Postgres has its part of this change; MongoDB's own follows when it is there."
        super().__init__(message, hint="Do not send it again: it is on its way.")


class ParkedError(BigraphError):
    """MongoDB refuses its part of a change, and Postgres cannot take back its own."""

    code = "WRITE_PARKED"

    def __init__(self) -> None:
        message = "Postgres has its part of this change, which MongoDB refuses."
        hint = "It could not be undone either; the operator finds it in the outbox."
        super().__init__(message, hint=hint)


class KeyReusedError(InputError):
    """An idempotency key that was given with another request before."""

    code = "IDEMPOTENCY_KEY_REUSED"


class AnswerTooLargeError(InputError):
    """An answer that is larger than what is kept for an idempotency key."""

    code = "IDEMPOTENCY_ANSWER_TOO_LARGE"


class SearchError(InputError):
    """A search, or an order by it, where the store cannot do it."""

    code = "SEARCH_INVALID"
