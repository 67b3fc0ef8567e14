"""In charge of fields as they are asked for: each says how its value is got."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from strawberry.types.field import StrawberryField

from resolvers.batched import Many
from resolvers.breadth.leaves import Leaf
from resolvers.documents.fields import Place
from resolvers.planning.plan import Hop, Island

if TYPE_CHECKING:
    from resolvers.breadth.objects import Shape


@dataclass(frozen=True, slots=True)
class Constant:
    """The type's name."""

    value: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A field that rows of an entity hold under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field without a resolver: what Strawberry reads of the object under this name."""

    name: str
    read: Callable[[Any, str], Any]


@dataclass(frozen=True, slots=True)
class Called:
    """A field whose value a function of the user's gives."""

    field: StrawberryField


@dataclass(frozen=True, slots=True)
class CalledOnce:
    """A field whose values, those of all objects, a function of the user's gives."""

    field: StrawberryField
    many: Many


@dataclass(frozen=True, slots=True)
class Produced:
    """A field whose value a function of the engine's gives, of the object and the info."""

    field: StrawberryField
    produce: Any


@dataclass(frozen=True, slots=True)
class Followed:
    """A relation: what the plan of the rows has put there, else what the hop leads to.

    Where the hop could not be planned, each row has the reason in its place.
    """

    place: Place
    hop: Hop | None
    reason: Exception | None = None


@dataclass(frozen=True, slots=True)
class Summed:
    """A page's aggregate or groups: what the plan has put there."""

    place: Place


@dataclass(frozen=True, slots=True)
class Planned:
    """A root field of the engine's own: what is read for its whole selection."""

    island: Island


Source = (
    Constant | Stored | Attribute | Called | CalledOnce | Produced | Followed | Summed | Planned
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FieldPlan:
    """A field as it is asked for; ``number`` is its place among those of its object.

    ``below`` are the shapes of its objects by the name of their type; leaves have ``leaf``.
    """

    key: str
    number: int
    nodes: Sequence[FieldNode]
    parent: GraphQLObjectType
    definition: GraphQLField
    type: Any  # the definition's
    source: Source
    below: Mapping[str, Shape]
    leaf: Leaf | None

    @property
    def name(self) -> str:
        """The field's own name, whatever the key."""
        return self.nodes[0].name.value

    @property
    def is_read(self) -> bool:
        """Whether it is a leaf, or a list of leaves, that is only to be read."""
        return self.leaf is not None and isinstance(self.source, Constant | Stored | Attribute)
