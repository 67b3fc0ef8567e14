"""In charge of the words for who may do what: rules, as data on the models.

What a rule comes to for somebody is decided in `auth`; the planner puts it into every read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

from catalog.errors import ModelError

if TYPE_CHECKING:
    from catalog.entity import Entity


class Rule:
    """What must hold for something to be allowed; ``&`` and ``|`` make one of two."""

    __slots__ = ()

    def __and__(self, other: Rule) -> Rule:
        return AllOf((*_parts(AllOf, self), *_parts(AllOf, other)))

    def __or__(self, other: Rule) -> Rule:
        return AnyOf((*_parts(AnyOf, self), *_parts(AnyOf, other)))


@dataclass(frozen=True, slots=True)
class AllOf(Rule):
    """Holds if all do; with none, for everybody."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Rule):
    """Holds if one does; with none, for nobody."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Authenticated(Rule):
    """Holds for whoever has signed in."""


@dataclass(frozen=True, slots=True)
class Scopes(Rule):
    """Holds for tokens that have all of these scopes."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Roles(Rule):
    """Holds for who has one of these roles."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policies(Rule):
    """Holds where a function of the user's says so of all of these names.

    It is asked once for an operation, before anything is planned, and not about rows: so such a
    rule is for fields and types that users wrote, and not for models.
    """

    names: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Rule):
    """Holds for rows that match ``where``, which is written as that of GraphQL.

    A `Claim` may stand for a value in it. Without that claim nothing matches.
    """

    where: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """Stands for what the token says; ``path`` leads through its claims."""

    path: tuple[str, ...]

    def __repr__(self) -> str:
        return f"claim({', '.join(map(repr, self.path))})"


anyone: Final[Rule] = AllOf(())
nobody: Final[Rule] = AnyOf(())
authenticated: Final[Rule] = Authenticated()


def scopes(*names: str) -> Rule:
    """All of these are needed; where one will do, make two rules, and | between them."""
    return Scopes(frozenset(names))


def roles(*names: str) -> Rule:
    """One of these roles is needed."""
    return Roles(frozenset(names))


def rows(where: Mapping[str, Any]) -> Rule:
    """Only rows that match: ``rows({"carrier": {"eq": claim("airline")}})``."""
    return Rows(where)


def claim(*path: str) -> Any:
    """What the token says, by the name of the claim, or by the names that lead to it."""
    return Claim(path)


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """Who may do what with an entity: ``__access__ = Access(read=anyone)`` in its model.

    What is not said is allowed to nobody. ``fields`` are rules besides, for reading some of the
    fields and relations; where that of a field has `rows`, it is null in those that do not match.
    """

    read: Rule = nobody
    create: Rule = nobody
    update: Rule = nobody
    delete: Rule = nobody
    fields: Mapping[str, Rule] = field(default_factory=dict[str, Rule])


def _parts(kind: type[AllOf | AnyOf], rule: Rule) -> tuple[Rule, ...]:
    return rule.rules if isinstance(rule, AllOf | AnyOf) and type(rule) is kind else (rule,)


def with_access(entity: Entity) -> Entity:
    """The entity with the rules of its model, else of its module or of a package around it.

    Raises ``ModelError``.
    """
    said = next(_said_of(entity.model), None)
    if said is not None and not isinstance(said, Access):
        mend = "Write __access__ = Access(read=anyone), or the rule that fits."
        raise ModelError(entity.name, None, f"its __access__ is {said!r}", mend=mend)
    for rule in (
        (said.read, said.create, said.update, said.delete, *said.fields.values()) if said else ()
    ):
        checked(entity.name, rule)
    return replace(entity, access=said)


def checked(owner: str, rule: Rule) -> Rule:
    """The rule; raises ``ModelError`` for what is none."""
    mend = "Use anyone, authenticated, scopes(), roles() and rows(), with & and |."
    try:
        if any(isinstance(leaf, Policies) for leaf in leaves(rule)):
            reason = "has a rule about policies, which are for fields and types of your own"
            raise ModelError(owner, None, reason, mend=mend)
        for leaf in leaves(rule):
            _check_names(owner, leaf)
    except TypeError as error:
        raise ModelError(owner, None, f"has a wrong rule: {error}", mend=mend) from None
    return rule


def _check_names(owner: str, leaf: Rule) -> None:
    """Raises ``ModelError`` for names of scopes or roles that no token could hold, or none at all.

    `scopes()` would let everybody in, and `scopes("a b")` nobody: tokens part scopes by spaces.
    """
    if not isinstance(leaf, Scopes | Roles):
        return
    kind = "scopes" if isinstance(leaf, Scopes) else "roles"
    mend = (
        f'Write {kind}("a", "b"); for everybody there is anyone, for those signed in authenticated.'
    )
    if not leaf.names:
        raise ModelError(owner, None, f"has a rule of {kind}() that names none", mend=mend)
    for name in cast("frozenset[object]", leaf.names):
        spaced = isinstance(leaf, Scopes) and str(name).split() != [name]
        if not isinstance(name, str) or not name or spaced:
            raise ModelError(owner, None, f"has a rule of {kind} with {name!r}", mend=mend)


def rule_said_in(module: str) -> Rule:
    """Who may read what says nothing itself: by the module's or a package's `__access__`."""
    said = next(_said_around(module), None)
    return said.read if isinstance(said, Access) else nobody


def check_access(entities: Mapping[str, Entity], entity: Entity) -> None:
    """Raises ``ModelError`` for rules about members that are none, or that would not hold."""
    for name, rule in entity.access.fields.items() if entity.access else ():
        if name not in entity.fields and name not in entity.relations:
            reason = "has a rule in __access__, but is no field and no relation"
            raise ModelError(entity.name, name, reason, mend="Name a member, as Python does.")
        if name in entity.key or (entity.kinds and name == entity.kinds.tag):
            reason = "tells which row it is, as every nodeId does, and cannot have a rule"
            raise ModelError(entity.name, name, reason, mend="Give the entity the rule.")
        if name in entity.relations and has_rows(rule):
            reason = "is a relation, and has a rule about rows"
            raise ModelError(entity.name, name, reason, mend="Give the rule to its target.")
    for above in (entities[name] for name in entity.interfaces if name in entities):
        _check_alike(entity, above)


def _check_alike(entity: Entity, above: Entity) -> None:
    """Rows of a kind are also found as rows of what it extends, where other rules would hold."""
    mend = f"Give it the rules of {above.name}; for what it alone has it may have more."
    if read_of(entity) != read_of(above):
        reason = f"has another rule for reading than {above.name}, which has its rows too"
        raise ModelError(entity.name, None, reason, mend=mend)
    rules, others = rules_of(entity), rules_of(above)
    for name in (*above.fields, *above.relations):
        if rules.get(name, anyone) != others.get(name, anyone):
            reason = f"has another rule than in {above.name}, where it is found too"
            raise ModelError(entity.name, name, reason, mend=mend)


def read_of(entity: Entity) -> Rule:
    """Who may read its rows."""
    return entity.access.read if entity.access else nobody


def rules_of(entity: Entity) -> Mapping[str, Rule]:
    """Who may read members of it, for those that not everybody may."""
    if entity.access is None:
        return {}
    return {name: rule for name, rule in entity.access.fields.items() if rule != anyone}


def has_rows(rule: Rule) -> bool:
    """Whether rows have a say in it."""
    return any(isinstance(part, Rows) for part in leaves(rule))


def leaves(rule: Rule) -> Iterator[Rule]:
    """The rules that are not made of others; raises ``TypeError`` for what is no rule."""
    match rule:
        case AllOf(rules) | AnyOf(rules):
            for each in rules:
                yield from leaves(each)
        case Authenticated() | Scopes() | Roles() | Policies() | Rows():
            yield rule
        case _:
            raise TypeError(f"{rule!r} is no rule")


def _said_of(model: type) -> Iterator[Any]:
    if hasattr(model, "__access__"):
        yield getattr(model, "__access__")  # noqa: B009 (users' classes do not declare it)
    yield from _said_around(model.__module__)


def _said_around(module: str) -> Iterator[Any]:
    while module:
        if hasattr(found := sys.modules.get(module), "__access__"):
            yield getattr(found, "__access__")  # noqa: B009 (the same)
        module = module.rpartition(".")[0]
