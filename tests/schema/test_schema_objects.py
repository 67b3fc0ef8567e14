"""Object types: names, types and nullability of fields, and Relay's shape."""

from graphql import is_interface_type

CONNECTION = {
    "where": "BookFilter",
    "orderBy": "[BookOrder!]",
    "first": "Int",
    "after": "String",
    "last": "Int",
    "before": "String",
    "offset": "Int",
}


def test_columns_have_scalars_of_their_types(fields):
    """Each type has one scalar; what may be null in the store is nullable; names are camelCase."""
    columns = {
        "nodeId": "ID!",
        "id": "UUID!",
        "isbn": "String!",
        "title": "String!",
        "genre": "Genre",
        "price": "Decimal",
        "pages": "Int",
        "rating": "Float",
        "sold": "BigInt",
        "inPrint": "Boolean!",
        "published": "Date",
        "addedAt": "DateTime!",
        "readingHour": "Time",
        "cover": "Base64",
        "tags": "[String]",
        "extra": "JSON",
        "shelfCode": "String",
    }
    assert columns.items() <= fields("Book").items()


def test_documents_nest(fields):
    """Nested documents and lists of them are types of their own, in any depth."""
    assert {
        "location": "Location",
        "labels": "[String!]",
        "slots": "[Slot!]",
        "litFrom": "Time",
    }.items() <= fields("Shelf").items()
    assert fields("Location") == {
        "room": "String!",
        "floor": "Int",
        "position": "Position",
        "at": "GeoPoint",
    }
    assert {"formats": "[Format!]", "position": "Position"}.items() <= fields("Slot").items()
    assert fields("Review")["id"] == "ID!"


def test_relations_say_whether_they_may_be_absent(fields):
    """Whatever takes a read of its own may be null: its store may be away."""
    book = fields("Book")
    assert {
        "authors": "AuthorConnection",
        "loans": "LoanConnection",
        "shelf": "Shelf",
        "reviews": "ReviewConnection",
    }.items() <= book.items()
    assert fields("Loan")["book"] == "Book"
    assert fields("Review")["book"] == "Book"
    assert fields("Shelf")["books"] == "BookConnection"
    assert {"parent": "Shelf", "children": "ShelfConnection"}.items() <= fields("Shelf").items()


def test_connections_are_relays(fields):
    """Edges, nodes and a page's place, as the Relay specification has them."""
    assert fields("BookConnection") == {
        "edges": "[BookEdge!]!",
        "nodes": "[Book!]!",
        "pageInfo": "PageInfo!",
        "totalCount": "Int!",
        "aggregate": "BookAggregate!",
        "groupBy": "[BookGroup!]!",
    }
    assert fields("BookEdge") == {"node": "Book!", "cursor": "String!"}
    assert fields("PageInfo") == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }


def test_every_entity_is_a_node_and_no_nested_document_is(graph):
    """Only entities can be fetched again by an id."""
    node = graph.type_map["Node"]
    assert is_interface_type(node)
    names = {kind.name for kind in graph.get_possible_types(node)}
    assert names == {
        "Author", "Authorship", "Book", "Loan", "Review", "Shelf",
        "Film", "PlainAudio", "Disc", "Lecture", "Exhibition",
    }  # fmt: skip


def test_root_fields_are_by_key_by_unique_key_and_connections(graph):
    """Every key part is an argument that must be given; a unique key is in the field's name."""
    roots = graph.query_type.fields
    assert set(roots) == {
        "node", "author", "authorByName", "authors", "authorship", "authorships", "book",
        "bookByIsbn", "books", "loan", "loans", "review", "reviewByBookIdAndReviewer", "reviews",
        "thickBooks", "starredReviews", "authorBorn", "pagesInPrint", "countVerdicts",
        "shelf", "shelves", "openingHours", "novels", "titledAt", "recording", "recordings", "film",
        "filmByCode", "films", "audio", "audios", "plainAudio", "plainAudios", "disc", "discs",
        "event", "events", "lecture", "lectures", "exhibition", "exhibitions",
    }  # fmt: skip

    def arguments(name):
        return {arg: str(definition.type) for arg, definition in roots[name].args.items()}

    assert arguments("node") == {"id": "ID!"}
    assert arguments("loan") == {"bookId": "UUID!", "number": "Int!"}
    assert arguments("reviewByBookIdAndReviewer") == {"bookId": "UUID!", "reviewer": "String!"}
    assert arguments("books") == CONNECTION
    assert str(roots["books"].type) == "BookConnection"
    assert str(roots["bookByIsbn"].type) == "Book"


def test_relations_to_many_have_the_arguments_of_connections(graph):
    """The same arguments at any depth; none on a relation to one."""
    author = graph.type_map["Author"]
    assert {name: str(arg.type) for name, arg in author.fields["books"].args.items()} == CONNECTION
    assert author.fields["mentor"].args == {}
