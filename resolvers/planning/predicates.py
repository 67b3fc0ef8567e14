"""In charge of rules about rows: read once, as filters in which variables stand for claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from catalog.access import Claim, Rows
from catalog.entity import Entity
from catalog.errors import ModelError
from catalog.query import Filter, Operator, Read
from catalog.templates import ask_of
from resolvers.errors import InputError
from resolvers.planning.arguments import filter_of
from resolvers.planning.claims import Use, comparable
from resolvers.planning.seen import Seen
from resolvers.planning.variables import Claimed, first_variable


class Predicate(NamedTuple):
    """Which rows a rule finds, and the claims that their values are compared with."""

    filter: Filter
    uses: tuple[Use, ...]


def predicate_of(everything: Seen, entity: Entity, rows: Rows, prefix: str) -> Predicate:
    """What a rule means; its claims are variables whose names begin so. Raises ``ModelError``."""
    claims: dict[str, Claim] = {}
    try:
        filter_ = filter_of(everything, entity, _standing_in(rows.where, claims, prefix))
    except (InputError, KeyError, ValueError, TypeError, AttributeError) as error:
        names = f"Write it as {entity.name}Filter is in GraphQL, with camelCase names and eq, in …"
        mend = f"{names}; claim() stands for a value."
        told = str(error).removesuffix(f" is not a valid {Operator.__name__}")
        reason = f"has a rule with {told} amiss"
        raise ModelError(entity.name, None, reason, mend=mend) from error
    values = ask_of(Read(entity, (), filter=filter_)).values
    return Predicate(filter_, tuple(_uses(entity, values, claims)))


def _uses(entity: Entity, values: Iterable[Any], claims: Mapping[str, Claim]) -> Iterator[Use]:
    for value in values:
        variable = first_variable(value)
        if variable is None:
            continue
        use = claims[variable.name]
        if value is not variable or variable.kind is None or not comparable(variable.kind):
            mend = (
                "Compare claims with numbers, texts, dates, ids and enums, by eq or in and so on."
            )
            raise ModelError(entity.name, None, f"has a rule that measures by {use}", mend=mend)
        yield Use(variable.name, use.path, variable.kind, variable.many)


def _standing_in(where: Any, claims: dict[str, Claim], prefix: str) -> Any:
    if isinstance(where, Claim):
        claims[name := f"{prefix}{len(claims)}"] = where
        return Claimed(name)
    if isinstance(where, Mapping):
        named = cast("Mapping[str, Any]", where)
        return {key: _standing_in(value, claims, prefix) for key, value in named.items()}
    if isinstance(where, list | tuple):
        several = cast("Iterable[Any]", where)
        return [_standing_in(each, claims, prefix) for each in several]
    return where
