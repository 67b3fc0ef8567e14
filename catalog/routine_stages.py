"""In charge of routines of MongoDB: stages with a place for each argument, checked.

In a query, as in ``$match``, an argument is a value; a document it never is, so nothing in it can
be taken for an operator. In an expression it is a ``$literal``, so no text in it is a field's path.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, cast

import sqlalchemy as sa

from catalog.entity import Entity, Store
from catalog.errors import ModelError
from catalog.routine import Given, Pipeline

_WRITING: Final = frozenset({"$out", "$merge"})
_SCRIPTS: Final = frozenset({"$where", "$function", "$accumulator"})
_QUERIES: Final = frozenset({"$match", "$limit", "$skip", "$sample", "$geoNear"})
"""Stages that take values, and expressions below ``$expr`` alone."""
_EXPRESSIONS: Final = frozenset(
    {"$addFields", "$bucket", "$bucketAuto", "$group", "$project", "$redact", "$replaceRoot"}
    | {"$replaceWith", "$set", "$setWindowFields", "$sortByCount"}
)
_WITH_STAGES: Final = frozenset({"$lookup", "$unionWith"})
_MEND: Final = "Return a model or a collection, and its stages: return Weather, [{...}]."


def pipeline_of(
    name: str, entities: Mapping[str, Entity], made: Any, arguments: Collection[str]
) -> Pipeline:
    """The pipeline that a function gives; raises ``ModelError``."""
    given = cast("tuple[Any, ...]", made if isinstance(made, (tuple, list)) else ())
    if len(given) != 2 or not isinstance(given[1], (list, tuple)):  # noqa: PLR2004 (as it says)
        raise ModelError(name, None, f"it gives {made!r}", mend=_MEND)
    source, stages = given
    collection, before = _source(name, entities, source)
    writer = _Writer(name, arguments)
    return Pipeline(collection, (*before, *writer.stages(stages)))


def _source(
    name: str, entities: Mapping[str, Entity], source: Any
) -> tuple[str, tuple[Mapping[str, Any], ...]]:
    """The collection, and the stages of the view that the source is."""
    if isinstance(source, str):
        return source, ()
    entity = entities.get(getattr(source, "__name__", ""))
    if entity is None or entity.model is not source or entity.store is not Store.MONGO:
        reason = f"its stages start from {source!r}, which is no document that is served"
        raise ModelError(name, None, reason, mend=_MEND)
    if entity.view and entity.view.source:
        return entity.view.source, entity.view.stages
    return entity.table, ()


class _Writer:
    """Writes the stages of one routine with a `Given` in place of each stand-in."""

    def __init__(self, name: str, arguments: Collection[str]) -> None:
        self._name = name
        self._arguments = arguments

    def stages(self, given: Any) -> list[dict[str, Any]]:
        """The stages of a pipeline, or of one inside it."""
        return [self._stage(stage) for stage in cast("list[Any]", given)]

    def _stage(self, stage: Any) -> dict[str, Any]:
        said = cast("dict[Any, Any]", stage if isinstance(stage, dict) else {})
        operator = next(iter(said), None)
        if len(said) != 1 or not isinstance(operator, str) or not operator.startswith("$"):
            raise self._error(f"{stage!r} is no stage", 'Write each as {"$operator": ...}.')
        self._check(operator)
        value = said[operator]
        if operator == "$match" and not isinstance(value, dict):
            raise self._error(f"{stage!r} matches by no document", 'Write {"$match": {...}}.')
        if operator == "$facet":
            parts = cast("dict[str, Any]", value)
            return {operator: {part: self.stages(inner) for part, inner in parts.items()}}
        if operator in _WITH_STAGES and isinstance(value, dict):
            return {operator: self._with_stages(cast("dict[str, Any]", value))}
        if operator in _QUERIES:
            return {operator: self._written(value, literal=False)}
        if operator in _EXPRESSIONS:
            return {operator: self._written(value, literal=True)}
        return {operator: self._written(value, literal=None)}

    def _with_stages(self, said: dict[str, Any]) -> dict[str, Any]:
        """What looks into another collection, whose name no client may choose."""
        return {
            key: self.stages(value)
            if key == "pipeline"
            else self._written(value, literal=True if key == "let" else None)
            for key, value in said.items()
        }

    def _written(self, value: Any, *, literal: bool | None) -> Any:
        """The value; None for ``literal`` says that no argument may stand in it."""
        match value:
            case sa.BindParameter(key=key) if key in self._arguments:
                if literal is None:
                    mend = "Put it where a value stands: in $match, or in an expression."
                    raise self._error(f"the argument {key!r} stands where none can", mend)
                return Given(key, literal)
            case sa.ClauseElement():
                mend = "Use MongoDB's own operators on arguments."
                raise self._error(f"Python made {str(value)!r} of an argument", mend)
            case dict():
                members = cast("dict[str, Any]", value)
                return {
                    key: self._member(key, each, literal=literal) for key, each in members.items()
                }
            case list() | tuple():
                items = cast("list[Any]", value)
                return [self._written(each, literal=literal) for each in items]
            case str():
                self._check_text(value)
                return value
            case _:
                return value

    def _member(self, key: str, value: Any, *, literal: bool | None) -> Any:
        self._check(key)
        if key == "$literal":
            literal = False
        elif key == "$expr":
            literal = True
        return self._written(value, literal=literal)

    def _check(self, operator: Any) -> None:
        if not isinstance(operator, str):
            mend = "Name fields and operators by texts."
            raise self._error(f"{operator!r} stands for a name", mend)
        if operator in _WRITING:
            raise self._error(f"{operator} writes", "Leave it out: a query only reads.")
        if operator in _SCRIPTS:
            mend = "Use MongoDB's own operators."
            raise self._error(f"{operator} runs a script in the server", mend)

    def _check_text(self, text: str) -> None:
        pasted = next((name for name in self._arguments if f":{name}" in text), None)
        if pasted:
            mend = "Join texts in MongoDB: {'$concat': [...]}."
            raise self._error(f"the argument {pasted!r} is pasted into {text!r}", mend)

    def _error(self, reason: str, mend: str) -> ModelError:
        return ModelError(self._name, None, reason, mend=mend)
