"""In charge of what the models' own validators say of values, and make of them.

Validators of fields, types and constraints judge what is given, before it is written. Validators of
whole models judge rows as they have become, inside of the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator

from catalog.columns import Rows, columns_of
from catalog.defaults import defaults_of, members_of
from catalog.entity import Entity, Store
from catalog.names import lower_first
from catalog.query import Record
from catalog.types import DocumentType, FieldType, ListType, Scalar, UnionType
from resolvers.writes.models import as_python, from_python
from resolvers.writes.refusals import ApiPath, Why
from resolvers.writes.rereading import Rereading
from resolvers.writes.values import Named, Refusals, named_fields

_PLAIN: Final = "Value error, "
_NULL: Final = "A value must be there."
_LEAVE_OUT: Final = "Leave the field out, or give it a value."
_TYPES: Final = frozenset({"int", "str", "bool", "float", "date", "time", "datetime", "any"})
_AROUND: Final = frozenset({"model-field", "default", "nullable"})
_SAYING_NOTHING: Final = frozenset({"type", "metadata", "microseconds_precision"})
_NAMING: Final = frozenset({"title", "populate_by_name", "from_attributes", "validate_by_name"})


class Judge:
    """What the model of an entity says of values; a plain SQLAlchemy model says nothing."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self._model: Any = entity.model if issubclass(entity.model, BaseModel) else None

    @property
    def judges_fields(self) -> bool:
        """Whether there is a model that says anything of fields."""
        return self._model is not None

    @cached_property
    def named(self) -> Mapping[str, Named]:
        """The entity's fields, by the names that clients see."""
        return named_fields(self.entity.fields)

    @cached_property
    def judges_rows(self) -> bool:
        """Whether the model has validators of whole rows."""
        said = getattr(self._model, "__pydantic_decorators__", None)
        return bool(said and (said.model_validators or said.root_validators))

    def values(self, given: Record, path: ApiPath, amiss: Refusals, *, new: bool = False) -> Record:
        """What the fields' validators make of what is given; what they refuse is noted.

        Beside the values of a ``new`` row they see the defaults of what it lacks.
        """
        validator = self._new_fields if new else self._fields
        if validator is None:
            return given
        asked = {
            name: value
            for name, value in given.items()
            # That it must not be null is said by all stores alike.
            if value is not None or name in self._nullable
        }
        for name in self._turned.intersection(asked):
            asked[name] = self._python(name, asked[name])
        try:
            made = validator.validate_python(asked, by_alias=False, by_name=True)
        except ValidationError as error:
            self._note(error, path, amiss)
            return given
        except KeyError as error:
            self._note_lack(validator, asked, error, path, amiss)
            return given
        same = self._same
        return {
            name: value if type(value) in same[name] else from_python(self._kind(name), value)
            for name, value in {**given, **{name: made[name] for name in asked}}.items()
        }

    def many(self, rows: Rows) -> Rows | None:
        """What the fields' validators make of many new rows; None if they refuse something."""
        if self._new_fields is None:
            return rows
        amiss = Refusals()
        made = [self.values(row, (), amiss, new=True) for row in rows]
        return None if len(amiss) else Rows(columns_of(made), len(made))

    def default(self, name: str) -> Any:
        """What the model gives this field of a new row that lacks it, anew each time; or null."""
        return from_python(self._kind(name), self.defaults[name]())

    @cached_property
    def defaults(self) -> Mapping[str, Callable[[], Any]]:
        """The model's own values of fields, as it has them."""
        return defaults_of(self.entity)

    def row(self, record: Record, path: ApiPath, amiss: Refusals) -> None:
        """Notes what the model says of a whole row, read with all of its stored fields."""
        row = {name: self._python(name, value) for name, value in record.items()}
        kind, validate = self._document, self._model.model_validate
        try:
            if self.entity.store is Store.POSTGRES:
                Rereading(by_name=False).judge(validate, kind, row)
            else:  # what is null may be missing, and then the model has a default for it
                there = {name: value for name, value in row.items() if value is not None}
                named = partial(validate, by_alias=False, by_name=True)
                Rereading(by_name=True).judge(named, kind, there)
        except ValidationError as error:
            self._note(error, path, amiss)

    def field(self, name: str, value: Any, path: ApiPath, amiss: Refusals) -> None:
        """Notes what the validators of a field say of a value that was read."""
        validator = self._fields
        if validator is None or (value is None and name not in self._nullable):
            return
        named = partial(validator.validate_python, by_alias=False, by_name=True)
        row = {name: self._python(name, value)}
        try:
            Rereading(by_name=True).judge(named, self._document, row)
        except ValidationError as error:
            self._note(error, path, amiss)
        except KeyError as error:
            self._note_lack(validator, row, error, path, amiss)

    @cached_property
    def _fields(self) -> SchemaValidator | None:
        return self._validator(new=False)

    @cached_property
    def _new_fields(self) -> SchemaValidator | None:
        return self._validator(new=True)

    def _validator(self, *, new: bool) -> SchemaValidator | None:
        return None if self._model is None else _fields_validator(self._model, new=new)

    @cached_property
    def _turned(self) -> frozenset[str]:
        """The fields whose values are others in Python than in sources."""
        fields = self.entity.fields.items()
        return frozenset(name for name, field in fields if not isinstance(field.type, Scalar))

    @cached_property
    def _same(self) -> Mapping[str, frozenset[type]]:
        return {each.name: each.same for each in self.named.values()}

    @cached_property
    def _nullable(self) -> frozenset[str]:
        return frozenset(name for name, each in self.entity.fields.items() if each.nullable)

    @cached_property
    def _enums(self) -> Mapping[str, Any]:
        return {name: members_of(self.entity, name) for name in self.entity.stored_fields}

    @cached_property
    def _document(self) -> DocumentType:
        return DocumentType(self.entity.name, self.entity.fields)

    def _kind(self, name: str) -> FieldType:
        return self.entity.fields[name].type

    def _python(self, name: str, value: Any) -> Any:
        return as_python(self._kind(name), value, self._enums[name])

    def _note(self, error: ValidationError, path: ApiPath, amiss: Refusals) -> None:
        for each in error.errors(include_url=False, include_context=False):
            at = _api_path(self._document, each["loc"])
            if each["input"] is None and each["type"].endswith("_type"):
                amiss.add((*path, *at), _NULL, _LEAVE_OUT, Why.NOT_NULL_VIOLATION)
            else:
                message = each["msg"].removeprefix(_PLAIN)
                amiss.add((*path, *at), f"{message.rstrip('.')}.")

    def _note_lack(
        self,
        validator: SchemaValidator,
        asked: Record,
        lack: KeyError,
        path: ApiPath,
        amiss: Refusals,
    ) -> None:
        """Notes that a field's validator looked for the value of another, which it did not find.

        That is not given, or has been refused itself; else the ``lack`` is the model's mistake.
        """
        name: Any = next(iter(lack.args), None)
        if name not in self.entity.fields:
            raise lack
        field = self.entity.fields[name]
        if name not in asked:
            message = f"What is given cannot be judged without `{field.api}`."
            amiss.add((*path, field.api), message, "Give it as well.")
            return
        try:
            validator.validate_python({name: asked[name]}, by_alias=False, by_name=True)
        except ValidationError as error:
            self._note(error, path, amiss)
        else:
            raise lack


