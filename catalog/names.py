"""In charge of the names that clients see: camelCase, plurals, and what may not be a name."""

from __future__ import annotations

import inspect
import math
import re
from enum import Enum
from typing import cast

from catalog.errors import ModelError
from catalog.types import EnumType, Scalar

_YEAR = 31_536_000  # seconds
_NAME = re.compile(r"[A-Za-z][_0-9A-Za-z]*")
RESERVED_FIELDS = frozenset({"nodeId", "and", "or", "not", "isNull"})
"""Names that the generated types and filters use themselves."""

RESERVED_ARGUMENTS = frozenset({"info"})
"""Names that Strawberry's resolvers take for themselves."""

PAGE_ARGUMENTS = frozenset(
    {"where", "orderBy", "first", "after", "last", "before", "offset"},
)
"""Names of the arguments that every list has."""

RESERVED_ROOTS = frozenset({"node"})
"""Names of root fields that the generated schema has in any case."""

_SCALARS = frozenset(scalar.value for scalar in Scalar)
SIMILAR_STRING = "SimilarString"
"""What the filter of texts that can be compared by likeness is called by."""

RESERVED_TYPES = frozenset(
    {"Query", "Mutation", "Subscription", "Node", "PageInfo", "Ordering"}
    | {"GroupByValue", "DateUnit", "DateTimeUnit", "DateGroupBy", "DateTimeGroupBy"}
    | {"SearchRanking", "TextLikeness", "TextLikenessOrder", f"{SIMILAR_STRING}Filter"}
    | {"WriteRefused", "WriteError", "WriteErrorCode"}
    | {"GeoPosition", "GeoNear", "GeoCircle", "GeoBox", "GeoArea", "GeoPointOrder"}
    | _SCALARS
    | {f"{scalar}{end}" for scalar in _SCALARS for end in ("Filter", "ListFilter")},
)
"""Names of types that the generated schema has in any case."""

GENERATED_SUFFIXES = (
    *("Connection", "Edge", "Filter", "ListFilter", "Order", "SimilarityOrder"),
    *("Aggregate", "Distinct", "Sum", "Avg", "Spread", "Extremes"),
    *("DistinctHaving", "SumHaving", "AvgHaving", "SpreadHaving", "ExtremesHaving"),
    *("DistinctOrder", "NumberOrder", "ExtremesOrder"),
    *("Group", "GroupBy", "GroupKey", "GroupOrder", "Having"),
)
"""What the generated types of an entity, a document or an enum are called by, after its name."""

WRITING_SUFFIXES = (
    *("Create", "Update", "Input", "Merge", "Increment", "Push", "Pull"),
    *("Conflict", "ConflictTarget", "ConflictField"),
    *("Written", "ListWritten", "Payload", "ListPayload"),
)
"""The same where it can be written."""


def camel(name: str) -> str:
    """``dep_delay`` → ``depDelay``; leading underscores are dropped."""
    head, *tail = name.strip("_").split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def lower_first(name: str) -> str:
    """``Flight`` → ``flight``."""
    return name[:1].lower() + name[1:]


def plural(name: str) -> str:
    """The regular English plural of a name; a model says ``__plural__`` where it is irregular."""
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")


def plural_of(model: type) -> str:
    """The model's ``__plural__``, else the regular plural of its name."""
    said: object = getattr(model, "__plural__", None)
    if said is None or isinstance(said, str):
        return plural(lower_first(model.__name__)) if said is None else said
    raise ModelError(model.__name__, None, f"its __plural__ is {said!r}", mend="Give it a text.")


def description_of(model: type) -> str | None:
    """The model's own docstring, not an inherited one."""
    own = model.__dict__.get("__doc__")
    return inspect.cleandoc(own) if isinstance(own, str) and own.strip() else None


def cache_ttl_of(model: type) -> float | None:
    """The model's ``__cache__``, in seconds."""
    return checked_ttl(model.__name__, None, "__cache__", getattr(model, "__cache__", None))


def cost_of(model: type) -> float:
    """The model's ``__cost__``: what a row of it weighs, 1 if nothing is said."""
    said: object = getattr(model, "__cost__", 1)
    if type(said) in (int, float) and 0 <= cast("float", said) < math.inf:
        return cast("float", said)
    reason = f"its __cost__ is {said!r}"
    raise ModelError(model.__name__, None, reason, mend="Give it a number, 0 or more.")


def checked_ttl(model: str, field: str | None, name: str, seconds: object) -> float | None:
    """A number of seconds to keep rows for, as a model declares it by this name, or none."""
    if seconds is None or (type(seconds) in (int, float) and 0 <= cast("float", seconds) <= _YEAR):
        return cast("float | None", seconds)
    reason = f"its {name} is {seconds!r}"
    mend = "Give it a number of seconds, 0 or more, a year at most."
    raise ModelError(model, field, reason, mend=mend)


def check_type_name(name: str) -> None:
    """Refuses a model name that GraphQL cannot use or that Bigraph uses itself."""
    if not _NAME.fullmatch(name) or name in RESERVED_TYPES:
        raise ModelError(name, None, "this name cannot be a GraphQL type", mend="Rename the model.")


def check_root_name(model: str, name: str, *, mend: str) -> None:
    """Refuses a singular or a plural that cannot be a field of ``Query``."""
    if not _NAME.fullmatch(name) or name in RESERVED_ROOTS:
        reason = f"the root field {name!r} is not valid or is used by Bigraph itself"
        raise ModelError(model, None, reason, mend=mend)


def member_names(python: type[Enum]) -> list[str]:
    """The names of an enum's members, without those that are others for the same."""
    return [name for name, member in python.__members__.items() if member._name_ == name]


def check_members(model: str, field: str, kind: EnumType) -> None:
    """Refuses an enum with a member that GraphQL cannot name or no store can hold, or with none."""
    if not kind.members:
        raise ModelError(model, field, f"the enum {kind.name} has no members", mend="Give it one.")
    for name, value in kind.members.items():
        if not _NAME.fullmatch(name) or name in {"true", "false", "null"}:
            reason = f"the enum {kind.name} has the member {name!r}, which GraphQL cannot name"
            mend = "Use a Python enum whose members have plain names; what is stored can stay."
            raise ModelError(model, field, reason, mend=mend)
        if not isinstance(value, (str, int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]
            reason = f"the enum {kind.name} stores {name} as {value!r}"
            mend = "Give the member a text or a number for its value."
            raise ModelError(model, field, reason, mend=mend)


def api_name(model: str, name: str) -> str:
    """The GraphQL name of a model's field; refuses one that cannot be served."""
    api = camel(name)
    if not _NAME.fullmatch(api) or api in RESERVED_FIELDS:
        reason = f"the GraphQL name {api!r} is not valid or is used by Bigraph itself"
        raise ModelError(model, name, reason, mend="Rename the field; an alias keeps its column.")
    return api
