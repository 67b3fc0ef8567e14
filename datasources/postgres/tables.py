"""In charge of the tables a statement names: their aliases, their columns, and how rows meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from catalog.entity import Catalog, Entity, Relation
from catalog.query import Path, Places
from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    UnionType,
    stepped_to,
    type_after,
)
from datasources.postgres.inside import in_column, is_json
from datasources.postgres.leaves import Leaf, inner_leaf, is_inside
from datasources.postgres.values import (
    Encoding,
    SqlType,
    encoding_of,
    is_rounded,
    part_parameter,
)


def table_of(entity: Entity) -> sa.Table:
    """The table that an entity's model is mapped to."""
    return cast("sa.Table", cast("Any", entity.model).__table__)


class _AliasedColumns(dict[str, sa.ColumnElement[Any]]):
    """The columns of a table's alias by name, made when they are asked for.

    SQLAlchemy makes all of them at once, and takes a third of a statement's time for it.
    """

    def __init__(self, table: sa.Table, alias: sa.FromClause) -> None:
        super().__init__()
        self._types = table.c
        self._alias = alias

    def __missing__(self, name: str) -> sa.ColumnElement[Any]:
        column = sa.column(name, self._types[name].type)
        column.table = self._alias
        self[name] = column
        return column


class Aliased:
    """An entity's table under an alias of its own, so that it may be named again elsewhere.

    ``source`` stands in for the table if it has its columns. Where it is ``joined`` it may lack a
    row; ``key`` is a field that no row has null, by which that shows.
    """

    def __init__(
        self,
        entity: Entity,
        source: sa.FromClause | None = None,
        key: str | None = None,
        *,
        joined: bool = False,
    ) -> None:
        self.entity = entity
        self.source: sa.FromClause = table_of(entity).alias() if source is None else source
        self._columns: dict[str, sa.ColumnElement[Any]] = (
            _AliasedColumns(table_of(entity), self.source)
            if source is None
            else {column.name: column for column in source.c}
        )
        self._key = key or entity.key[0]
        self._is_joined = joined

    @property
    def found(self) -> sa.ColumnElement[bool]:
        """Whether an outer join found a row."""
        return self.column(self._key).is_not(None)

    def column(self, name: str) -> sa.ColumnElement[Any]:
        """The column that stores a field."""
        return self.stored(self.entity.fields[name].stored)

    def stored(self, name: str) -> sa.ColumnElement[Any]:
        """The column of this name in the table."""
        return self._columns[name]

    def _expression(self, field: Field) -> sa.ColumnElement[Any]:
        """The column that stores a field, or the expression that computes it."""
        return self._computed(field) if field.computed else self._columns[field.stored]

    def _computed(self, field: Field) -> sa.ColumnElement[Any]:
        """The model's expression, over the columns of this alias."""
        table = table_of(self.entity)

        def aliased(element: Any, **_: Any) -> Any:
            if element is table:
                return self.source
            own = isinstance(element, sa.Column) and element.table is table
            return self._columns[element.name] if own else None

        stated = cast("Any", field.computed).expression
        made = cast("sa.ColumnElement[Any]", visitors.replacement_traverse(stated, {}, aliased))
        # Of a row that is not there, an expression may make more than null.
        return sa.case((self.found, made)) if self._is_joined else made

    def leaf(self, path: Path) -> Leaf:
        """What stands at a path: a column, or what lies inside of one that holds JSON."""
        kinds = [*takewhile(stepped_to, path)]
        name, *inner = path[len(kinds) :]
        field = self._owner(kinds).fields[name]
        column = _served(field, self._expression(field))
        if is_inside(field.type, column.type):
            return inner_leaf(in_column(column, column.type), field.type, inner)
        return Leaf(column, field.type, column.type, field.nullable or bool(kinds))

    def _owner(self, steps: Sequence[str]) -> DocumentType | UnionType:
        """What has the fields that are columns: the row, or one kind of rows."""
        kind: FieldType = self.entity.document
        for step in steps:
            kind = type_after(kind, step)
        return cast("DocumentType | UnionType", kind)

    @property
    def portion(self) -> sa.ColumnElement[bool]:
        """True for those rows of the table that are the entity's."""
        portion = self.entity.portion
        if portion is None:
            return sa.true()
        tag = self.entity.fields[portion.tag]
        texts = [_literal(tag.type, value) for value in portion.values]
        column = self._columns[tag.stored]
        return column == texts[0] if len(texts) == 1 else column.in_(texts)

    def selected(self, field: Field) -> sa.ColumnElement[Any]:
        """The column as it is read: psycopg knows no arrays of enums, but it knows arrays."""
        column = _served(field, self._expression(field))
        arrayed = isinstance(field.type, ListType) and isinstance(field.type.of, EnumType)
        arrayed = arrayed and not is_json(column.type)
        return sa.cast(column, SqlType("text[]")) if arrayed else column


