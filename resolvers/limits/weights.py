"""In charge of what the fields of a schema weigh, as its directives say it: read once."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

import graphql
from graphql import (
    GRAPHQL_MAX_INT,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_composite_type,
)

from catalog.errors import ModelError
from resolvers.documents.members import MEMBER, PRODUCE, Reads
from resolvers.limits.directives import Cost, ListSize
from resolvers.limits.limits import Limits
from resolvers.limits.sizes import ASSUMED, Size

_RESOLVED: Final = 1.0
"""A call of a resolver that the user wrote, if nothing else is said of it."""

_DEFINITION: Final = "strawberry-definition"
_named: Any = cast("Any", graphql).get_named_type
_nullable: Any = cast("Any", graphql).get_nullable_type


class Use(NamedTuple):
    """What each value of a field of an input weighs, and the type in which there may be more."""

    weight: float
    inner: str | None
    listed: bool
    """Whether there may be more values than one."""


class Input(NamedTuple):
    """What each object of an input weighs, and the uses of those fields in which more weighs."""

    item: float
    uses: Mapping[str, Use]


class Weight(NamedTuple):
    """What a field weighs: each call of it, and each object that it gives.

    ``kind`` is the name of its type, and ``size`` says how many objects there are, if it may be
    more than one. ``arguments`` are those in which something weighs, by name, with their types.
    """

    kind: str = ""
    call: float = 0.0
    item: float = 0.0
    size: Size | None = None
    arguments: Mapping[str, str] = {}

    @property
    def weighs(self) -> bool:
        """Whether it does so itself, beside what is below it."""
        return bool(self.call or self.item or self.size or self.arguments)


class Weights(NamedTuple):
    """Weights of fields by the names of their types and their own; and those within inputs.

    A variable holds ``most_values`` at most, and no value in it weighs more than the ``heaviest``.
    """

    fields: Mapping[str, Mapping[str, Weight]]
    inputs: Mapping[str, Input]
    most_values: int
    heaviest: float


def weights_of(schema: GraphQLSchema, limits: Limits) -> Weights:
    """What a schema's directives say. Raises ``ModelError``."""
    inputs = _inputs(schema)
    reading = _Reading(schema, inputs, limits.pages.most)
    fields = {kind.name: reading.fields(kind) for kind in _kinds(schema)}
    for kind in _kinds(schema):
        for name, field in kind.fields.items():
            for sized in _sized_fields(field):
                around = [fields[n] for n in reading.objects(field) if sized in fields[n]]
                if not around:
                    mend = "Name lists among the fields of its type."
                    raise ModelError(
                        kind.name, name, f"its sized field {sized!r} is none", mend=mend
                    )
                for inside in around:
                    inside[sized] = inside[sized]._replace(size=Size(around=True))
    # A value in a document, as one that a variable has by default, is a token at least.
    most_values = max(limits.variable_values, limits.tokens)
    return Weights(fields, inputs, most_values, max(map(_heaviest, inputs.values()), default=0.0))


class _Reading:
    """Reads the directives of one schema's fields."""

    def __init__(self, schema: GraphQLSchema, inputs: Mapping[str, Input], most_rows: int) -> None:
        self._schema = schema
        self._inputs = inputs
        self._most_rows = most_rows

    def fields(self, kind: Any) -> dict[str, Weight]:
        """The weights of a type's fields."""
        return {name: self._weight(kind.name, name, field) for name, field in kind.fields.items()}

    def objects(self, field: Any) -> Sequence[str]:
        """The names of the types that have fields, of those that a field may give."""
        kind = _named(field.type)
        if isinstance(kind, GraphQLUnionType):
            return [each.name for each in self._schema.get_possible_types(kind)]
        return [kind.name]

    def _weight(self, owner: str, name: str, field: Any) -> Weight:
        definition = field.extensions.get(_DEFINITION)
        said = _cost(owner, name, definition)
        written = definition is not None and not _is_ours(definition) and definition.base_resolver
        arguments = {n: _named(each.type).name for n, each in field.args.items()}
        return Weight(
            kind=_named(field.type).name,
            call=said if said is not None else _RESOLVED if written else 0.0,
            item=self._item(_named(field.type)),
            size=self._size(field, definition),
            arguments={n: kind for n, kind in arguments.items() if kind in self._inputs},
        )

    def _item(self, kind: GraphQLNamedType) -> float:
        """The weight of each object of a type, or of the heaviest of several types."""
        if isinstance(kind, GraphQLObjectType):
            return _cost(kind.name, None, kind.extensions.get(_DEFINITION)) or 0.0
        if graphql.is_abstract_type(kind):
            return max(map(self._item, self._schema.get_possible_types(kind)), default=0.0)
        return 0.0

    def _size(self, field: Any, definition: Any) -> Size | None:
        ours = definition is not None and _is_ours(definition)
        most = self._most_rows if ours else GRAPHQL_MAX_INT
        for each in _said(definition, ListSize):
            assumed = each.assumed_size if isinstance(each.assumed_size, int) else ASSUMED
            arguments = tuple(each.slicing_arguments or ())
            if any(_is_list(field.args[name]) for name in arguments if name in field.args):
                most = GRAPHQL_MAX_INT  # as many as there are, whatever a page may have
            return Size(arguments, assumed, most, inside=bool(each.sized_fields))
        listed = _is_list(field)
        return Size() if listed and not ours and is_composite_type(_named(field.type)) else None


