"""What a document asks for: aliases, fragments, directives, variables and meta-fields."""

import pytest


async def test_aliases_of_one_relation_have_arguments_of_their_own(library):
    """To many, and to one in the same store and the other: each alias reads what it asks."""
    data = await library.data(
        """{ bookByIsbn(isbn: "i1") {
          first: loans(first: 1) { nodes { number } }
          open: loans(where: {returnedOn: {isNull: true}}) { nodes { number borrower } }
          here: shelf { code }
          there: shelf { labels location { room } }
          reviews { nodes { one: shelf { code } two: shelf { litFrom } } }
        } }"""
    )
    book = data["bookByIsbn"]
    assert book["first"] == {"nodes": [{"number": 1}]}
    assert book["open"] == {"nodes": [{"number": 3, "borrower": "Xi"}]}
    assert book["here"] == {"code": "A"}
    assert book["there"] == {"labels": ["old", "rare"], "location": {"room": "Hall"}}
    assert book["reviews"]["nodes"][0] == {"one": {"code": "A"}, "two": {"litFrom": "08:00:00"}}


async def test_an_alias_may_be_another_field_s_name(library):
    """Response keys are the client's choice: also that of a field, or of another relation."""
    data = await library.data(
        """{ books: shelves(first: 1) { nodes: nodes { title: code shelf: parent { code }
             books: children(first: 1) { nodes { labels: code } } } } }"""
    )
    (shelf,) = data["books"]["nodes"]
    assert shelf == {"title": "A", "shelf": None, "books": {"nodes": [{"labels": "B"}]}}


async def test_equal_response_keys_are_merged(library):
    """The same field twice, in place, in a named and in an inline fragment, is one field."""
    data = await library.data(
        """{ bookByIsbn(isbn: "i1") { ...Where ...Where shelf { code }
               ... { shelf { parent { code } } } ... on Book { shelf { location { room } } }
               ... on Node { nodeId ... on Book { pages } }
               loans(first: 1) { nodes { number } } loans(first: 1) { totalCount } } }
           fragment Where on Book { shelf { location { floor } ...Deep } }
           fragment Deep on Shelf { labels }"""
    )
    book = data["bookByIsbn"]
    assert book["shelf"] == {
        "location": {"floor": 1, "room": "Hall"},
        "labels": ["old", "rare"],
        "code": "A",
        "parent": None,
    }
    assert book["loans"] == {"nodes": [{"number": 1}], "totalCount": 3}
    assert book["pages"] == 120
    assert library.calls()["mongo"] == [["Shelf"]]


async def test_root_fields_of_one_response_key_are_merged(library):
    """Two selections of one root field are one read."""
    data = await library.data(
        """{ bookByIsbn(isbn: "i1") { title } ...More }
           fragment More on Query { bookByIsbn(isbn: "i1") { pages shelf { code } } }"""
    )
    assert data == {"bookByIsbn": {"title": "Ashes", "pages": 120, "shelf": {"code": "A"}}}
    assert library.calls()["postgres"] == [["Book"]]


@pytest.mark.parametrize("yes", [True, False])
async def test_what_is_left_out_is_not_read(library, yes):
    """@skip and @include, on fields, spreads and inline fragments, by variable and by default."""
    data = await library.data(
        """query($yes: Boolean!, $no: Boolean = false) { books(first: 1) { nodes {
             isbn title @include(if: $yes) pages @skip(if: $yes)
             shelf @include(if: $yes) { code location @skip(if: $yes) { room } labels }
             ... @skip(if: $yes) { loans { totalCount } } ...Rest @include(if: $yes)
             reviews @include(if: $no) { totalCount } rating @skip(if: $yes) @include(if: $yes)
           } totalCount @skip(if: $yes) } }
           fragment Rest on Book { genre }""",
        yes=yes,
    )
    (node,) = data["books"]["nodes"]
    assert set(node) == ({"isbn", "title", "shelf", "genre"} if yes else {"isbn", "pages", "loans"})
    assert ("totalCount" in data["books"]) is not yes
    assert len(library.mongo.calls) == (1 if yes else 0)
    reads = {read.entity.name: read for read in library.reads()}
    assert reads["Book"].total is not yes
    assert ("Loan" in reads) is not yes
    if yes:
        assert set(reads["Shelf"].fields) == {("code",), ("labels",)}


