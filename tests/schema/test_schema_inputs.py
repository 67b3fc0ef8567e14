"""Input types: filters with the operators that a type has, and orders."""

from graphql import GraphQLSchema

EQUALITY = {"eq", "ne", "in", "notIn", "isNull"}
RANGE = EQUALITY | {"lt", "lte", "gt", "gte"}


def test_each_type_has_its_operators(fields):
    """Text has patterns, bytes and enums only equality, JSON can only be there or not."""
    ranged = ("Int", "BigInt", "Float", "Decimal", "Date", "DateTime", "Time", "UUID", "ID")
    for name in ranged:
        assert set(fields(f"{name}Filter")) == RANGE, name
    patterns = {"like", "ilike", "startsWith", "endsWith", "contains"}
    assert set(fields("StringFilter")) == RANGE | patterns
    assert set(fields("BooleanFilter")) == {"eq", "ne", "in", "notIn", "isNull"}
    assert set(fields("Base64Filter")) == EQUALITY
    assert set(fields("GenreFilter")) == EQUALITY
    assert set(fields("JSONFilter")) == {"isNull"}
    assert fields("IntFilter")["in"] == "[Int!]"


def test_filters_reach_through_relations_of_both_stores(fields):
    """A list of rows has quantifiers, a single one its filter."""
    book = fields("BookFilter")
    assert {"authors": "AuthorListFilter", "loans": "LoanListFilter"}.items() <= book.items()
    assert {"shelf": "ShelfFilter", "reviews": "ReviewListFilter"}.items() <= book.items()
    assert fields("LoanFilter")["book"] == "BookFilter"
    assert set(fields("AuthorListFilter")) == {"some", "every", "none"}
    assert {"and": "[BookFilter!]", "or": "[BookFilter!]", "not": "BookFilter"}.items() <= (
        book.items()
    )


def test_filters_reach_into_documents_and_lists(fields):
    """A nested document has logic of its own, a list quantifiers, and both can be null."""
    assert {"location": "LocationFilter", "slots": "SlotListFilter"}.items() <= (
        fields("ShelfFilter").items()
    )
    location = fields("LocationFilter")
    assert {"room", "floor", "position", "at", "isNull", "and", "or", "not"} == set(location)
    assert set(fields("SlotListFilter")) == {"some", "every", "none", "isNull"}
    assert fields("SlotFilter")["formats"] == "FormatListFilter"
    assert fields("BookFilter")["tags"] == "StringListFilter"


def test_orders_are_one_of(graph: GraphQLSchema, fields):
    """One term says one field, of either store; lists, JSON and relations to many have no order."""
    book = graph.type_map["BookOrder"]
    assert book.is_one_of
    assert book.fields["shelf"].type.name == "ShelfOrder"
    assert {"tags", "extra", "authors", "loans"}.isdisjoint(book.fields)
    assert fields("BookOrder")["price"] == "Ordering"
    assert fields("LoanOrder")["book"] == "BookOrder"
    assert fields("ShelfOrder")["location"] == "LocationOrder"
    assert fields("LocationOrder")["position"] == "PositionOrder"
    assert fields("ReviewOrder")["shelf"] == "ShelfOrder"
    assert {"slots", "labels"}.isdisjoint(fields("ShelfOrder"))
    assert list(graph.type_map["Ordering"].values) == [
        "ASC",
        "DESC",
        "ASC_NULLS_FIRST",
        "DESC_NULLS_FIRST",
    ]
