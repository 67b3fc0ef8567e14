"""In charge of links: turning what models declare into relations, and refusing what cannot hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from catalog.declare import Link
from catalog.entity import Entity, Relation
from catalog.errors import ModelError
from catalog.names import api_name, checked_ttl
from catalog.types import EnumType, FieldType, is_leaf


def linked(entities: Mapping[str, Entity]) -> Iterator[Relation]:
    """Every relation that the models' ``__links__`` declare, in both directions, checked."""
    for entity in entities.values():
        for link in _links(entity):
            target = _target(entities, entity, link)
            on = tuple(link.on.items())
            _check_sides(entity, target, link)
            _check_index(entity, link, target, tuple(link.on.values()))
            relation = _relation(entity, target, link.name, on, link.many, link.description)
            yield replace(relation, cache_ttl=_ttl(entity, link, "cache"), refers=not link.many)
            if link.back:
                _check_index(entity, link, entity, tuple(link.on))
                opposite = tuple((there, here) for here, there in on)
                many = not entity.is_key(link.on)
                told = link.back_description
                relation = _relation(target, entity, link.back, opposite, many, told)
                ttl = _ttl(entity, link, "back_cache")
                yield replace(relation, cache_ttl=ttl, refers=link.many and not many)


def _links(entity: Entity) -> Iterable[Link]:
    own = entity.name == entity.model.__name__ and "__links__" in vars(entity.model)
    if entity.portion and not own:
        return ()  # its interface has them, and hands them down
    listed: object = getattr(entity.model, "__links__", ())
    links = cast("Sequence[object]", listed if isinstance(listed, (list, tuple)) else (None,))
    for link in links:
        if not isinstance(link, Link):
            mend = "Write __links__ = (Link(...),): a tuple, with its comma."
            raise ModelError(entity.name, None, "its __links__ are no tuple of Links", mend=mend)
        if not _is_whole(link):
            mend = "Write Link('name', to='Entity', on={'field here': 'field there'})."
            raise ModelError(entity.name, str(link.name), "is not a link as written", mend=mend)
    return cast("Sequence[Link]", links)


def _is_whole(link: Link) -> bool:
    """Whether it holds what it is annotated to hold, which Python does not look at."""
    to, on = cast("object", link.to), cast("object", link.on)
    if not isinstance(to, (str, type)) or not isinstance(on, Mapping):
        return False
    pairs = cast("Mapping[object, object]", on)
    return all(
        isinstance(text, str) for text in (link.name, link.back or "", *pairs, *pairs.values())
    )


def _relation(
    source: Entity,
    target: Entity,
    name: str,
    on: tuple[tuple[str, str], ...],
    many: bool,  # noqa: FBT001 (passed on as it was declared)
    description: str | None,
) -> Relation:
    return Relation(
        name=name,
        api=api_name(source.name, name),
        source=source.name,
        target=target.name,
        on=on,
        many=many,
        cross_store=source.store is not target.store,
        description=description,
    )


def _ttl(entity: Entity, link: Link, side: str) -> float | None:
    return checked_ttl(entity.name, link.name, side, getattr(link, side))


def _target(entities: Mapping[str, Entity], entity: Entity, link: Link) -> Entity:
    if link.target not in entities:
        known = ", ".join(sorted(entities))
        reason = f"links to {link.target!r}, which is not an entity"
        raise ModelError(entity.name, link.name, reason, mend=f"Link to one of: {known}.")
    return entities[link.target]


def _check_sides(entity: Entity, target: Entity, link: Link) -> None:
    if not link.on:
        raise ModelError(entity.name, link.name, "links by no field", mend="Give `on` a pair.")
    for here, there in link.on.items():
        for owner, name in ((entity, here), (target, there)):
            if name not in owner.fields:
                reason = f"links by {owner.name}.{name}, which does not exist"
                mend = f"Use one of: {', '.join(sorted(owner.fields))}."
                raise ModelError(entity.name, link.name, reason, mend=mend)
            if owner.fields[name].computed:
                reason = f"links by {owner.name}.{name}, which is computed"
                mend = "Link by stored fields: an index finds those."
                raise ModelError(entity.name, link.name, reason, mend=mend)
        ours, theirs = entity.fields[here].type, target.fields[there].type
        if _shown(ours) != _shown(theirs):
            reason = f"links {entity.name}.{here} ({_label(ours)}) to {target.name}.{there}"
            mend = "Give both sides one type: values of two types never match."
            reason = f"{reason} ({_label(theirs)})"
            raise ModelError(entity.name, link.name, reason, mend=mend)
        if not is_leaf(ours):
            reason = f"links by {entity.name}.{here}, which is not a single value"
            mend = "Link by fields that hold one value each, and not JSON."
            raise ModelError(entity.name, link.name, reason, mend=mend)
    if not link.many and not target.is_key(link.on.values()):
        reason = f"is to one {target.name}, but {'+'.join(link.on.values())} is not unique there"
        mend = "Declare the unique key on the target, or say many=True."
        raise ModelError(entity.name, link.name, reason, mend=mend)


def _shown(kind: FieldType) -> object:
    return kind.shown if isinstance(kind, EnumType) else kind


def _label(kind: object) -> str:
    return str(getattr(kind, "value", None) or getattr(kind, "name", None) or type(kind).__name__)


def _check_index(entity: Entity, link: Link, target: Entity, fields: tuple[str, ...]) -> None:
    """A link is followed by many keys at once, so an index must begin with its fields."""
    wanted = set(fields)
    if any(set(index[: len(wanted)]) == wanted for index in target.indexes):
        return
    # A unique key inside the fields leaves at most one row to look at.
    if target.is_key(fields):
        return
    # A view has none of its own: what it is made of must find the rows.
    if target.view:
        return
    mend = f"Add an index on {'+'.join(fields)} to {target.name}."
    reason = f"no index of {target.name} begins with {'+'.join(fields)}"
    raise ModelError(entity.name, link.name, reason, mend=mend)
