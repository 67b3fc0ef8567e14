"""In charge of plans as text: how a root field is answered, what is read for it, and called."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.describe import read_text, summary_text
from resolvers.across.reach import Reach
from resolvers.across.sides import sides_text
from resolvers.breadth.fields import Called, CalledOnce, FieldPlan, Followed
from resolvers.documents.measures import AGGREGATE, GROUP_BY
from resolvers.operations.root_plans import Root
from resolvers.planning.plan import Island, Part


def root_text(root: Root, reach: Reach) -> str:
    """How a root field is answered, and why it is graphql-core's; its plan; resolvers called."""
    why = f", {root.refused.reason.value}: {root.refused}" if root.refused else ""
    parts = [f"# {_named(root.key, root.name)}: {root.form.value}{why}\n"]
    if root.island:
        parts.append(plan_text(root.island, reach))
    if root.field and (text := resolvers_text(root.field, reach)):
        parts.append(text)
    return "\n".join(parts)


def plan_text(island: Island, reach: Reach) -> str:
    """The plan of one root field, a line or more for each read, indented by level."""
    return "\n".join(_lines(island, "", reach)) + "\n"


def _lines(island: Island, indent: str, reach: Reach) -> Iterator[str]:
    first, *rest = read_text(island.read)
    turned = ["read backwards"] if island.page and island.page.backward else []
    yield f"{indent}{first}"
    yield from (f"{indent}  {line}" for line in [*rest, *turned])
    yield from (f"{indent}  {line}" for line in sides_text(reach, island.read))
    for part in island.summaries:
        named = _named(part.key, GROUP_BY if part.listed else AGGREGATE)
        first, *rest = summary_text(part.summary)
        yield f"{indent}+ {named}: {first}"
        yield from (f"{indent}    {line}" for line in rest)
    yield from _hops(island.part, indent + "  ", reach)


def _hops(part: Part, indent: str, reach: Reach) -> Iterator[str]:
    for joined in part.joined:
        yield f"{indent}= {_named(joined.key, joined.relation.api)}: joined"
        yield from _hops(joined.part, indent + "  ", reach)
    for hop in part.hops:
        yield f"{indent}> {_named(hop.key, hop.relation.api)}:"
        yield from _lines(hop.island, indent + "  ", reach)


def _named(key: str, name: str) -> str:
    return name if key == name else f"{key} ({name})"


def resolvers_text(field: FieldPlan, reach: Reach) -> str:
    """What users wrote and is called for a root field, and what relations of its rows lead to."""
    return "".join(f"{line}\n" for line in _resolvers(field, "", reach))


def _resolvers(field: FieldPlan, indent: str, reach: Reach) -> Iterator[str]:
    inner = indent
    match field.source:
        case Called(of):
            inner = indent + "  "
            how = "awaited" if of.is_async else "called"
            yield f"{indent}! {field.parent.name}.{_named(field.key, field.name)}: {how}"
        case CalledOnce():
            inner = indent + "  "
            yield f"{indent}! {field.parent.name}.{_named(field.key, field.name)}: called once"
        case Followed(hop=hop) if hop:
            inner = indent + "  "
            yield f"{indent}> {_named(field.key, hop.relation.api)}:"
            yield from _lines(hop.island, inner, reach)
        case _:
            pass
    for each in fields_below(field, itself=False, deep=False):
        yield from _resolvers(each, inner, reach)


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
