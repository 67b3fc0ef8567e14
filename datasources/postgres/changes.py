"""In charge of turning a change into one SQL statement; pure.

As of reads, the text depends on the change's shape only: which fields new rows have, which edits
there are. Any number of new rows is one statement, and one text.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, Final, Literal, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from catalog.change import Conflict, Delete, Edit, Increment, Insert, Pull, Push, Set, Update
from catalog.entity import Catalog, Entity
from catalog.flat import Shape
from catalog.query import ALWAYS, Filter, Read
from catalog.templates import Ask, ask_of
from datasources.postgres.ddl import quoted_name
from datasources.postgres.filters import both, condition
from datasources.postgres.inner_edits import Edited, edited_json
from datasources.postgres.inside import in_column, is_binary
from datasources.postgres.leaves import is_inside
from datasources.postgres.rows import Layout
from datasources.postgres.statements import Call, Statement
from datasources.postgres.tables import Aliased, table_of
from datasources.postgres.values import DIALECT, Bound, Encoding, SqlType
from datasources.postgres.writing import column_encoding, column_value, stored_encoding

_MADE: Final = "xmax = 0"
"""True of a row that is new; one that was updated instead was locked before that."""


class Changes:
    """The statements of changes; those of one shape are compiled once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def inserting(self, insert: Insert, columns: Mapping[str, Sequence[Any]], count: int) -> Call:
        """The statement for so many rows that all have these fields.

        It gives their keys, in their order, and whether each was made.
        """
        fields, conflict = tuple(columns), insert.conflict
        shape = (self, "insert", fields, conflict and (conflict.target, conflict.update))
        made = _ask(insert.entity, ALWAYS).template.made
        if shape not in made:
            made[shape] = _insertion(insert.entity, fields, conflict)
        return made[shape].call([*columns.values()] or [count], ())

    def updating(self, update: Update) -> Call:
        """The statement that edits, or without edits locks, and gives the keys."""
        ask = _ask(update.entity, update.filter)
        shape = (self, "update", *((type(edit), edit.path) for edit in update.edits))
        made = ask.template.made
        if shape not in made:
            made[shape] = self._edition(ask.template.read, update.edits, len(ask.values))
        return made[shape].call([*ask.values, *map(_operand, update.edits)], ())

    def deleting(self, delete: Delete) -> Call:
        """The statement that deletes, and gives the keys."""
        ask = _ask(delete.entity, delete.filter)
        made = ask.template.made
        if (self, "delete") not in made:
            made[self, "delete"] = self._deletion(ask.template.read)
        return made[self, "delete"].call(ask.values, ())

    def _edition(self, read: Any, edits: Sequence[Edit], first: int) -> Statement:
        rows = Aliased(read.entity)
        wanted = both(rows.portion, condition(self._catalog, rows, read.filter))
        keys = _keys(rows)
        if not edits:
            locked = sa.select(*keys).where(wanted).with_for_update(of=rows.source)
            return _statement(locked, rows.entity)
        of_columns = dict[str, list[Edited]]()
        for slot, edit in enumerate(edits, first):
            of_columns.setdefault(edit.path[0], []).append(Edited(edit, slot))
        values = {
            rows.entity.fields[name].stored: _column(rows, name, of_one)
            for name, of_one in of_columns.items()
        }
        values = {**_in_sql(rows.entity, "onupdate", values), **values}
        update = sa.update(rows.source).values(values).where(wanted)  # type: ignore[arg-type]
        return _statement(update.returning(*keys), rows.entity)

    def _deletion(self, read: Any) -> Statement:
        rows = Aliased(read.entity)
        wanted = both(rows.portion, condition(self._catalog, rows, read.filter))
        delete = sa.delete(rows.source).where(wanted)  # type: ignore[arg-type]
        return _statement(delete.returning(*_keys(rows)), rows.entity)


def _in_sql(
    entity: Entity, kind: Literal["default", "onupdate"], but: Container[str]
) -> Mapping[str, sa.ColumnElement[Any]]:
    """What the model has in SQL for columns; what is Python's to make comes with the change."""
    columns: list[sa.Column[Any]] = [*table_of(entity).columns]
    made: dict[str, Any] = {c.name: getattr(c, kind) for c in columns if c.name not in but}
    return {n: _literally(m.arg) for n, m in made.items() if m is not None and m.is_clause_element}


def _literally(clause: Any) -> sa.ColumnElement[Any]:
    """An expression of the model's with its constants in the text: no request has them."""
    said = clause.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    return sa.literal_column(str(said))


def _ask(entity: Entity, filter_: Filter) -> Ask:
    """What takes the filter apart, and keeps what is compiled of it."""
    return ask_of(Read(entity, tuple((name,) for name in entity.key), filter=filter_))


