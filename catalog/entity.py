"""In charge of what the models say, frozen: entities, their keys and their relations."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from catalog.access import Access
from catalog.types import DocumentType, Field, UnionType, step_to

if TYPE_CHECKING:
    from catalog.routine import Routine


class Store(enum.Enum):
    """Which kind of data source holds an entity."""

    POSTGRES = "postgres"
    MONGO = "mongo"

    __hash__ = object.__hash__  # Enum's own is written in Python, and every request asks for it


@dataclass(frozen=True, slots=True)
class Through:
    """The link table of a many-to-many relation: field pairs on the way in and on the way out."""

    entity: str
    source_on: tuple[tuple[str, str], ...]
    target_on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """An edge from ``source`` to ``target``: ``on`` pairs a source field with a target field.

    With ``through`` set, ``on`` is empty and the pairs stand there. A relation to one is null when
    no target matches, whether or not the store holds a constraint. ``refers`` says that a source
    row names its target, as one with a foreign key does, and not the other way round.
    ``cache_ttl`` says how many seconds what is found along it may be kept, if the model says so.
    """

    name: str
    api: str
    source: str
    target: str
    on: tuple[tuple[str, str], ...]
    many: bool
    cross_store: bool
    through: Through | None = None
    description: str | None = None
    cache_ttl: float | None = None
    refers: bool = False

    @property
    def source_fields(self) -> tuple[str, ...]:
        """The source's fields whose values find the targets."""
        pairs = self.through.source_on if self.through else self.on
        return tuple(pair[0] for pair in pairs)

    @property
    def target_fields(self) -> tuple[str, ...]:
        """The fields found by: the target's, or with ``through`` the link table's."""
        pairs = self.through.source_on if self.through else self.on
        return tuple(pair[1] for pair in pairs)


@dataclass(frozen=True, slots=True)
class Portion:
    """Which rows of a table or collection are an entity's: those whose ``tag`` has these values.

    ``of`` names the entity that has all of them.
    """

    of: str
    tag: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Interface:
    """A class that users declared as an interface: the fields that its entities share.

    ``interfaces`` are those that it implements itself, the nearest first.
    """

    name: str
    fields: Mapping[str, Field] = field(hash=False)
    interfaces: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class TextSearch:
    """What full-text search looks through: the texts at ``paths``, each with a weight from A to D.

    Or a ``column`` that holds them made ready. ``language`` says which forms of a word are one.
    """

    paths: tuple[tuple[str, ...], ...]
    weights: tuple[str, ...]
    language: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A query of the store's that makes an entity's rows; none of them is stored.

    ``sql`` is a SELECT; ``stages`` make documents of those of the collection ``source``. Without
    either, the view is one that the database has.
    """

    sql: str | None = None
    source: str | None = None
    stages: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)


@dataclass(frozen=True, eq=False)
class Entity:
    """One table or collection that is served, or a portion of its rows.

    ``table`` is the table's or the collection's name, ``namespace`` the SQL schema.
    ``key`` is the primary key, ``unique`` the other unique keys, ``indexes`` every ordered list of
    fields that the store can look up fast (keys included); all hold Python field names.

    ``access`` says who may do what with its rows; without it, nobody may.

    ``kinds`` says that its rows are of several kinds, each an entity of its own; then the fields
    here are those that all kinds have. ``interfaces`` names what it implements, the nearest first.
    """

    name: str
    store: Store
    table: str
    fields: Mapping[str, Field] = field(hash=False)
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    indexes: tuple[tuple[str, ...], ...]
    relations: Mapping[str, Relation] = field(hash=False)
    singular: str
    plural: str
    model: type
    namespace: str | None = None
    description: str | None = None
    cache_ttl: float | None = None
    portion: Portion | None = None
    kinds: UnionType | None = None
    interfaces: tuple[str, ...] = ()
    search: TextSearch | None = None
    view: View | None = None
    access: Access | None = None

    @cached_property
    def document(self) -> DocumentType | UnionType:
        """A row, seen as a document: so paths start alike at rows and at nested documents."""
        return self.kinds or DocumentType(self.name, self.fields)

    @cached_property
    def by_api(self) -> Mapping[str, Field | Relation]:
        """Fields and relations by the name that clients see."""
        return {member.api: member for member in (*self.fields.values(), *self.relations.values())}

    @cached_property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The paths to all that a row may hold, whatever its kind."""
        own = [(name,) for name in self.fields]
        kinds = self.kinds.types.values() if self.kinds else ()
        of_kinds = [
            (step_to(kind.name), name)
            for kind in kinds
            for name in kind.fields
            if name not in self.fields
        ]
        return (*own, *of_kinds)

    @cached_property
    def stored_fields(self) -> Mapping[str, Field]:
        """The fields by name without those that are computed."""
        return {name: field for name, field in self.fields.items() if field.computed is None}

    def is_key(self, fields: Iterable[str]) -> bool:
        """Whether at most one row has given values of these fields."""
        wanted = set(fields)
        return any(wanted.issuperset(key) for key in (self.key, *self.unique))

    def __repr__(self) -> str:
        return f"Entity({self.name!r})"


class Catalog(Mapping[str, Entity]):
    """All entities by name, and what users declared beside them; immutable once built."""

    def __init__(
        self,
        entities: Iterable[Entity],
        interfaces: Iterable[Interface] = (),
        routines: Iterable[Routine] = (),
    ) -> None:
        self._entities = MappingProxyType({entity.name: entity for entity in entities})
        self.interfaces = tuple(interfaces)
        self.routines = tuple(routines)

    def __getitem__(self, name: str) -> Entity:
        return self._entities[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entities)

    def __len__(self) -> int:
        return len(self._entities)

    def kind_of(self, entity: Entity, record: Mapping[str, Any]) -> Entity | None:
        """The very entity of a record that was read as one of ``entity``, with its tag if it has.

        None if it is of no kind that there is.
        """
        if entity.kinds is None:
            return entity
        kind = entity.kinds.member(record.get(entity.kinds.tag))
        return self[kind.name] if kind else None

    def of(self, store: Store) -> tuple[Entity, ...]:
        """The entities that live in one store."""
        return tuple(entity for entity in self.values() if entity.store is store)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever a stored name or a type does: part of every cache key."""
        described = repr(
            [
                (
                    *(e.name, e.table, e.namespace, sorted(e.fields.items())),
                    *(e.portion, e.kinds, e.search, e.view),
                )
                for e in self.values()
            ],
        )
        return hashlib.blake2b(described.encode(), digest_size=8).hexdigest()
