"""Aggregates: over all rows that a list lets through, at any depth, and only what is asked."""

import pytest

from catalog.summary import Summary


def summaries(library) -> list[Summary]:
    """Every summary that was read."""
    return [read for read in library.reads() if isinstance(read, Summary)]


async def test_every_function_of_every_type(library):
    """Sums are wider than their values, null is left out, text and dates have extremes."""
    data = await library.data(
        """{ books { aggregate { count
          countDistinct { genre price tags: pages }
          sum { pages sold price rating } avg { pages sold price rating }
          min { title published readingHour price id } max { title addedAt sold rating }
          stddev { pages } variance { pages price } } } }"""
    )
    assert data["books"]["aggregate"] == {
        "count": 6,
        "countDistinct": {"genre": 3, "price": 4, "tags": 3},
        "sum": {"pages": "740", "sold": str(2**40 + 24), "price": "75.31", "rating": 10.5},
        "avg": {
            "pages": 148.0,
            "sold": pytest.approx((2**40 + 24) / 5),
            "price": "15.062",
            "rating": 2.625,
        },
        "min": {
            "title": "Ashes",
            "published": "1930-01-01",
            "readingHour": "09:15:00",
            "price": "0.01",
            "id": "00000000-0000-0000-0000-000000000001",
        },
        "max": {
            "title": "Émile",
            "addedAt": "2024-05-06T12:30:00+00:00",
            "sold": str(2**40),
            "rating": 4.5,
        },
        "stddev": {"pages": pytest.approx(86.71793)},
        "variance": {"pages": pytest.approx(7520), "price": pytest.approx(180.48772)},
    }


async def test_over_nothing_counts_are_zero_and_the_rest_is_null(library):
    """So it is for one value, too, of what is spread."""
    query = """query($title: String!) { books(where: {title: {eq: $title}}) { aggregate {
      count countDistinct { pages } sum { pages price } avg { pages } min { title }
      stddev { pages } variance { pages } } } }"""
    none = (await library.data(query, title="No such book"))["books"]["aggregate"]
    assert none == {
        "count": 0,
        "countDistinct": {"pages": 0},
        "sum": {"pages": None, "price": None},
        "avg": {"pages": None},
        "min": {"title": None},
        "stddev": {"pages": None},
        "variance": {"pages": None},
    }
    one = (await library.data(query, title="Ashes"))["books"]["aggregate"]
    assert (one["count"], one["avg"], one["stddev"]) == (1, {"pages": 120.0}, {"pages": None})


async def test_pages_and_filters(library):
    """It is over what `where` lets through, whatever page is shown beside it."""
    data = await library.data(
        """{ books(where: {genre: {eq: NOVEL}}, first: 1, offset: 1) {
          nodes { title } totalCount aggregate { count max { title } } } }"""
    )
    assert data["books"] == {
        "nodes": [{"title": "Dust"}],
        "totalCount": 3,
        "aggregate": {"count": 3, "max": {"title": "Dust"}},
    }


async def test_nested_documents(library):
    """Values inside documents, where a missing document is a missing value."""
    data = await library.data(
        """{ shelves { aggregate { countDistinct { location { room position { row } } }
          sum { location { floor position { row column } } } max { location { room } } } } }"""
    )
    assert data["shelves"]["aggregate"] == {
        "countDistinct": {"location": {"room": 3, "position": {"row": 2}}},
        "sum": {"location": {"floor": "0", "position": {"row": "11", "column": "7"}}},
        "max": {"location": {"room": "Hall"}},
    }


async def test_for_each_parent_in_one_call(library):
    """Within a store, through a link table, and into the other store; parents of nothing too."""
    data = await library.data(
        """{ shelves { nodes { code
               books { aggregate { count sum { pages } } nodes { title } }
               children { aggregate { count } } } }
             authors { nodes { name books(where: {inPrint: {eq: true}}) {
               aggregate { count avg { price } } } } } }"""
    )
    assert [
        (shelf["code"], shelf["books"]["aggregate"], shelf["children"]["aggregate"]["count"])
        for shelf in data["shelves"]["nodes"]
    ] == [
        ("A", {"count": 2, "sum": {"pages": "200"}}, 2),
        ("B", {"count": 2, "sum": {"pages": "420"}}, 0),
        ("C", {"count": 0, "sum": {"pages": None}}, 0),
        ("D", {"count": 0, "sum": {"pages": None}}, 0),
    ]
    assert [author["books"]["aggregate"]["count"] for author in data["authors"]["nodes"]] == [
        *(2, 2, 1, 1, 0)
    ]
    # Rows and aggregates of a level go together; rows that nobody asks for are not read.
    assert library.calls() == {
        "postgres": [["Author"], ["Book", "Book", "Book"]],
        "mongo": [["Shelf"], ["Shelf"]],
    }


async def test_a_relation_by_null_has_nothing(library):
    """No key, so no call; the object is there all the same."""
    library.tables["Author"] = [library.tables["Author"][0] | {"id": None}]
    data = await library.data(
        "{ authors { nodes { students { aggregate { count min { name } } "
        "groupBy(by: [{name: VALUE}]) { aggregate { count } } } } } }"
    )
    students = data["authors"]["nodes"][0]["students"]
    assert students == {"aggregate": {"count": 0, "min": {"name": None}}, "groupBy": []}


async def test_only_what_is_asked_is_computed_and_but_once(library):
    """Several aliases and fragments are one summary of what they ask together."""
    data = await library.data(
        """{ books { a: aggregate { count } b: aggregate { ...F sum { p: pages } } } }
           fragment F on BookAggregate { sum { pages } count }"""
    )
    assert data["books"] == {
        "a": {"count": 6},
        "b": {"sum": {"pages": "740", "p": "740"}, "count": 6},
    }
    (summary,) = summaries(library)
    assert [measure.name for measure in summary.measures] == ["count()", "sum(pages)"]


async def test_typename_alone(library):
    """Every object of an aggregate is there, even if nothing of it is asked."""
    data = await library.data(
        """{ shelves { a: aggregate { __typename }
          b: aggregate { min { __typename location { __typename position { __typename } } } } } }"""
    )
    assert data["shelves"] == {
        "a": {"__typename": "ShelfAggregate"},
        "b": {
            "min": {
                "__typename": "ShelfExtremes",
                "location": {
                    "__typename": "LocationExtremes",
                    "position": {"__typename": "PositionExtremes"},
                },
            }
        },
    }


async def test_skip_and_include(library):
    """What is left out is not computed."""
    query = """query($no: Boolean!) { books { aggregate {
      count sum @include(if: $no) { pages } max { title @skip(if: $no) pages } } } }"""
    data = await library.data(query, no=False)
    assert data["books"]["aggregate"] == {"count": 6, "max": {"title": "Émile", "pages": 300}}
    (summary,) = summaries(library)
    assert "sum(pages)" not in {measure.name for measure in summary.measures}
