"""In charge of who may follow relations: whoever may read the fields by which these find rows.

What a relation leads to tells what these fields hold, on either of its sides, and so does what is
found by it. So a rule about such a field holds for the relation as well, unless it has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from catalog.access import Access, AllOf, AnyOf, Rows, Rule, anyone, nobody, rules_of
from catalog.entity import Entity, Relation


def with_ways(entities: Mapping[str, Entity]) -> dict[str, Entity]:
    """The entities, with rules about their relations where fields have some."""
    return {
        name: replace(entity, access=_with_relations(entities, entity, entity.access))
        if entity.access
        else entity
        for name, entity in entities.items()
    }


def _with_relations(entities: Mapping[str, Entity], entity: Entity, access: Access) -> Access:
    unsaid = [each for each in entity.relations.values() if each.name not in access.fields]
    rules = {each.name: _following(entities, each) for each in unsaid}
    more = {name: rule for name, rule in rules.items() if rule != anyone}
    return replace(access, fields={**access.fields, **more}) if more else access


def _following(entities: Mapping[str, Entity], relation: Relation) -> Rule:
    """Who may read all fields that it compares, in all rows."""
    rules = {
        rule: None
        for name, field in compared(relation)
        if (rule := _whole(rules_of(entities[name]).get(field, anyone))) != anyone
    }
    return _all(list(rules))


def compared(relation: Relation) -> Iterator[tuple[str, str]]:
    """The entities and fields by whose values it finds rows, those of its link table included."""
    through = relation.through
    for here, there in through.source_on if through else relation.on:
        yield relation.source, here
        yield (through.entity if through else relation.target), there
    for here, there in through.target_on if through else ():
        yield through.entity if through else relation.source, here
        yield relation.target, there


def _whole(rule: Rule) -> Rule:
    """The rule, where rows have no say: for those who may read a field in all of them."""
    match rule:
        case AllOf(rules):
            return _all([_whole(each) for each in rules])
        case AnyOf(rules):
            left = [each for each in map(_whole, rules) if each != nobody]
            return left[0] if len(left) == 1 else AnyOf(tuple(left))
        case Rows():
            return nobody
        case _:
            return rule


def _all(rules: list[Rule]) -> Rule:
    if nobody in rules:
        return nobody
    return rules[0] if len(rules) == 1 else AllOf(tuple(rules))
