"""In charge of what a change makes of rows: its arguments as edits of paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, assert_never

from catalog.change import Edit, Increment, Pull, Push, Set
from catalog.entity import Entity
from catalog.query import Path
from catalog.types import DocumentType, Field
from resolvers.errors import InputError
from resolvers.writes.judging import Judge
from resolvers.writes.refusals import ApiPath, api_path
from resolvers.writes.values import Raw, Refusals, by_api, stored

_MEANT: Final = ("increment", "push", "pull")


def edits_of(
    judge: Judge, entity: Entity, arguments: Mapping[str, Any], at: ApiPath, amiss: Refusals
) -> tuple[Edit, ...]:
    """The edits that `input`, `increment`, `push` and `pull` mean, which stand at a path.

    If there are any, those that the model makes of each row that changes are among them.
    Raises ``InputError`` if two edits are of one place.
    """
    before = len(amiss)
    sets = list(_sets(entity.fields, arguments.get("input") or {}, (), (*at, "input"), amiss))
    # What no store can hold cannot be judged either, and has been noted.
    judged = sets if len(amiss) > before else _judged(judge, sets, (*at, "input"), amiss)
    edits = [*judged, *_computed(entity, arguments, at, amiss)]
    _check_apart([api_path(entity, edit.path) for edit in edits])
    touched = {edit.path[0] for edit in edits}
    renewed = (Set((name,), value) for name, value in judge.renewed(touched))
    return (*edits, *renewed) if edits else ()


def argument_of(edit: Edit) -> str:
    """The argument that an edit was said by."""
    match edit:
        case Set():
            return "input"
        case Increment():
            return "increment"
        case Push():
            return "push"
        case Pull():
            return "pull"
        case _:
            assert_never(edit)


def builds(edit: Edit) -> bool:
    """Whether what becomes of a field depends on what it was."""
    return not isinstance(edit, Set) or len(edit.path) > 1


def _sets(
    fields: Mapping[str, Field], raw: Raw, path: Path, at: ApiPath, amiss: Refusals
) -> Iterator[Set]:
    """What becomes what; a document that is merged is led into."""
    named = by_api(fields)
    for api, value in raw.items():
        field, place = named[api], (*path, named[api].name)
        if isinstance(field.type, DocumentType) and value is not None:
            ((way, inner),) = value.items()
            if way == "merge":
                yield from _sets(field.type.fields, inner, place, (*at, api, way), amiss)
                continue
            yield Set(place, stored(field.type, inner, (*at, api, way), amiss))
        else:
            yield Set(place, stored(field.type, value, (*at, api), amiss))


def _judged(judge: Judge, sets: list[Set], at: ApiPath, amiss: Refusals) -> Iterator[Set]:
    """The same as the model's validators have them: they know whole fields, not what is inside."""
    whole = {edit.path[0]: edit.value for edit in sets if len(edit.path) == 1}
    made = judge.values(whole, at, amiss).values
    for edit in sets:
        yield Set(edit.path, made[edit.path[0]]) if len(edit.path) == 1 else edit


def _computed(
    entity: Entity, arguments: Mapping[str, Any], at: ApiPath, amiss: Refusals
) -> Iterator[Edit]:
    for name in _MEANT:
        raw: Raw = arguments.get(name) or {}
        for path, field, value, place in _leaves(entity.fields, raw, (), (*at, name)):
            if value is None:
                amiss.add(place, "Null is nothing to add, or to take away.")
                continue
            made = stored(field.type, value, place, amiss)
            match name:
                case "increment":
                    yield Increment(path, made)
                case "push":
                    yield Push(path, tuple(made))
                case _:
                    yield Pull(path, tuple(item for item in made if item is not None))


def _leaves(
    fields: Mapping[str, Field], raw: Raw, path: Path, at: ApiPath
) -> Iterator[tuple[Path, Field, Any, ApiPath]]:
    named = by_api(fields)
    for api, value in raw.items():
        field, place = named[api], (*path, named[api].name)
        if isinstance(field.type, DocumentType) and value is not None:
            yield from _leaves(field.type.fields, value, place, (*at, api))
        else:
            yield place, field, value, (*at, api)


def _check_apart(paths: list[ApiPath]) -> None:
    """Raises ``InputError`` if a place is in two edits."""
    for number, path in enumerate(paths):
        for other in paths[:number]:
            short = min(len(path), len(other))
            if path[:short] == other[:short]:
                message = f"Two edits are of {'.'.join(path)}, or of what it is in."
                raise InputError(message, hint="Change each value in one way only.")
