"""The law of generated readers: they make of any document what the decoders of its fields make."""

import datetime
import decimal
import uuid

import pytest
from bson import Code, Decimal128, Int64, ObjectId, Regex
from bson.datetime_ms import DatetimeMS
from hypothesis import given, settings
from hypothesis import strategies as st
from mongo_models import CATALOG

import tests.library.models
from catalog import Store, catalog_of, models_in
from catalog.types import DocumentType, EnumType, ListType, UnionType
from datasources.mongo.paths import tree_of
from datasources.mongo.reading import records_function
from datasources.mongo.records import safe_decoder

LIBRARY = catalog_of(models_in(tests.library.models))
ENTITIES = [*CATALOG.values(), *LIBRARY.of(Store.MONGO)]
HOUR = datetime.datetime(2013, 1, 1, 5)  # noqa: DTZ001 (as the driver gives it)
VALUES = [
    *(None, True, False, 0, 1, 5, -(2**31), 2**31, Int64(7), Int64(2**62), 2**53 + 1),
    *(0.0, 5.0, -0.5, 0.1, 1e300, float("nan"), float("inf"), "", "text", "s", "05:00", "é"),
    *(Decimal128("1.50"), Decimal128("5"), Decimal128("NaN"), decimal.Decimal(2)),
    *(HOUR, HOUR.replace(hour=0), DatetimeMS(10**17), ObjectId("507f1f77bcf86cd799439011")),
    *(uuid.UUID(int=7), b"bytes", Regex("x"), Code("f()"), {}, {"a": [HOUR, 1]}, []),
    {"type": "Point", "coordinates": [10, 20.5]},
    {"type": "Point", "coordinates": [1000, 0]},
    ["a", None, 5, {}, [1]],
]
ANYTHING = st.sampled_from(VALUES)


def stored(kind):
    """Values of a type, as they may be stored, and now and then of any other."""
    match kind:
        case EnumType(members=members):
            return st.sampled_from([*members.values()]) | ANYTHING
        case ListType(of):
            return st.lists(stored(of), max_size=3) | ANYTHING
        case DocumentType(fields=fields):
            return held(fields) | ANYTHING
        case UnionType():
            return union(kind) | ANYTHING
        case _:
            return ANYTHING


def union(kind):
    """Documents of each of its kinds, and of none."""
    tag = kind.fields[kind.tag].stored
    members = [
        st.tuples(held(member.fields), st.sampled_from(kind.values(name)))
        for name, member in kind.types.items()
    ]
    told = st.one_of(members).map(lambda pair: {**pair[0], tag: pair[1]})
    return told | held(kind.fields)


def held(fields):
    """Documents that have some of these fields."""
    return st.fixed_dictionaries(
        {}, optional={field.stored: stored(field.type) for field in fields.values()}
    )


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_every_field_takes_every_value_as_its_decoder_does(entity):
    """Each odd value in each place at the top of a document; none is left to chance."""
    for name, field in entity.fields.items():
        tree = tree_of(entity.document, [(name,)])
        decode = safe_decoder(field.type, tree[name], f"{entity.name}.{name}")
        documents = [{field.stored: value} for value in VALUES]
        made = records_function(CATALOG, entity, ((name,),), ())(documents)
        assert repr([each[name] for each in made]) == repr([decode(value) for value in VALUES])


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
@given(data=st.data())
@settings(max_examples=50)
def test_a_reader_makes_what_the_decoders_of_the_fields_make(entity, data):
    """Types, errors and their texts included, of whatever is stored."""
    kind = entity.document
    make = union if isinstance(kind, UnionType) else lambda of: held(of.fields)
    documents = data.draw(st.lists(make(kind), max_size=3))
    paths = data.draw(st.lists(st.sampled_from(entity.paths), min_size=1, unique=True))
    if entity.kinds:
        paths = [(entity.kinds.tag,), *paths]
    tree = tree_of(kind, paths)
    made = records_function(CATALOG, entity, tuple(paths), ())(documents)
    common = safe_decoder(DocumentType(entity.name, entity.fields), near(tree), entity.name)
    decode = safe_decoder(kind, tree, entity.name)
    expected = [
        record if isinstance(record := decode(each), dict) else common(each) for each in documents
    ]
    assert repr(made) == repr(expected)


def near(tree):
    """What is asked of a row whatever its kind."""
    return {name: inner for name, inner in tree.items() if not name.startswith(":")}
