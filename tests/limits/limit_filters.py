"""In charge of random filters of the library's books, as variables and as documents have them."""

from __future__ import annotations

import json

from hypothesis import strategies as st

VALUES = {"pages": st.integers(0, 9), "title": st.sampled_from(["", "a b", '"'])}
KINDS = {
    "and": "[BookFilter!]",
    "not": "BookFilter",
    "pages": "IntFilter",
    "title": "StringFilter",
    "shelf": "ShelfFilter",
    "authors": "AuthorListFilter",
}
FILTERS = st.recursive(
    st.sampled_from(list(VALUES)).flatmap(
        lambda name: st.fixed_dictionaries(
            {},
            optional={
                name: st.fixed_dictionaries(
                    {},
                    optional={
                        "eq": VALUES[name],
                        "in": st.lists(VALUES[name]),
                        "isNull": st.booleans() | st.none(),
                    },
                )
            },
        )
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "and": st.lists(inner, max_size=3),
            "not": inner,
            "shelf": st.just({"books": {"some": {}}}),
            "authors": st.just({"some": {"books": {}}}),
        },
    ),
    max_leaves=9,
)


def literal(value: object) -> str:
    """The same as a document writes it."""
    match value:
        case dict():
            return "{" + " ".join(f"{key}: {literal(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
        case _:
            return json.dumps(value)
