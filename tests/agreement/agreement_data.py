"""In charge of the rows that every store holds, and of values that filters are likely to hit."""

import datetime
import decimal
import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.entity import Catalog
from catalog.geo import Box, GeoPoint, Polygon, Ring
from catalog.query import Record
from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType

Rows = Mapping[str, Sequence[Record]]
"""Every row, by the entity's name."""

THINGS = 40
OWNERS = 9
TAGS = 6
PIECES = 20

POOLS: Mapping[Scalar, Sequence[Any]] = {
    Scalar.INT: (-(2**31), -3, 0, 1, 2, 3, 7, 2**31 - 1),
    Scalar.BIGINT: (-(2**63), -1, 0, 1, 2**31, 2**53 + 1, 2**63 - 1),
    Scalar.FLOAT: (-1e300, -1.5, 0.0, 0.1, 0.30000000000000004, 1.0, 2.0, 5e-324, 1e300),
    Scalar.DECIMAL: tuple(map(decimal.Decimal, (
        "-12345678901234567890.123456789", "-1", "0", "0.1", "0.5", "2", "1E+3",
    ))),
    Scalar.STRING: (
        "", " ", "a", "A", "ab", "Ab", "aB%", "a_b", "a\\b", "a\\%", "$a", "$$ROOT", "a.b", "[ab]*",
        "^a|b$", "(?i)a", "é", "É", "e\u0301", "ß", "日本", "😀", "\uffff", "a\nb", "line\n",
        "null", "1", "a'b\"c", "%", "_", "\\",
    ),
    Scalar.BOOLEAN: (False, True),
    Scalar.DATE: tuple(map(datetime.date.fromisoformat, (
        "1969-12-31", "2000-02-29", "2013-01-01", "2013-07-04",
    ))),
    Scalar.TIME: tuple(map(datetime.time.fromisoformat, (
        "00:00:00", "05:07:00.250", "12:30:00", "23:59:59.999",
    ))),
    Scalar.DATETIME: tuple(map(datetime.datetime.fromisoformat, (
        "1905-03-04T05:06:07Z", "1970-01-01T00:00:00Z", "2013-01-01T05:00:00.001Z",
        "2013-07-04T23:59:59.999Z",
        # The same hour twice on the clocks of New York.
        "2013-11-03T05:30:00Z", "2013-11-03T06:15:00Z",
    ))),
    Scalar.UUID: tuple(uuid.UUID(int=number) for number in (0, 1, 2**64, 2**127 + 5, 2**128 - 1)),
    Scalar.BYTES: (b"", b"\x00", b"a", b"ab", b"\xff", bytes(range(256))),
    Scalar.JSON: (
        {}, {"a": 1}, {"a": None, "b": [1, "x", None, {"c": 2.5}]}, {"$a.b": True, "é": "\\"},
    ),
    Scalar.OBJECT_ID: ("0" * 24, "507f1f77bcf86cd799439011", "f" * 24),
    Scalar.POINT: tuple(GeoPoint(*degrees) for degrees in (
        (40.69, -74.17), (40.78, -73.87), (0.0, 0.0), (-33.9, 151.2), (-17.8, 179.2),
        (-16.7, -179.4), (89.5, 30.0), (-78.0, 110.0),
    )),
}  # fmt: skip

# Patterns in SQL's sense, by the wildcards, escapes and other stores' magic that they try.
PATTERNS = (
    "", "%", "_", "a%", "%a", "%b%", "_b", "a_b", "a\\_b", "a\\%", "a\\\\%", "\\\\", "\\a%", "%\\%",
    "%.%", "[ab]%", "^%", "%$", "$%", "(%", "é", "É%", "%\nb", "a__", "a%b", "日_", "😀", "_\u0301",
    "LINE%", "%\n",
)  # fmt: skip

