"""In charge of the names that clients see."""

import pytest

from catalog.names import camel, plural


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("carrier", "carrier"),
        ("dep_delay", "depDelay"),
        ("sched_dep_time", "schedDepTime"),
        ("depDelay", "depDelay"),
        ("_private", "private"),
        ("class_", "class"),
        ("line_2", "line2"),
        ("URL", "URL"),
    ],
)
def test_camel(name, expected):
    """Python's names in GraphQL's spelling; what is in it already stays."""
    assert camel(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flight", "flights"),
        ("airway", "airways"),
        ("city", "cities"),
        ("class", "classes"),
        ("box", "boxes"),
        ("batch", "batches"),
        ("wish", "wishes"),
    ],
)
def test_plural(name, expected):
    """English's regular plurals."""
    assert plural(name) == expected