def _insertion(entity: Entity, fields: Sequence[str], conflict: Conflict | None) -> Statement:
    table = table_of(entity)
    own = _in_sql(entity, "default", {entity.fields[name].stored for name in fields})
    if not fields:  # of which SQLAlchemy cannot make rows of their defaults, but one
        keys = ", ".join(str(key.compile(dialect=DIALECT)) for key in _keys(Aliased(entity, table)))
        columns = f"({', '.join(map(DIALECT.identifier_preparer.quote, own))}) " if own else ""
        values = ", ".join(str(each.compile(dialect=DIALECT)) for each in own.values())
        rows = f"SELECT {values} FROM generate_series(1, $1::integer)"  # noqa: S608 (the model's own)
        sql = f"INSERT INTO {quoted_name(table)} {columns}{rows} RETURNING {keys}, true"
        return _read_by_keys(sql, [Bound(0, int)], entity)
    names = [entity.fields[name].stored for name in fields]
    insert = postgresql.insert(table)
    rows = _given(entity, fields, own.values())
    insert = insert.from_select([*names, *own], rows, include_defaults=False)
    if conflict:
        update = [entity.fields[name].stored for name in conflict.update if name in fields]
        target = [entity.fields[name].stored for name in conflict.target]
        # The update of nothing gives the row's key, and keeps others from it until the end.
        values = {name: insert.excluded[name] for name in update} or {target[0]: table.c[target[0]]}
        insert = insert.on_conflict_do_update(index_elements=target, set_=values)
    made = sa.literal_column(_MADE if conflict else "true", sa.Boolean)
    return _statement(insert.returning(*_keys(Aliased(entity, table)), made), entity)


def _given(
    entity: Entity, fields: Sequence[str], own: Iterable[sa.ColumnElement[Any]]
) -> sa.Select[Any]:
    """The new rows, of an array for each field, and of what is each row's ``own``."""
    table, given = table_of(entity), [entity.fields[name] for name in fields]
    arrays = [
        _slot(column_encoding(field.type, table.c[field.stored].type), at)
        for at, field in enumerate(given)
    ]
    names = [f"c{at}" for at in range(len(fields))]
    rows = sa.func.unnest(*arrays).table_valued(*names, with_ordinality="n")
    rows = rows.render_derived(name="given")
    values = [
        column_value(rows.c[name], field.type, table.c[field.stored].type)
        for name, field in zip(names, given, strict=True)
    ]
    return sa.select(*values, *own).order_by(rows.c.n)


def _column(rows: Aliased, name: str, edits: Sequence[Edited]) -> sa.ColumnElement[Any]:
    """What a column becomes by edits, one after the other."""
    kind, column = rows.entity.fields[name].type, rows.column(name)
    if is_inside(kind, column.type) and not all(map(_is_whole, edits)):
        made = edited_json(kind, in_column(column, column.type).json, edits, _slot)
        return made if is_binary(column.type) else sa.cast(made, column.type)
    encoding = stored_encoding(kind, column.type)
    return reduce(lambda old, each: _edited(old, encoding, each.edit, each.slot), edits, column)


def _is_whole(edited: Edited) -> bool:
    return isinstance(edited.edit, Set) and len(edited.edit.path) == 1


def _edited(
    old: sa.ColumnElement[Any], encoding: Encoding, edit: Edit, slot: int
) -> sa.ColumnElement[Any]:
    match edit:
        case Set():
            return _slot(encoding, slot)
        case Increment():
            return old.op("+")(_slot(encoding, slot))
        case Push():
            return sa.func.array_cat(old, _slot(encoding, slot))
        case Pull():
            return _pulled(old, _slot(encoding, slot))
        case _:
            assert_never(edit)


def _pulled(old: sa.ColumnElement[Any], values: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    items = sa.func.unnest(old).table_valued("v", with_ordinality="n").render_derived(name="items")
    stays = sa.or_(items.c.v.is_(None), items.c.v != sa.all_(values))
    left = sa.select(items.c.v).select_from(items).where(stays).order_by(items.c.n)
    left = left.correlate_except(items).scalar_subquery()
    return sa.case((old.is_not(None), sa.func.array(left)))


def _operand(edit: Edit) -> Any:
    match edit:
        case Set(_, value) | Increment(_, value):
            return value
        case Push(_, values) | Pull(_, values):
            return list(values)
        case _:
            assert_never(edit)


def _slot(encoding: Encoding, slot: int) -> sa.BindParameter[Any]:
    """The parameter for what stands in a slot."""
    bound = Bound(slot, encoding.encode)
    return sa.bindparam("v", bound, type_=SqlType(encoding.sql), unique=True)


def _keys(rows: Aliased) -> list[sa.ColumnElement[Any]]:
    return [rows.selected(rows.entity.fields[name]) for name in rows.entity.key]


def _statement(stated: Any, entity: Entity) -> Statement:
    text = stated.compile(dialect=DIALECT)
    # SQLAlchemy names a value after its column, and escapes the name elsewhere.
    values = text.construct_params(escape_names=False)
    parameters = [values[name] for name in text.positiontup or ()]
    return _read_by_keys(str(text), parameters, entity)


def _read_by_keys(sql: str, parameters: Sequence[Any], entity: Entity) -> Statement:
    keys = Shape(0, tuple(entity.fields[name] for name in entity.key))
    return Statement(sql, parameters, Layout(None, None, keys), entity.table)