# Their edges are not near any of the points, for there each store may say what it likes.
REGIONS = (
    Ring(GeoPoint(40.7, -74.0), 50_000), Ring(GeoPoint(40.69, -74.17), 30_000, 1_000),
    Ring(GeoPoint(-17.0, 180.0), 200_000), Ring(GeoPoint(80.0, -150.0), 3_000_000, 500_000),
    Ring(GeoPoint(10.0, 10.0), 30_000_000), Ring(GeoPoint(0.0, 0.0), 0, 0),
    Box(40.0, -75.0, 41.0, -74.0), Box(-20.0, 179.0, -10.0, -179.0),
    Box(-90.0, -180.0, 90.0, 180.0), Box(-35.0, 100.0, 1.0, 160.0),
    Box(-35.0, -10.0, 41.0, 179.0), Box(80.0, 0.0, 90.0, 60.0),
    *(Polygon(tuple(GeoPoint(*corner) for corner in corners)) for corners in (
        ((40.0, -75.0), (40.0, -73.0), (41.5, -74.0)),
        ((39.0, -80.0), (42.0, -70.0), (40.73, -74.0), (42.0, -79.0)),
        ((-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)),
        ((-79.0, 100.0), (-79.0, 120.0), (-30.0, 150.0), (-35.0, 155.0), (-77.0, 115.0)),
    )),
)  # fmt: skip
# SecantusDB's polygons are those of a flat map, whose edge is the 180th meridian.
ROUND = Polygon((GeoPoint(-20.0, 178.0), GeoPoint(-20.0, -178.0), GeoPoint(-10.0, 180.0)))
ORIGINS = (GeoPoint(40.6, -73.8), GeoPoint(-17.3, 180.0), GeoPoint(90.0, 0.0),
           GeoPoint(-50.3, 20.7))  # fmt: skip


def values_in(kind: FieldType) -> Sequence[Any]:
    """The values of a leaf type that rows and filters draw from."""
    assert isinstance(kind, (Scalar, EnumType))
    return tuple(kind.members) if isinstance(kind, EnumType) else POOLS[kind]


def rows_of(catalog: Catalog, seed: int) -> dict[str, list[Record]]:
    """Rows for each entity by the entity's name, the same for the same seed.

    About every fourth value is null; in nested documents, some are missing instead. References
    lead to rows, to nothing, or are null.
    """
    chance = random.Random(seed)  # noqa: S311 (test data)
    rows = {
        name: [_row(chance, catalog, name, id) for id in range(1, count + 1)]
        for name, count in (("Owner", OWNERS), ("Thing", THINGS), ("Tag", TAGS), ("Piece", PIECES))
        if name in catalog
    }
    if "ThingTag" in catalog:
        pairs = {(chance.randint(1, THINGS), chance.randint(1, TAGS)) for _ in range(2 * THINGS)}
        rows["ThingTag"] = [{"thing_id": thing, "tag_id": tag} for thing, tag in sorted(pairs)]
    return rows


def rows_in(catalog: Catalog, rows: Rows) -> Rows:
    """What a catalog's entities can hold of these rows."""
    return {
        name: [{field: row[field] for field in row if field in held} for row in rows[name]]
        for name, entity in catalog.items()
        if entity.portion is None
        for held in [{path[-1] for path in entity.paths}]
    }


def _row(chance: random.Random, catalog: Catalog, name: str, id: int) -> Record:
    references = {"owner_id": OWNERS, "boss_id": OWNERS, "parent_id": THINGS // 4}
    references["spare_id"] = PIECES
    row = _held(chance, catalog[name].document)
    for reference in references.keys() & row.keys():
        row[reference] = chance.choice([None, *range(1, references[reference] + 3)])
    return row | {"id": id}


def _held(chance: random.Random, kind: DocumentType | UnionType) -> Record:
    """A document of any kind; of some, no model tells the kind."""
    if isinstance(kind, DocumentType):
        return _document(chance, kind)
    tag = chance.choice([*kind.members, "odd", None])
    member = kind.member(tag) or DocumentType(kind.name, kind.fields)
    return _document(chance, member) | {kind.tag: tag}


def _document(chance: random.Random, kind: DocumentType) -> Record:
    document: Record = {}
    for name, field in kind.fields.items():
        if field.computed is None and chance.random() < 0.9:  # else the key is missing
            document[name] = _value(chance, field.type)
    return document


def _value(chance: random.Random, kind: FieldType, null: float = 0.2) -> Any:
    if chance.random() < null:
        return None
    if isinstance(kind, ListType):
        rare = 0.1 if kind.items_nullable else 0
        return [_value(chance, kind.of, rare) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
    if isinstance(kind, (DocumentType, UnionType)):
        return _held(chance, kind)
    return chance.choice(values_in(kind))
