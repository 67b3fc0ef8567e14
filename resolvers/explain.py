"""In charge of plans as text: a tree of reads, with hops; and what resolvers are called in it."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.describe import read_text, summary_text
from resolvers.breadth.fields import Called, FieldPlan, Followed
from resolvers.measures import AGGREGATE, GROUP_BY
from resolvers.plan import Island, Part


def plan_text(island: Island) -> str:
    """The plan of one root field, a line or more for each read, indented by level."""
    return "\n".join(_lines(island, "")) + "\n"


def _lines(island: Island, indent: str) -> Iterator[str]:
    first, *rest = read_text(island.read)
    turned = ["read backwards"] if island.page and island.page.backward else []
    yield f"{indent}{first}"
    yield from (f"{indent}  {line}" for line in [*rest, *turned])
    for part in island.summaries:
        named = _named(part.key, GROUP_BY if part.listed else AGGREGATE)
        first, *rest = summary_text(part.summary)
        yield f"{indent}+ {named}: {first}"
        yield from (f"{indent}    {line}" for line in rest)
    yield from _hops(island.part, indent + "  ")


def _hops(part: Part, indent: str) -> Iterator[str]:
    for joined in part.joined:
        yield f"{indent}= {_named(joined.key, joined.relation.api)}: joined"
        yield from _hops(joined.part, indent + "  ")
    for hop in part.hops:
        yield f"{indent}> {_named(hop.key, hop.relation.api)}:"
        yield from _lines(hop.island, indent + "  ")


def _named(key: str, name: str) -> str:
    return name if key == name else f"{key} ({name})"


def resolvers_text(field: FieldPlan) -> str:
    """What users wrote and is called for a root field, and what relations of its rows lead to."""
    return "".join(f"{line}\n" for line in _resolvers(field, ""))


def _resolvers(field: FieldPlan, indent: str) -> Iterator[str]:
    inner = indent
    match field.source:
        case Called(of):
            inner = indent + "  "
            how = "awaited" if of.is_async else "called"
            yield f"{indent}! {field.parent.name}.{_named(field.key, field.name)}: {how}"
        case Followed(hop=hop) if hop:
            inner = indent + "  "
            yield f"{indent}> {_named(field.key, hop.relation.api)}:"
            yield from _lines(hop.island, inner)
        case _:
            pass
    for each in fields_below(field, itself=False, deep=False):
        yield from _resolvers(each, inner)


def fields_below(
    field: FieldPlan, *, itself: bool = True, deep: bool = True
) -> Iterator[FieldPlan]:
    """The fields asked of a field's objects, of whichever type; ``deep`` also of those below."""
    if itself:
        yield field
    for shape in field.below.values():
        for each in shape.fields:
            yield each
            if deep:
                yield from fields_below(each, itself=False)