async def test_typename_everywhere(library):
    """At the root, in connections, rows, and in documents that are asked for nothing else."""
    data = await library.data(
        """{ __typename
             books(first: 1) { __typename pageInfo { __typename }
               edges { __typename node { __typename shelf { __typename } } } }
             shelves { nodes { location { __typename position { __typename } }
                               slots { __typename position { __typename } } } }
             shelf(code: "C") { location { __typename } slots { __typename } }
             author(id: 2) { __typename mentor { __typename } }
             reviews(first: 1) { nodes { __typename shelf { location { __typename } } } } }"""
    )
    assert data["__typename"] == "Query"
    assert data["books"] == {
        "__typename": "BookConnection",
        "pageInfo": {"__typename": "PageInfo"},
        "edges": [
            {
                "__typename": "BookEdge",
                "node": {"__typename": "Book", "shelf": {"__typename": "Shelf"}},
            }
        ],
    }
    position = {"__typename": "Position"}
    slot = {"__typename": "Slot", "position": None}
    assert [node["location"] for node in data["shelves"]["nodes"]] == [
        {"__typename": "Location", "position": position},
        {"__typename": "Location", "position": None},
        None,
        {"__typename": "Location", "position": position},
    ]
    assert [node["slots"] for node in data["shelves"]["nodes"]] == [
        [slot | {"position": position}, slot],
        [],
        None,
        [slot],
    ]
    assert data["shelf"] == {"location": None, "slots": None}
    assert data["author"] == {"__typename": "Author", "mentor": {"__typename": "Author"}}
    (review,) = data["reviews"]["nodes"]
    assert review == {"__typename": "Review", "shelf": {"location": {"__typename": "Location"}}}


async def test_variables_may_stand_for_any_part(library):
    """A whole argument, a value deep inside one, a list's element, an enum, a default."""
    query = """query($genre: Genre!, $way: Ordering! = DESC, $size: Int = 2, $term: BookOrder!,
                     $titles: [String!], $some: AuthorListFilter) {
      books(first: $size, orderBy: [{title: $way}, $term],
            where: {and: [{genre: {in: [$genre, POETRY]}}, {title: {in: $titles}}],
                    authors: $some}) { nodes { isbn } }
    }"""
    data = await library.data(
        query,
        genre="NOVEL",
        term={"isbn": "DESC"},
        titles=["Dust", "birds"],
        some={"some": {"name": {"eq": "Bob Brandt"}}},
    )
    assert data["books"]["nodes"] == [{"isbn": "i2"}, {"isbn": "i6"}]


@pytest.mark.parametrize(
    "order",
    [
        "[{title: ASC, isbn: ASC}]",
        "[{}]",
        "[{title: null}]",
        "[{tags: ASC}]",
        "[{title: UP}]",
        "[null]",
    ],
)
async def test_an_order_term_names_exactly_one_field(library, order):
    """@oneOf: neither none, nor two, nor null."""
    query = f"{{ books(orderBy: {order}) {{ totalCount }} }}"
    errors = (await library.ask(query))["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_variables_that_are_no_arguments_are_the_client_s_mistake(library):
    """A null by variable where none may be: bad input, at the field or at the directive."""
    for query in (
        'query($v: UUID = "0") { book(id: $v) { title } }'.replace('"0"', f'"{"0" * 32}"'),
        "query($v: Boolean = true) { books { totalCount @include(if: $v) } }",
        "query($v: Boolean = true) { books { nodes { title @skip(if: $v) } } }",
    ):
        assert await library.code(query, v=None) == "BAD_USER_INPUT"


async def test_introspection_works(library):
    """Tools ask for the whole schema."""
    from graphql import get_introspection_query  # noqa: PLC0415

    data = await library.data(get_introspection_query(input_value_deprecation=True))
    assert data["__schema"]["queryType"]["name"] == "Query"