def _literal(kind: FieldType, value: Any) -> sa.ColumnElement[Any]:
    """A value of the models' own, written out: so an index of one kind's rows can serve it."""
    stored = kind.members[value] if isinstance(kind, EnumType) else value
    text = str(stored).replace("'", "''")
    return sa.literal_column(text if isinstance(stored, int) else f"'{text}'")


def _served(field: Field, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column, rounded if its model reads exact numbers as floats.

    It is compared and ordered as it is shown: else a cursor would not find its own row.
    """
    return sa.cast(column, sa.Double()) if is_rounded(field.type, column.type) else column


class Scope:
    """The tables of one SELECT: the entity's own, and the relations to one joined to it.

    ``source`` stands in for the entity's table.
    """

    def __init__(
        self, catalog: Catalog, entity: Entity, source: sa.FromClause | None = None
    ) -> None:
        self.root = Aliased(entity, source)
        self.source: sa.FromClause = self.root.source
        self._catalog = catalog
        self._joined: dict[tuple[str, ...], Aliased] = {(): self.root}

    def joined(self, relations: tuple[Relation, ...]) -> Aliased:
        """The table at the end of these steps; each is joined once, however often it is named."""
        steps = tuple(relation.name for relation in relations)
        if steps not in self._joined:
            parent, relation = self.joined(relations[:-1]), relations[-1]
            found, condition = self._target(parent, relation)
            self.source = self.source.outerjoin(found.source, condition)
            self._joined[steps] = found
        return self._joined[steps]

    def placed(self, relations: tuple[Relation, ...], places: Places) -> sa.ColumnElement[Any]:
        """The place of the row at the end of these steps; null if its key has none.

        By a join with a table of the keys, which each holds once, so that no row is doubled.
        """
        owner = self.joined(relations)
        leaves = [owner.leaf((name,)) for name in places.fields]
        encodings = [encoding_of(leaf.kind, leaf.column) for leaf in leaves]
        names = [*(f"k{at}" for at in range(len(leaves))), "place"]
        arrays = [
            part_parameter(encoding, places.places, at)
            for at, encoding in enumerate([*encodings, Encoding("integer", int)])
        ]
        table = sa.func.unnest(*arrays).table_valued(*names).render_derived()
        pairs = zip(leaves, table.c, strict=False)
        met = sa.and_(*(leaf.expression == column for leaf, column in pairs))
        self.source = self.source.outerjoin(table, met)
        return table.c.place

    def _target(
        self, parent: Aliased, relation: Relation
    ) -> tuple[Aliased, sa.ColumnElement[bool]]:
        entity = self._catalog[relation.target]
        if relation.through is None and entity.is_key(relation.target_fields):
            target = Aliased(entity, key=relation.target_fields[0], joined=True)
            return target, met(parent, target, relation.on)
        # A relation declared to one that no key backs: the first row by key, never a second.
        target = Aliased(entity)
        source, condition = related(self._catalog, parent, relation, target)
        first = (
            sa.select(*target.source.c)
            .select_from(source)
            .where(condition)
            .order_by(*(target.column(name) for name in entity.key))
            .limit(sa.literal_column("1"))
        )
        return Aliased(entity, first.lateral(), joined=True), sa.true()


def met(
    source: Aliased, target: Aliased, pairs: Iterable[tuple[str, str]]
) -> sa.ColumnElement[bool]:
    """True where the fields of each pair are equal, and so not null, and the target is one."""
    equal = (source.column(here) == target.column(there) for here, there in pairs)
    return sa.and_(*equal, *([target.portion] if target.entity.portion else []))


def related(
    catalog: Catalog, source: Aliased, relation: Relation, target: Aliased
) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    """What to read to find the rows of ``target`` that a row of ``source`` relates to, and where.

    Through a link table without a key, a row may be found more than once.
    """
    if relation.through is None:
        return target.source, met(source, target, relation.on)
    link = Aliased(catalog[relation.through.entity])
    joined = link.source.join(target.source, met(link, target, relation.through.target_on))
    return joined, met(source, link, relation.through.source_on)


def exists(source: sa.FromClause, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """True if ``source`` has a row that meets the condition; other tables are the statement's."""
    inside = sa.select().select_from(source).where(condition)
    return inside.correlate_except(*own_tables(source)).exists()


def own_tables(source: sa.FromClause) -> Iterable[sa.FromClause]:
    """The tables that a FROM clause joins."""
    if isinstance(source, sa.Join):
        return (*own_tables(source.left), *own_tables(source.right))
    return (source,)
