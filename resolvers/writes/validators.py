"""In charge of the validators of a model's fields, as pydantic-core has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic_core import SchemaValidator

_TYPES: Final = frozenset({"int", "str", "bool", "float", "date", "time", "datetime", "any"})
_AROUND: Final = frozenset({"model-field", "default", "nullable"})
_SAYING_NOTHING: Final = frozenset({"type", "metadata", "microseconds_precision"})
_NAMING: Final = frozenset({"title", "populate_by_name", "from_attributes", "validate_by_name"})
_OF_OTHERS: Final = frozenset({"model", "dataclass", "typed-dict", "definition-ref"})


def fields_validator(model: type[BaseModel], *, new: bool) -> SchemaValidator | None:
    """The validators of a model's fields, for any of these, without those of the whole model.

    None if they ask for nothing but types, which GraphQL has seen to.
    """
    schema, config, around = _fields_schema(model)
    if not config.keys() - _NAMING and all(map(_asks_for_type, schema["fields"].values())):
        return None
    fields = {name: _left_out(field, new=new) for name, field in schema["fields"].items()}
    made: Any = {"type": "typed-dict", "fields": fields, "config": config}
    if around:
        made = {"type": "definitions", "schema": made, "definitions": around}
    return SchemaValidator(made)


def validated(validator: SchemaValidator, values: Mapping[str, Any]) -> dict[str, Any]:
    """What validators make of values, by the names of fields. Raises ``ValidationError``.

    ``KeyError`` says that one looked for the value of another, which is not there or will not do.
    """
    return validator.validate_python(values, by_alias=False, by_name=True)


def _fields_schema(model: type[BaseModel]) -> tuple[Any, Any, list[Any]]:
    """The schema of a model's fields, with its configuration, and the definitions around it."""
    schema = cast("Any", model).__pydantic_core_schema__
    around: list[Any] = []
    config: Any = {}
    while schema["type"] != "model-fields":
        if schema["type"] == "definitions":
            around = schema["definitions"]
        config = schema.get("config", config)
        schema = schema["schema"]
    return schema, config, around


def _asks_for_type(schema: Any) -> bool:
    """Whether it takes every value of its type, as it is."""
    if schema["type"] in _AROUND:
        return _asks_for_type(schema["schema"])
    return schema["type"] in _TYPES and not schema.keys() - _SAYING_NOTHING


def _left_out(field: Any, *, new: bool) -> Any:
    """A field's schema; where it is left out it is its default in a new row, and else nothing."""
    inner = field["schema"]
    while inner["type"] == "default" and not new:
        inner = inner["schema"]
    return {"type": "typed-dict-field", "schema": inner, "required": False}


def crossing_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields with validators that are told of others, which may look at what is beside them."""
    fields = _fields_schema(model)[0]["fields"]
    return frozenset(name for name, field in fields.items() if any(_told(field["schema"])))


def _told(schema: Any) -> Iterator[bool]:
    """Whether functions of a schema are told of other fields; not those of documents in it."""
    match schema:
        case list():
            for each in cast("list[Any]", schema):
                yield from _told(each)
        case {"type": str(kind)} if kind in _OF_OTHERS:
            return
        case dict():
            held = cast("dict[str, Any]", schema)
            yield held.get("type") == "with-info"
            for each in held.values():
                yield from _told(each)
        case _:
            return