def _kinds(schema: GraphQLSchema) -> Iterator[GraphQLObjectType | GraphQLInterfaceType]:
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind.name[:2] != "__":
            yield kind


def _is_ours(definition: Any) -> bool:
    """Whether a field was generated: its values are the engine's or a row's."""
    member = definition.metadata.get(MEMBER)
    return PRODUCE in definition.metadata or not (member is None or isinstance(member, Reads))


def _is_list(typed: Any) -> bool:
    return isinstance(_nullable(typed.type), GraphQLList)


def _sized_fields(field: Any) -> Iterator[str]:
    for each in _said(field.extensions.get(_DEFINITION), ListSize):
        yield from each.sized_fields or ()


def _said(definition: Any, directive: type) -> list[Any]:
    said = getattr(definition, "directives", None) or ()
    return [each for each in said if isinstance(each, directive)]


def _cost(owner: str, member: str | None, definition: Any) -> float | None:
    """The weight that is said there, if one is."""
    for each in _said(definition, Cost):
        try:
            weight = float(each.weight)
        except (TypeError, ValueError):
            weight = math.nan
        if not 0 <= weight < math.inf:
            reason = f"its @cost has the weight {each.weight!r}"
            raise ModelError(owner, member, reason, mend='Give it a number as text, as in "2.5".')
        return weight
    return None


def _inputs(schema: GraphQLSchema) -> Mapping[str, Input]:
    """The inputs in which something weighs, at any depth, with those fields that lead to it."""
    kinds = [kind for kind in schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
    found = {kind.name: _input(kind) for kind in kinds}
    heavy = {
        name
        for name, (item, uses) in found.items()
        if item or any(use.weight for use in uses.values())
    }
    while (
        more := {n for n, i in found.items() if heavy & {u.inner for u in i.uses.values()}} - heavy
    ):
        heavy |= more
    return {name: _within(found[name], heavy) for name in heavy}


def _input(kind: GraphQLInputObjectType) -> Input:
    """All of an input."""
    item = _cost(kind.name, None, kind.extensions.get(_DEFINITION)) or 0.0
    uses = {name: _use(kind, name, field) for name, field in cast("Any", kind).fields.items()}
    return Input(item, uses)


def _use(owner: GraphQLInputObjectType, name: str, field: Any) -> Use:
    kind = _named(field.type)
    weight = _cost(owner.name, name, field.extensions.get(_DEFINITION))
    if weight is None and isinstance(kind, GraphQLEnumType):
        weight = _cost(kind.name, None, kind.extensions.get(_DEFINITION))
    return Use(weight or 0.0, kind.name, _is_list(field))


def _heaviest(found: Input) -> float:
    """What one value within it weighs at most, be it an object."""
    return max([found.item, *(use.weight for use in found.uses.values())])


def _within(found: Input, heavy: Collection[str]) -> Input:
    """What of an input weighs, or leads to what does."""
    return found._replace(
        uses={
            name: use._replace(inner=use.inner if use.inner in heavy else None)
            for name, use in found.uses.items()
            if use.weight or use.inner in heavy
        }
    )
