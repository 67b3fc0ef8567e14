"""In charge of families: tables and collections whose rows are of several kinds.

A model that others extend becomes an interface, whose rows are of their kinds; one that none
extends is a kind. Rows of an interface's very own kind are called ``Plain`` and its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from catalog.entity import Entity, Portion, Relation
from catalog.errors import ModelError
from catalog.kin import Kin, told_by
from catalog.names import lower_first, plural, plural_of
from catalog.types import DocumentType, Field, UnionType


def with_families(entities: Mapping[str, Entity], kin: Mapping[str, Kin]) -> dict[str, Entity]:
    """The entities, where those of one table know of each other; raises ``ModelError``."""
    families = _Families(entities, kin)
    return {made.name: made for name in entities for made in families.made(name)}


def inherited(entities: Mapping[str, Entity]) -> Iterator[Relation]:
    """The relations of each family's interfaces that its kinds have as well, but lack as yet."""
    for entity in entities.values():
        above = [entities[name].relations for name in entity.interfaces]
        found = {name: relation for some in above for name, relation in some.items()}
        for name, relation in found.items():
            if name not in entity.relations:
                yield replace(relation, source=entity.name)


class _Families:
    def __init__(self, entities: Mapping[str, Entity], kin: Mapping[str, Kin]) -> None:
        self._entities = entities
        self._kin = kin
        self._heirs: dict[str, list[str]] = {}
        for name, own in kin.items():
            if own.parent is not None:
                self._check_parent(name, own.parent)
                self._heirs.setdefault(own.parent, []).append(name)

    def made(self, name: str) -> Iterator[Entity]:
        """What becomes of one entity: itself, and what is to be called plain."""
        entity = self._entities[name]
        ancestors = tuple(self._ancestors(name))
        if not ancestors and name not in self._heirs:
            yield entity
            return
        tag = self._tag(name)
        self._check_alike(entity)
        if name not in self._heirs:
            yield replace(self._portion(entity, tag), interfaces=ancestors)
            return
        shared = self._portion(entity, tag) if ancestors else entity
        kinds = UnionType(name, tag.name, shared.fields, dict(self._members(name, tag)))
        yield replace(shared, kinds=kinds, interfaces=ancestors)
        if self._kin[name].values:
            yield self._plain(entity, tag, ancestors)

    def _plain(self, entity: Entity, tag: Field, ancestors: tuple[str, ...]) -> Entity:
        name = f"Plain{entity.name}"
        if name in self._entities:
            reason = f"its own rows are called {name}, which is also a model"
            raise ModelError(entity.name, None, reason, mend="Rename one of them.")
        values = tuple(self._values(entity.name, tag))
        return replace(
            entity,
            name=name,
            fields=self._fields(entity.name),
            singular=lower_first(name),
            plural=f"plain{entity.plural[:1].upper()}{entity.plural[1:]}",
            portion=Portion(self._root(entity.name), tag.name, values),
            interfaces=(entity.name, *ancestors),
            relations={n: replace(r, source=name) for n, r in entity.relations.items()},
        )

    def _portion(self, entity: Entity, tag: Field) -> Entity:
        values = tuple(
            value for name in self._branch(entity.name) for value in self._values(name, tag)
        )
        says = "__plural__" in vars(entity.model)
        return replace(
            entity,
            fields=self._fields(entity.name),
            portion=Portion(self._root(entity.name), tag.name, values),
            plural=plural_of(entity.model) if says else plural(entity.singular),
        )

    def _fields(self, name: str) -> dict[str, Field]:
        """The fields of rows that their tag tells: so it is there."""
        fields, tag = self._entities[name].fields, self._kin[self._root(name)].tag
        return {
            field.name: replace(field, nullable=field.nullable and field.name != tag)
            for field in fields.values()
        }

    def _members(self, name: str, tag: Field) -> Iterator[tuple[Any, DocumentType]]:
        seen: dict[Any, str] = {}
        for heir in self._branch(name):
            shown = f"Plain{heir}" if heir in self._heirs else heir
            kind = DocumentType(shown, self._fields(heir))
            for value in self._values(heir, tag):
                if seen.setdefault(value, heir) != heir:
                    reason = f"its rows are told by {value!r}, as those of {seen[value]} are"
                    raise ModelError(heir, tag.name, reason, mend="Give each a value of its own.")
                yield value, kind

    def _values(self, name: str, tag: Field) -> Iterator[Any]:
        """The tag's values for rows of a model's own kind, as sources give them."""
        for value in self._kin[name].values:
            told = told_by(tag.type, value)
            if told is None:
                reason = f"its rows are told by {value!r}, which is no value of {tag.name!r}"
                mend = "Tell kinds by texts, whole numbers or members of the field's enum."
                raise ModelError(name, tag.name, reason, mend=mend)
            yield told

    def _branch(self, name: str) -> Iterator[str]:
        yield name
        for heir in self._heirs.get(name, ()):
            yield from self._branch(heir)

    def _ancestors(self, name: str) -> Iterator[str]:
        while (parent := self._kin[name].parent) is not None:
            yield parent
            name = parent

    def _root(self, name: str) -> str:
        return [name, *self._ancestors(name)][-1]

    def _tag(self, name: str) -> Field:
        root = self._root(name)
        tag = self._kin[root].tag
        fields = self._entities[root].stored_fields
        if tag is None or tag not in fields:
            reason = (
                f"shares {self._entities[root].table!r}, and no field of {root} tells the kinds"
            )
            mend = "Name one: polymorphic_on of a table, __discriminator__ of a document."
            raise ModelError(name, None, reason, mend=mend)
        if name not in self._heirs and not self._kin[name].values:
            reason = f"no value of {root}.{tag} tells its rows"
            mend = 'Say polymorphic_identity of a table, or Literal["..."] in a document.'
            raise ModelError(name, None, reason, mend=mend)
        return fields[tag]

    def _check_parent(self, name: str, parent: str) -> None:
        if parent not in self._entities:
            mend = "Put that model into the package of models too."
            raise ModelError(name, None, f"extends {parent}, which is not served", mend=mend)

    def _check_alike(self, entity: Entity) -> None:
        """Refuses a field that is another one than its ancestor's: the interface has one."""
        own = self._fields(entity.name)
        for name in self._ancestors(entity.name):
            for field in self._entities[name].fields.values():
                if not _is_like(own.get(field.name), field):
                    reason = f"is not what {name}.{field.name} is"
                    mend = "Give it the same type, or another name."
                    raise ModelError(entity.name, field.name, reason, mend=mend)


def _is_like(own: Field | None, above: Field) -> bool:
    """Whether a kind's field can stand for its interface's."""
    if own is None or (own.nullable and not above.nullable):
        return False
    return (own.stored, own.type) == (above.stored, above.type)
