"""In charge of operations whose hops between the stores are kept for other requests.

There are few of them, so that many who ask for nearly the same meet in the cache.
"""

from __future__ import annotations

from random import Random

from law_operations import Operation

_TEXTS = (
    "{ books(first: %(n)s) { nodes { %(book)s shelf { %(shelf)s } } } }",
    """{ books(last: %(n)s) { nodes { shelf { k: parentCode ...S books { totalCount } } } } }
    fragment S on Shelf { %(shelf)s }""",
    """{ books(first: %(n)s) { edges { node {
        reviews(first: 2) { totalCount nodes { %(review)s } } } } } }""",
    "{ reviews(first: %(n)s) { nodes { %(review)s k: book { %(book)s shelf { %(shelf)s } } } } }",
    """{ shelves(first: %(n)s) { nodes { %(shelf)s
        books { nodes { ... on Titled { title } %(book)s } } } } }""",
    "{ shelves { nodes { reviews { nodes { %(review)s book { %(book)s } } } } } }",
    "{ recordings(first: %(n)s) { nodes { ... on Film { k: code } shelf { %(shelf)s } } } }",
)
_LEAVES = {
    "book": ("isbn", "pages", "title k2: tags", "genre price"),
    "review": ("stars", "reviewer k3: verdict", "comments { likes }"),
    "shelf": ("code", "k4: labels", "location { room }", "litFrom"),
}


def across(random: Random) -> Operation:
    """A query of the library."""
    leaves = {name: random.choice(texts) for name, texts in _LEAVES.items()}
    return Operation(random.choice(_TEXTS) % {"n": random.choice([3, 6]), **leaves})
