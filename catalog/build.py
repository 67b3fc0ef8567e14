"""In charge of building the catalog: from a package of models to what is served, checked."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import TypeGuard

from catalog.access import check_access, with_access
from catalog.computed import with_computed
from catalog.declare import Declared
from catalog.documents import entity_of_document, is_document
from catalog.entity import Catalog, Entity, Interface, Relation
from catalog.errors import ModelError
from catalog.families import inherited, with_families
from catalog.heirs import map_heirs
from catalog.interfaces import interfaces_in, interfaces_of
from catalog.kin import Kin, kin_of_document, kin_of_table
from catalog.links import linked
from catalog.names import (
    GENERATED_SUFFIXES,
    RESERVED_ARGUMENTS,
    WRITING_SUFFIXES,
    check_root_name,
    check_type_name,
)
from catalog.routine import Routine
from catalog.routines import routine_of
from catalog.searches import SEARCH, SIMILARITY
from catalog.tables import entity_of_table, is_table
from catalog.types import DocumentType, EnumType, Field, UnionType, element_of, is_leaf
from catalog.views import with_view
from catalog.ways import with_ways
from catalog.writing import is_written

Said = type | Declared
"""What a package of models has: models, and declared routines."""


def models_in(package: ModuleType) -> list[Said]:
    """What a package's modules define: tables, documents with a collection, and routines."""
    modules = [package, *_submodules(package)]
    found: dict[Said, None] = {
        said: None
        for module in modules
        for said in vars(module).values()
        if _is_said(said, module.__name__)
    }
    if not any(isinstance(said, type) for said in found):
        mend = "Put SQLModel tables or Pydantic documents with a __collection__ there."
        raise ModelError(package.__name__, None, "this package holds no models", mend=mend)
    return list(found)


def _is_said(said: object, module: str) -> TypeGuard[Said]:
    if isinstance(said, Declared):
        return said.module == module
    return (
        isinstance(said, type)
        and said.__module__ == module
        and (is_table(said) or is_document(said))
    )


def _submodules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(getattr(package, "__path__", ())):
        if not info.name.startswith("_"):
            yield importlib.import_module(f"{package.__name__}.{info.name}")


def catalog_of(said: Iterable[Said]) -> Catalog:
    """The catalog of these models and routines.

    Raises ``ModelError`` for the first that cannot be served.
    """
    said = list(said)
    models = [each for each in said if isinstance(each, type)]
    map_heirs(models)
    entities: dict[str, Entity] = {}
    kin: dict[str, Kin] = {}
    for model in models:
        entity = entity_of_table(model) if is_table(model) else entity_of_document(model)
        entity = with_access(with_view(with_computed(entity)))
        check_type_name(entity.name)
        if entity.name in entities:
            other = entities[entity.name].model.__module__
            reason = f"two models have this name, in {other} and {model.__module__}"
            raise ModelError(entity.name, None, reason, mend="Rename one of them.")
        entities[entity.name] = entity
        kin[entity.name] = kin_of_table(model) if is_table(model) else kin_of_document(model)
    entities = with_families(entities, kin)
    for found in (linked, inherited):
        for relation in list(found(entities)):
            entities[relation.source] = _with_relation(entities[relation.source], relation)
    interfaces = tuple(interfaces_in(entities))
    entities = {name: _implementing(entity) for name, entity in entities.items()}
    for entity in entities.values():
        _check_entity(entities, entity)
        check_access(entities, entity)
    entities = with_ways(entities)
    routines = [routine_of(entities, each) for each in said if isinstance(each, Declared)]
    _check_type_names(entities.values(), interfaces, routines)
    return Catalog(entities.values(), interfaces, routines)


def _implementing(entity: Entity) -> Entity:
    declared = tuple(cls.__name__ for cls in interfaces_of(entity.model))
    return dataclasses.replace(entity, interfaces=(*entity.interfaces, *declared))


def _with_relation(entity: Entity, relation: Relation) -> Entity:
    if relation.name in entity.relations or relation.name in entity.fields:
        reason = "a relation of this name collides with another member"
        raise ModelError(entity.name, relation.name, reason, mend="Rename the link.")
    relations = {**entity.relations, relation.name: relation}
    return dataclasses.replace(entity, relations=relations)


