"""Aggregates and groups in the schema: typed, and only where a function makes sense."""

from pydantic import BaseModel

from catalog import catalog_of
from schema import build_schema


def test_every_connection_has_both(fields):
    """They are non-null: over nothing there is an aggregate still, and no groups."""
    assert fields("BookConnection")["aggregate"] == "BookAggregate!"
    assert fields("BookConnection")["groupBy"] == "[BookGroup!]!"


def test_functions_have_the_fields_they_make_sense_of(fields):
    """Sums and means of numbers, extremes of what has an order, and all values can be counted."""
    assert fields("BookSum") == {
        "price": "Decimal",
        "pages": "BigInt",
        "rating": "Float",
        "worth": "Decimal",
        "sold": "Decimal",
    }
    assert fields("BookAvg") == {
        "price": "Decimal",
        "pages": "Float",
        "rating": "Float",
        "worth": "Decimal",
        "sold": "Float",
    }
    assert set(fields("BookSpread").values()) == {"Float"}
    assert fields("BookExtremes") == {
        "id": "UUID",
        "isbn": "String",
        "title": "String",
        "price": "Decimal",
        "pages": "Int",
        "rating": "Float",
        "sold": "BigInt",
        "published": "Date",
        "addedAt": "DateTime",
        "readingHour": "Time",
        "shelfCode": "String",
        "worth": "Decimal",
        "spine": "String",
    }
    assert {*fields("BookDistinct")} == {*fields("BookExtremes"), "genre", "inPrint", "cover"}
    assert set(fields("BookDistinct").values()) == {"Int!"}


def test_an_aggregate_has_no_functions_without_fields(fields):
    """Nothing of a shelf's own is a number, but what its documents hold is."""
    assert fields("ShelfSum") == {"location": "LocationSum!"}
    assert fields("LocationSum") == {"floor": "BigInt", "position": "PositionSum!"}


def test_no_sum_where_there_are_no_numbers():
    """Neither the field, nor a type, a filter or an order for it."""

    class Word(BaseModel):
        __collection__ = "words"
        text: str

    text = build_schema(catalog_of([Word])).as_str()
    assert "type WordExtremes" in text
    for absent in ("sum:", "avg:", "stddev:", "WordSum", "WordSpread", "WordNumberOrder"):
        assert absent not in text


def test_groups(fields):
    """By values, by spans of time, inside documents, and beyond relations of the same store."""
    assert fields("BookGroup") == {"key": "BookGroupKey!", "aggregate": "BookAggregate!"}
    keys = fields("ReviewGroupBy")
    assert keys["writtenAt"] == "DateTimeGroupBy"
    assert keys["verdict"] == "GroupByValue"
    assert keys["shelf"] == "ShelfGroupBy"
    assert not {"book", "comments"} & keys.keys()
    assert fields("BookGroupBy")["published"] == "DateGroupBy"
    assert fields("ShelfGroupBy")["location"] == "LocationGroupBy"
    assert fields("ReviewGroupKey")["shelf"] == "ShelfGroupKey"
    assert fields("ReviewGroupKey")["writtenAt"] == "DateTime"


def test_groups_are_picked_and_ordered_by_aggregates(fields):
    """With the filters of the results' types."""
    assert fields("BookHaving")["sum"] == "BookSumHaving"
    assert fields("BookSumHaving")["pages"] == "BigIntFilter"
    assert fields("BookDistinctHaving")["genre"] == "IntFilter"
    assert fields("BookGroupOrder")["key"] == "BookOrder"
    assert fields("BookGroupOrder")["avg"] == fields("BookGroupOrder")["sum"] == "BookNumberOrder"
