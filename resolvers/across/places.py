"""In charge of orders that lead into the other store: places of keys stand in for its values.

The other store puts its own rows in order, and the source orders by the places of their keys. So
limits, cursors and totals stay the source's work, and a page is exact. The keys are

    own      those that the rows in question hold, or
    whole    those of all the target's rows that have a value, or
    walked   the first ones in the target's order, until the rows that hold them fill the page,

whichever are few enough; else the order is refused. A row whose key has no place is ordered as
null: its key is null, or leads to nothing, or to a row without a value.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from catalog.entity import Entity, Relation
from catalog.filters import all_of
from catalog.query import (
    ALWAYS,
    NEVER,
    And,
    Compare,
    Filter,
    IsNull,
    Key,
    Not,
    Operator,
    Or,
    Order,
    Places,
    Quantifier,
    Read,
    Related,
)
from catalog.routine import Call
from resolvers.across.keys import among, is_whole, together
from resolvers.errors import OrderReachError
from resolvers.planning.cursors import order_value
from resolvers.planning.needs import Needs

if TYPE_CHECKING:
    from resolvers.across.reach import Beside, Reach

_STRIDES: Final = (100, 1_000)
"""How many keys a walk takes at first, and then; the last time it takes as many as it may."""

_Ranked = Sequence[tuple[Key, Any]]
"""Keys of the target with the values that they are ordered by, in the order's direction."""


@dataclass(frozen=True, slots=True)
class _Far:
    """An order of ``root``'s rows by a value beyond ``steps``, of which the last crosses.

    With a ``call``, of the rows that it gives.
    """

    order: Order
    root: Entity
    target: Entity
    call: Call | None

    @property
    def steps(self) -> tuple[Relation, ...]:
        return self.order.relations[: self.order.steps_near + 1]

    @property
    def crossing(self) -> Relation:
        return self.steps[-1]

    @property
    def beyond(self) -> Order:
        """The order among the target's rows."""
        return replace(self.order, relations=self.order.relations[len(self.steps) :])

    @property
    def present(self) -> Filter:
        """True of the target's rows that have a value."""
        return _along(self.beyond.relations, Not(IsNull(self.order.path)))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A far order whose keys have places; ``bound`` says of which rows, if not of all."""

    far: _Far
    ranked: _Ranked
    bound: Filter = ALWAYS

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(key for key, _ in self.ranked)

    @property
    def order(self) -> Order:
        """The order by places; values that are equal share one."""
        ascending = self.ranked[::-1] if self.far.order.descending else self.ranked
        place, places = 0, [(*key, 0) for key, _ in ascending[:1]]
        for (_, before), (key, value) in pairwise(ascending):
            place += before != value
            places.append((*key, place))
        near, fields = self.far.steps[:-1], self.far.crossing.source_fields
        # The same statement, whatever the order of equals.
        told = Places(fields, tuple(sorted(places, key=repr)))
        return replace(self.far.order, path=(), relations=near, places=told)

    def keys_where(self, inner: Filter) -> Sequence[Key] | None:
        """The keys of which a cursor's filter is true; None if their values do not tell."""
        for step in self.far.beyond.relations:
            if not isinstance(inner, Related) or inner.relation != step:
                return None
            inner = inner.filter
        match inner:
            case Not(IsNull(path)) if path == self.far.order.path:
                return self.keys
            case Compare(path, operator, value) if path == self.far.order.path:
                return self._compared(operator, value)
            case _:
                return None

    def _compared(self, operator: Operator, wanted: Any) -> Sequence[Key] | None:
        # Only the store knows its order: it shows where a value stands among others.
        at = [place for place, (_, value) in enumerate(self.ranked) if value == wanted]
        if operator is Operator.EQ:
            return [self.keys[place] for place in at]
        if not at:
            return None
        ahead = (operator is Operator.FOLLOWS) != self.far.order.descending
        return self.keys[at[-1] + 1 :] if ahead else self.keys[: at[0]]