def _check_entity(entities: dict[str, Entity], entity: Entity) -> None:
    if entity.singular == entity.plural:
        mend = "Say the plural in the model: __plural__ = '...'."
        raise ModelError(entity.name, None, "singular and plural are the same", mend=mend)
    _check_key(entity)
    _check_distinct(entity.name, (*entity.fields.values(), *entity.relations.values()))
    _check_stored(entity.name, entity.fields.values())
    taken = ([SEARCH] if entity.search else []) + (
        [SIMILARITY] if any(field.similar for field in entity.fields.values()) else []
    )
    for name in taken:
        if name in entity.by_api:
            reason = f"the name {name!r} is taken by what the model declares to be searched"
            raise ModelError(entity.name, name, reason, mend="Rename the field or the relation.")
    for relation in entity.relations.values():
        named = (relation.target, *((relation.through.entity,) if relation.through else ()))
        for name in named:
            if name not in entities:
                mend = "Put that model into the package of models too."
                reason = f"relates to {name}, which is not served"
                raise ModelError(entity.name, relation.name, reason, mend=mend)


def _check_key(entity: Entity) -> None:
    for name in entity.key:
        if not is_leaf(entity.fields[name].type):
            mend = "Use a key that is one value: a number, a text, a date, an id."
            raise ModelError(entity.name, name, "is the key, but not a single value", mend=mend)
    for name in {name for key in (entity.key, *entity.unique) for name in key}:
        if entity.fields[name].api in RESERVED_ARGUMENTS:
            reason = "is a key, and no argument can have this name"
            mend = "Rename the field; an alias keeps its column."
            raise ModelError(entity.name, name, reason, mend=mend)


def _check_stored(owner: str, fields: Iterable[Field]) -> None:
    seen: dict[str, str] = {}
    for field in fields:
        if field.stored in seen:
            reason = f"is stored as {field.stored!r}, and so is {seen[field.stored]!r}"
            raise ModelError(owner, field.name, reason, mend="Give one of them another alias.")
        seen[field.stored] = field.name


def _check_distinct(owner: str, members: Iterable[Field | Relation]) -> None:
    seen: dict[str, str] = {}
    for member in members:
        if member.api in seen:
            reason = f"its GraphQL name {member.api!r} is also that of {seen[member.api]!r}"
            raise ModelError(owner, member.name, reason, mend="Rename one of them.")
        seen[member.api] = member.name


def _check_type_names(
    entities: Iterable[Entity], interfaces: Iterable[Interface], routines: Iterable[Routine]
) -> None:
    """Each GraphQL type name must stand for one thing, and so must each root field's."""
    named: dict[str, object] = {each.name: each for each in interfaces}
    plurals: dict[str, str] = {}
    for entity in entities:
        check_root_name(entity.name, entity.singular, mend="Rename the model.")
        check_root_name(entity.name, entity.plural, mend="Say another __plural__.")
        for name in (entity.singular, entity.plural):
            if plurals.setdefault(name, entity.name) != entity.name:
                reason = f"the root field {name!r} is also that of {plurals[name]}"
                raise ModelError(entity.name, None, reason, mend="Say another __plural__.")
        suffixes = (*GENERATED_SUFFIXES, *(WRITING_SUFFIXES if is_written(entity) else ()))
        _claim(named, entity.name, entity, entity.name, suffixes)
        for field in entity.fields.values():
            _claim_types(named, field, entity.name, suffixes)
    for routine in routines:
        if routine.api in plurals:
            reason = f"the root field {routine.api!r} is also that of {plurals[routine.api]}"
            raise ModelError(routine.name, None, reason, mend="Give it another name=.")
        plurals[routine.api] = routine.name
        for field in routine.own_fields:
            _claim_types(named, field, routine.name)


def _claim_types(
    named: dict[str, object],
    field: Field,
    owner: str,
    suffixes: Sequence[str] = GENERATED_SUFFIXES,
) -> None:
    kind = element_of(field.type)
    if isinstance(kind, (DocumentType, EnumType, UnionType)):
        check_type_name(kind.name)
        shown = kind.shown if isinstance(kind, EnumType) else kind
        _claim(named, kind.name, shown, owner, suffixes)
    if isinstance(kind, UnionType):
        for member in kind.types.values():
            _claim_types(named, dataclasses.replace(field, type=member), owner, suffixes)
    if isinstance(kind, DocumentType):
        if not kind.fields:
            mend = "Give it a field, or use dict, which is served as JSON."
            raise ModelError(owner, field.name, f"the document {kind.name} is empty", mend=mend)
        _check_distinct(kind.name, kind.fields.values())
        _check_stored(kind.name, kind.fields.values())
        for inner in kind.fields.values():
            _claim_types(named, inner, kind.name, suffixes)


def _claim(
    named: dict[str, object], name: str, thing: object, owner: str, suffixes: Sequence[str]
) -> None:
    """Takes a type's name and those that are generated from it."""
    for claimed in (name, *(name + suffix for suffix in suffixes)):
        if named.setdefault(claimed, thing) != thing:
            reason = f"the GraphQL type {claimed!r} would mean two things"
            raise ModelError(owner, None, reason, mend="Rename one of the classes.")
