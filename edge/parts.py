"""In charge of the parts of an answer as clients read them, in one of the two ways that are about.

What is announced as pending is told of by its id; or, as in 2022, by its path and label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from graphql import GraphQLError
from graphql.execution import PendingResult, SubsequentIncrementalExecutionResult

from edge.errors import told
from edge.media import Spec
from edge.replies import Body
from resolvers.operations.answering import as_json

Errors = Sequence[dict[str, Any]]
Path = Sequence[str | int]


class Part(NamedTuple):
    """One part in JSON, and the errors in it."""

    content: bytes
    errors: Errors

    def json(self) -> bytes:
        """All of it."""
        return self.content

    @property
    def data(self) -> bytes:
        """Never none: an answer that comes in parts has data."""
        return self.content


class Telling:
    """Writes the parts of one answer, in their order."""

    def __init__(self) -> None:
        self._pending: dict[str, PendingResult] = {}
        self._errors: list[dict[str, Any]] = []

    def first(self, body: Body, pending: Iterable[PendingResult]) -> Part:
        """The part with what is not left for later."""
        announced = list(pending)
        self._announce(announced)
        said = {"pending": [_announced(each) for each in announced], "hasNext": True}
        return Part(b"%s,%s" % (body.json()[:-1], as_json(said)[1:]), body.errors)

    def next(self, result: SubsequentIncrementalExecutionResult) -> Part | None:
        """Another part; none if it tells nothing."""
        self._announce(result.pending or ())
        said: dict[str, Any] = {"hasNext": result.has_next}
        if result.pending:
            said["pending"] = [_announced(each) for each in result.pending]
        if result.incremental:
            said["incremental"] = [self._increment(each) for each in result.incremental]
        if result.completed:
            said["completed"] = [self._completed(each) for each in result.completed]
        return self._part(said)

    def broken_off(self, error: dict[str, Any]) -> Part:
        """The last part of an answer of which the others will not come."""
        completed = [{"id": id_, "errors": [error]} for id_ in self._pending]
        self._errors.append(error)
        return self._part({"hasNext": False, "completed": completed})

    def _announce(self, pending: Iterable[PendingResult]) -> None:
        self._pending |= {each.id: each for each in pending}

    def _increment(self, result: Any) -> dict[str, Any]:
        said = {"id": result.id, **_values(result), **self._told(result)}
        return {**said, "subPath": result.sub_path} if result.sub_path else said

    def _completed(self, result: Any) -> dict[str, Any]:
        self._pending.pop(result.id, None)
        return {"id": result.id, **self._told(result)}

    def _told(self, result: Any) -> dict[str, Any]:
        errors: Sequence[GraphQLError] = result.errors or ()
        shown = [told(error, before_execution=False) for error in errors]
        self._errors += shown
        return {"errors": shown} if shown else {}

    def _part(self, said: Mapping[str, Any]) -> Part:
        errors, self._errors = self._errors, []
        return Part(as_json(said), errors)


class TellingOf2022(Telling):
    """The same as it was in 2022: each increment says where it belongs, and streams by index."""

    def __init__(self) -> None:
        super().__init__()
        self._sent: dict[tuple[str | int, ...], list[Any]] = {}
        """Objects and items that were told, by their paths."""
        self._next: dict[str, int] = {}
        """The index of a stream's next item."""

    def first(self, body: Body, pending: Iterable[PendingResult]) -> Part:
        """The part with what is not left for later."""
        self._announce(pending)
        return Part(b'%s,"hasNext":true}' % body.json()[:-1], body.errors)

    def next(self, result: SubsequentIncrementalExecutionResult) -> Part | None:
        """Another part; none if it only announces, or says that something is complete."""
        self._announce(result.pending or ())
        said = [self._increment(each) for each in result.incremental or ()]
        said += [self._failed(each) for each in result.completed or () if each.errors]
        if not said and result.has_next:
            return None
        return self._part({**({"incremental": said} if said else {}), "hasNext": result.has_next})

    def broken_off(self, error: dict[str, Any]) -> Part:
        """The last part: told of the whole answer, since nulls would undo what has come."""
        self._errors.append(error)
        return self._part({"errors": [error], "hasNext": False})

    def sent(self, path: Path, value: Any) -> None:
        """Something is told at a path, in which lists may be that go on."""
        self._sent.setdefault(tuple(path), []).append(value)

    def _increment(self, result: Any) -> dict[str, Any]:
        pending, values = self._pending[result.id], _values(result)
        path: list[Any] = [*pending.path, *(result.sub_path or ())]
        if "items" in values:
            index = self._index(pending) or 0
            self._next[result.id] = index + len(values["items"])
            for number, item in enumerate(values["items"], index):
                self.sent([*path, number], item)
            path.append(index)
        else:
            self.sent(path, values["data"])
        return {**values, "path": path, **_label(pending), **self._told(result)}

    def _failed(self, result: Any) -> dict[str, Any]:
        pending = self._pending[result.id]
        index = self._index(pending)
        if index is None:
            values = {"data": None, "path": pending.path}
        else:
            values = {"items": None, "path": [*pending.path, index]}
        return {**values, **_label(pending), **self._told(result)}

    def _index(self, pending: PendingResult) -> int | None:
        """Of a stream's next item; none of what is no stream."""
        if pending.id not in self._next:
            found = self._at(tuple(pending.path))
            if not isinstance(found, list):
                return None
            self._next[pending.id] = len(cast("list[Any]", found))
        return self._next[pending.id]

    def _at(self, path: tuple[str | int, ...]) -> Any:
        """What was told at a path, first of all."""
        for end in range(len(path), -1, -1):
            for value in self._sent.get(path[:end], ()):
                found = _inside(value, path[end:])
                if found is not None:
                    return found
        return None


def telling(spec: Spec, data: Any) -> Telling:
    """What writes an answer whose first part has this data."""
    if spec is Spec.PENDING:
        return Telling()
    made = TellingOf2022()
    made.sent((), data)
    return made


def _inside(value: Any, path: Path) -> Any:
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _values(result: Any) -> dict[str, Any]:
    return {"items": result.items} if hasattr(result, "items") else {"data": result.data}


def _announced(pending: PendingResult) -> dict[str, Any]:
    return {"id": pending.id, "path": pending.path, **_label(pending)}


def _label(pending: PendingResult) -> dict[str, Any]:
    return {} if pending.label is None else {"label": pending.label}