async def placed(reach: Reach, read: Read, beside: Beside) -> Read:
    """The read, ordered by its own store alone; its filter and ``beside`` hold of all its rows.

    Raises ``OrderReachError`` and ``StoreError``.
    """
    if read.limit == 0:  # only a total is wanted
        return replace(read, order=(), after=ALWAYS)
    rows = all_of((*beside, read.filter))
    fars = [_far(reach, read, order) for order in read.order if order.is_far]
    known = await together(_few(reach, far, rows) for far in fars)
    many = [far for far, each in zip(fars, known, strict=True) if each is None]
    few = [each for each in known if each]
    if not many:
        return await _ordered(reach, read, few)
    # A second term decides only among equals of the first.
    if many == [fars[0]] and many[0].order is read.order[0]:
        walked = await _walked(reach, read, many[0], few)
        if walked:
            return walked
    last = [each for each in await together(_own(reach, far, rows) for far in many) if each]
    if len(last) < len(many):
        raise _refusal(reach, many[0])
    return await _ordered(reach, read, [*few, *last])


def _far(reach: Reach, read: Read, order: Order) -> _Far:
    target = reach.catalog[order.relations[order.steps_near].target]
    return _Far(order, read.entity, target, read.call)


async def _few(reach: Reach, far: _Far, rows: Filter) -> _Placed | None:
    """By all keys that can be in question, if these are few enough."""
    for side in _sides(reach, far, rows):
        found = await side(reach, far, rows)
        if found:
            return found
    return None


def _sides(reach: Reach, far: _Far, rows: Filter) -> Sequence[_Side]:
    """Which keys to read, the fewer ones first; not those that are known to be too many.

    How many different keys a condition leaves is not known.
    """
    whole = reach.rows(far.target, ALWAYS)
    own = None if far.call else reach.rows(far.root, rows)
    if whole is None or own is None:
        return (_own, _whole) if far.call or rows != ALWAYS else (_whole, _own)
    most, trifle = reach.keys.most, min(_STRIDES[0], reach.keys.most)
    sides = (_own, _whole) if own < whole > trifle else (_whole, _own)
    too_many = {_whole: whole > most, _own: rows == ALWAYS and own > most}
    return [side for side in sides if not too_many[side]]


_Side = Callable[["Reach", _Far, Filter], Awaitable[_Placed | None]]


async def _own(reach: Reach, far: _Far, rows: Filter) -> _Placed | None:
    entity, wanted, call = far.root, rows, far.call
    for step in far.steps:
        keys = await reach.keys.possible(entity, step.source_fields, wanted, call)
        if keys is None:
            return None
        if not keys:
            return _Placed(far, ())
        entity, call = reach.catalog[step.target], None
        wanted = among(step.target_fields, keys)
    ranked, _ = await _ranked(reach, far, wanted, None)
    return _Placed(far, ranked)


async def _whole(reach: Reach, far: _Far, _rows: Filter) -> _Placed | None:
    ranked, more = await _ranked(reach, far, ALWAYS, reach.keys.most)
    return None if more else _Placed(far, ranked)


async def _walked(reach: Reach, read: Read, far: _Far, others: Sequence[_Placed]) -> Read | None:
    """By as many keys as fill the page, which must not begin with nulls: they have no end."""
    nowhere = read.batch and not read.batch.keys
    if read.limit is None or far.order.nulls_first or nowhere:
        return None
    ahead = _said_of_target(read.after, far)
    for stride in sorted({min(each, reach.keys.most) for each in (*_STRIDES, reach.keys.most)}):
        ranked, more = await _ranked(reach, far, ahead, stride)
        kept = _without_last(ranked) if more else ranked
        held = among(far.crossing.source_fields, [key for key, _ in kept])
        bound = _along(far.steps[:-1], held)
        near = await _ordered(reach, read, [*others, _Placed(far, kept, bound)])
        if await _fills(reach, near):
            return near
    return None


