"""An operation that fails is shown with nothing in it that could be spared."""

from law_shrinking import smallest
from law_worlds import core_of, library


async def test_what_can_be_spared_is_taken_away():
    """Fields, fragments, arguments and variables, until nothing more may go."""
    document = """
        query Other { __typename }
        query Q($code: String!, $yes: Boolean!) {
          shelf(code: $code) { code ...F parent { code } }
          books(where: {pages: {gt: 1}, genre: {eq: NOVEL}}, first: 3) {
            totalCount nodes { title @include(if: $yes) reviews { nodes { stars } } }
          }
        }
        fragment F on Shelf { litFrom }
    """

    async def fails(asked):
        return all(word in asked[0] for word in ("stars", "NOVEL"))

    asked = (document, {"code": "A", "yes": True})
    text, variables = await smallest(core_of(library()), asked, fails)
    assert " ".join(text.split()) == (
        "query Q { books(where: { genre: { eq: NOVEL } })"
        " { nodes { reviews { nodes { stars } } } } }"
    )
    assert variables == {}
