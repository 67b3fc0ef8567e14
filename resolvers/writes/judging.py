"""In charge of what the models' own validators say of values, and make of them.

Validators of fields, types and constraints judge what is given, before it is written. Validators of
whole models judge rows as they have become, inside of the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator

from catalog.columns import Rows, columns_of
from catalog.defaults import defaults_of, members_of, renewed_of
from catalog.entity import Entity, Store
from catalog.names import lower_first
from catalog.query import Record
from catalog.types import DocumentType, FieldType, ListType, Scalar, UnionType
from resolvers.writes.models import Own, as_it_is, as_python, from_python, to_the_millisecond
from resolvers.writes.refusals import ApiPath, Why
from resolvers.writes.rereading import Rereading
from resolvers.writes.validators import crossing_fields, fields_validator, validated
from resolvers.writes.values import Named, Refusals, named_fields

_PLAIN: Final = "Value error, "
_NULL: Final = "A value must be there."
_LEAVE_OUT: Final = "Leave the field out, or give it a value."

_SAID: Final = frozenset({"value_error", "assertion_error"})
"""Errors that validators raise, and not types."""


class Judged(NamedTuple):
    """What validators make of values; ``later`` says that their row must be judged, once whole."""

    values: Record
    later: bool = False


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

    @cached_property
    def crossing(self) -> frozenset[str]:
        """The fields whose validators may look at the fields beside them."""
        return crossing_fields(self._model) if self._fields else frozenset()

    def values(
        self,
        given: Record,
        path: ApiPath,
        amiss: Refusals,
        *,
        new: bool = False,
        is_whole: bool = True,
    ) -> Judged:
        """What the fields' validators make of what is given; what they refuse is noted.

        Beside the values of a ``new`` row they see the defaults of what it lacks. What may only
        seem amiss, since it is not the whole row that is given, is judged ``later``.
        """
        validator = self._new_fields if new else self._fields
        if validator is None:
            return Judged(given)
        asked = {
            name: value
            for name, value in given.items()
            # That it must not be null is said by all stores alike.
            if value is not None or name in self._nullable
        }
        for name in self._turned.intersection(asked):
            asked[name] = self._python(name, asked[name])
        try:
            made = validated(validator, asked)
        except ValidationError as error:
            if not self.crossing or (new and is_whole):
                self._note(error, path, amiss)
                return Judged(given)
            return self._apart(validator, given, asked, path, amiss)
        except KeyError as error:
            if next(iter(error.args), None) not in self.entity.fields:
                raise
            return self._apart(validator, given, asked, path, amiss)
        return Judged(self._sourced(given, asked, made))

    def _apart(
        self,
        validator: SchemaValidator,
        given: Record,
        asked: Record,
        path: ApiPath,
        amiss: Refusals,
    ) -> Judged:
        """The same without those fields that may look at others, which must be judged later.

        Of those only what their types do not take is noted.
        """
        others = {name: value for name, value in asked.items() if name not in self.crossing}
        for name in asked.keys() & self.crossing:
            with suppress(KeyError):
                try:
                    validated(validator, {name: asked[name]})
                except ValidationError as error:
                    if all(each["type"] not in _SAID for each in error.errors()):
                        self._note(error, path, amiss)
        try:
            made = validated(validator, others)
        except ValidationError as error:
            self._note(error, path, amiss)
            return Judged(given)
        return Judged(self._sourced(given, others, made), later=True)

    def _sourced(self, given: Record, asked: Record, made: Record) -> Record:
        """What is given, with what became of that which was asked for, as sources know it."""
        same = self._same
        return {
            name: value
            if type(value) in same[name]
            else from_python(self._kind(name), value, self._own)
            for name, value in {**given, **{name: made[name] for name in asked}}.items()
        }

    def many(self, rows: Rows) -> Rows | None:
        """What the fields' validators make of many new rows; None if they refuse something."""
        if self._new_fields is None:
            return rows
        amiss = Refusals()
        made = [self.values(row, (), amiss, new=True) for row in rows]
        if any(each.later for each in made):
            return None
        return None if len(amiss) else Rows(columns_of([m.values for m in made]), len(made))

    def default(self, name: str) -> Any:
        """What the model gives this field of a new row that lacks it, anew each time; or null."""
        return from_python(self._kind(name), self._own(self.defaults[name]()), self._own)

    def renewed(self, but: Collection[str]) -> Iterator[tuple[str, Any]]:
        """What the model gives fields of a row that changes, but those that are given."""
        for name, made in self._renewed.items():
            if name not in but:
                yield name, from_python(self._kind(name), made())

    @cached_property
    def _renewed(self) -> Mapping[str, Callable[[], Any]]:
        return renewed_of(self.entity)

    @cached_property
    def _own(self) -> Own:
        return to_the_millisecond if self.entity.store is Store.MONGO else as_it_is

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

    def fields(self, record: Record, paths: Mapping[str, ApiPath], amiss: Refusals) -> None:
        """Notes what the validators of these fields say of a row as it has become.

        Those that look at others must be given with all stored fields. ``paths`` leads to what
        made them so.
        """
        validator = self._new_fields
        if validator is None:
            return
        row = {n: self._python(n, v) for n, v in record.items() if v is not None or self._stays(n)}
        named = partial(validated, validator)
        try:
            Rereading(by_name=True).judge(named, self._document, row)
        except ValidationError as error:
            for name, path in paths.items():
                self._note(error, path, amiss, of=name)
        except KeyError as lack:
            name: Any = next(iter(lack.args), None)
            if name not in self.entity.fields or self._will_do(validator, name, row.get(name)):
                raise
            path = next(iter(paths.values()))
            amiss.add(path, f"The row's `{self.entity.fields[name].api}` is none to judge this by.")

    def _will_do(self, validator: SchemaValidator, name: str, value: Any) -> bool:
        """Whether a value is valid: then who looks for it in vain is the model's mistake."""
        try:
            validated(validator, {name: value})
        except ValidationError:
            return False
        return True

    def _stays(self, name: str) -> bool:
        """Whether null is what a field was read as, and not that it is missing."""
        if self.entity.store is Store.POSTGRES:
            return name in self._nullable
        info = self._model.model_fields.get(name)
        return bool(info and info.is_required())

    @cached_property
    def _fields(self) -> SchemaValidator | None:
        return self._validator(new=False)

    @cached_property
    def _new_fields(self) -> SchemaValidator | None:
        return self._validator(new=True)

    def _validator(self, *, new: bool) -> SchemaValidator | None:
        return None if self._model is None else fields_validator(self._model, new=new)

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

    def _note(
        self, error: ValidationError, path: ApiPath, amiss: Refusals, *, of: str | None = None
    ) -> None:
        """Notes what is said of all fields, or of one."""
        for each in error.errors(include_url=False, include_context=False):
            at = _api_path(self._document, each["loc"])
            if of is not None and at[:1] != (self.entity.fields[of].api,):
                continue
            if each["input"] is None and each["type"].endswith("_type"):
                amiss.add((*path, *at), _NULL, _LEAVE_OUT, Why.NOT_NULL_VIOLATION)
            else:
                message = each["msg"].removeprefix(_PLAIN)
                amiss.add((*path, *at), f"{message.rstrip('.')}.")


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