def _without_last(ranked: _Ranked) -> _Ranked:
    """Without the last ones that are equal, of which there may be more."""
    end = len(ranked)
    while end and ranked[end - 1][1] == ranked[-1][1]:
        end -= 1
    return ranked[:end]


async def _fills(reach: Reach, near: Read) -> bool:
    """Whether there are as many rows as the read asks for, for each key of its batch."""
    wanted = near.offset + (near.limit or 0)
    fields = tuple((name,) for name in near.entity.key)
    bare = Read(
        *(near.entity, fields, (), near.filter, near.after),
        limit=wanted,
        batch=near.batch,
        call=near.call,
    )
    answers = await reach.keys.answers(bare)
    keys = near.batch.keys if near.batch else ((),)
    return all(key in answers and len(answers[key].rows) == wanted for key in keys)


async def _ranked(
    reach: Reach, far: _Far, wanted: Filter, most: int | None
) -> tuple[_Ranked, bool]:
    """The target's keys with a value, at most so many, and whether there are more."""
    names, beyond = far.crossing.target_fields, far.beyond
    needs = Needs()
    needs.add((name,) for name in names)
    needs.order(beyond)
    filter_, limit = all_of((wanted, far.present)), None if most is None else most + 1
    read = Read(far.target, *needs.collected(), filter_, order=(beyond,), limit=limit)
    answers = await reach.keys.answers(await reach.within(read))
    ranked: dict[Key, Any] = {}
    records = answers[()].rows
    for record in records[:most]:
        key = tuple(record[name] for name in names)
        if is_whole(key):
            ranked.setdefault(key, order_value(record, beyond, reach.value))
    reach.remember(far.order, ranked)
    return tuple(ranked.items()), len(records) > len(records[:most])


async def _ordered(reach: Reach, read: Read, terms: Sequence[_Placed]) -> Read:
    """The read by places, and after the keys that its cursors lead to."""

    async def after(_: Entity, across: Related, _beside: Beside, _call: Call | None) -> Filter:
        near = [each for each in terms if each.far.crossing == across.relation]
        told = [keys for each in near if (keys := each.keys_where(across.filter)) is not None]
        if told:
            return among(across.relation.source_fields, told[0])
        return await reach.among_keys(across, [key for each in near for key in each.keys])

    orders = {each.far.order: each.order for each in terms}
    beyond = await reach.replaced(read.entity, read.after, (), after)
    return replace(
        read,
        order=tuple(orders.get(order, order) for order in read.order),
        after=all_of((*(each.bound for each in terms), beyond)),
    )


def _along(steps: Sequence[Relation], inner: Filter) -> Filter:
    """True of the rows from which these steps lead to one that ``inner`` is true of."""
    for relation in reversed(steps):
        inner = Related(relation, Quantifier.SOME, inner)
    return inner


def _said_of_target(filter_: Filter, far: _Far, passed: int = 0) -> Filter:
    """What a cursor's filter says at least of a target that has a value."""
    match filter_:
        case And(filters):
            return all_of([_said_of_target(each, far, passed) for each in filters])
        case Or(filters):
            said = [_said_of_target(each, far, passed) for each in filters]
            return ALWAYS if ALWAYS in said else Or(tuple(said))
        case Not(Related() as across) if _said_of_target(across, far, passed) == far.present:
            return NEVER
        case Related(relation, Quantifier.SOME, inner) if relation == far.steps[passed]:
            deeper = passed + 1
            return inner if deeper == len(far.steps) else _said_of_target(inner, far, deeper)
        case _:
            return ALWAYS


def _refusal(reach: Reach, far: _Far) -> OrderReachError:
    crossing = far.crossing
    message = (
        f"The order by {crossing.api!r} of {crossing.source} reaches too far into the other store:"
        f" more than {reach.keys.most} keys of {crossing.target} are in question."
    )
    hint = (
        f"Add conditions on the {far.root.name} in where; or ask for a page whose first order this"
        " is, with nulls last; or raise MAX_REACH_KEYS."
    )
    return OrderReachError(message, reach.keys.most, hint=hint)