def _fields_validator(model: type[BaseModel], *, new: bool) -> SchemaValidator | None:
    """The validators of a model's fields, for any of these, without those of the whole model.

    None if they ask for nothing but types, which GraphQL has seen to.
    """
    schema = cast("Any", model).__pydantic_core_schema__
    around: list[Any] = []
    config: Any = {}
    while schema["type"] != "model-fields":
        if schema["type"] == "definitions":
            around = schema["definitions"]
        config = schema.get("config", config)
        schema = schema["schema"]
    if not config.keys() - _NAMING and all(map(_asks_for_type, schema["fields"].values())):
        return None
    fields = {name: _left_out(field, new=new) for name, field in schema["fields"].items()}
    made: Any = {"type": "typed-dict", "fields": fields, "config": config}
    if around:
        made = {"type": "definitions", "schema": made, "definitions": around}
    return SchemaValidator(made)


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


def _api_path(kind: FieldType, steps: tuple[int | str, ...]) -> ApiPath:
    """Where a validator's error stands, as the argument's path."""
    if not steps:
        return ()
    step, *rest = steps
    inner = tuple(rest)
    if isinstance(kind, ListType) and isinstance(step, int):
        return (str(step), *_api_path(kind.of, inner))
    if isinstance(kind, UnionType) and (member := kind.member(step)):
        return (lower_first(member.name), *_api_path(member, inner))
    if isinstance(kind, DocumentType):
        for field in kind.fields.values():
            if step in (field.name, field.stored):
                return (field.api, *_api_path(field.type, inner))
    return ()
