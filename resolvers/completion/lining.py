"""In charge of which pages are asked for as lines, and of how they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.flat import FlatReader
from catalog.lines import Cursor, Leaf, Line, Member, listed_in
from catalog.query import Order
from resolvers.completion.forms import Edges, Info, Nodes, PageForm
from resolvers.completion.line_writer import Below, LineWriter, NotLinedError, is_plain
from resolvers.documents.fields import Place
from resolvers.planning.plan import Island

FEWEST: Final = 200
"""Values of all pages of a level; with fewer, lines save little here, and take Postgres's time."""

_CURSORS: Final = frozenset({".startCursor", ".endCursor"})


@dataclass(frozen=True, slots=True)
class Lining:
    """How a page is asked for as lines, and shown.

    ``texts`` stand in JSON for the marks, and ``after`` behind each row. ``readers`` are those of
    the rows that it was learnt from, and of those inside them.
    """

    member: Nodes | Edges
    line: Line
    texts: dict[str, str]
    after: str
    readers: Sequence[FlatReader]


def lining_of(
    form: PageForm,
    island: Island,
    reader: FlatReader,
    below: Mapping[Place, Below],
    rows: int,
) -> Lining | None:
    """How the rows of a level are asked for as lines, if they can be, and if it is worth it.

    Together they are so many at most. What is ``below`` them comes inside their lines, which is
    always worth it: it is not asked for by itself.
    """
    listed = [member for member in form.members if isinstance(member, Nodes | Edges)]
    if len(listed) != 1 or island.page is None:
        return None
    try:
        lining = _lining(listed[0], form, island, LineWriter(reader, rows, below, island))
    except NotLinedError:
        return None
    members = lining.line.members
    return lining if any(listed_in(members)) or rows * _values(members) >= FEWEST else None


def _lining(member: Nodes | Edges, form: PageForm, island: Island, writer: LineWriter) -> Lining:
    members = writer.row(member)
    orders = island.page.orders if island.page and _tells_ends(form) else ()
    line = Line(tuple(members), _kept(orders))
    return Lining(member, line, writer.texts, writer.written(), writer.readers)


def _values(members: Sequence[Member]) -> int:
    return sum(1 if isinstance(each, Leaf | Cursor) else _values(each.members) for each in members)


def _tells_ends(form: PageForm) -> bool:
    infos = [member for member in form.members if isinstance(member, Info)]
    return any(name in _CURSORS for info in infos for _, name in info.members)


def _kept(orders: Sequence[Order]) -> tuple[str, ...]:
    """The fields that cursors are made of."""
    if not all(map(is_plain, orders)):
        raise NotLinedError
    return tuple(dict.fromkeys(order.path[0] for order in orders))
