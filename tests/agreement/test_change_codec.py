"""Changes that say by key which rows they are about survive the way through text."""

import dataclasses

import pytest
from agreement_boats import BOATS_IN_TABLES, documents
from agreement_changes import changes
from agreement_settings import SECONDS, examples
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog import catalog_of
from catalog.change import Change, Insert, Update
from catalog.change_codec import by_key, decoded_changes, encoded_changes
from catalog.query import ALWAYS
from datasources.errors import ChangeRefused
from datasources.given import check

pytestmark = pytest.mark.timeout(3 * SECONDS)

CATALOGS = {"tables": catalog_of(BOATS_IN_TABLES), "documents": catalog_of(documents())}
BOATS = CATALOGS["tables"]
KEYS = st.lists(st.tuples(st.integers(1, 8)), max_size=4)


@pytest.mark.parametrize("name", CATALOGS)
@examples(20)
@given(data=st.data())
def test_changes_come_back_as_they_were(name, data):
    """Values, types and order."""
    catalog = CATALOGS[name]
    drawn = data.draw(st.lists(st.tuples(changes(catalog), KEYS), max_size=3))
    said = [_by_key(change, keys) for change, keys in drawn]
    text = encoded_changes(said)
    assert text.isascii()
    assert "\0" not in text
    assert repr(decoded_changes(catalog, text)) == repr(tuple(said))


def _by_key(change: Change, keys: list[tuple[int]]) -> Change:
    """What the change is once it was made; none that no store would make."""
    try:
        check(change, defaults=True)
    except ChangeRefused:
        assume(False)
    if isinstance(change, Insert):
        return dataclasses.replace(change, conflict=None)
    return dataclasses.replace(change, filter=by_key(change.entity, keys))


def test_what_is_not_said_by_key_has_no_text():
    """It might be about other rows when it is made again."""
    with pytest.raises(TypeError):
        encoded_changes([Update(BOATS["Boat"], ALWAYS, ())])


@pytest.mark.parametrize(
    "text",
    [
        "[{}]",
        "3",
        "nothing",
        '[{"delete": "Ghost", "keys": []}]',
        '[{"delete": "Boat", "keys": [["x"]]}]',
        '[{"delete": "Boat", "keys": [[1, 2]]}]',
        '[{"insert": "Boat", "rows": [{"ghost": 1}]}]',
        '[{"update": "Boat", "keys": [[1]], "edits": [["set", ["ghost"], 1]]}]',
        '[{"update": "Boat", "keys": [[1]], "edits": [["turn", ["number"], 1]]}]',
        '[{"update": "Boat", "keys": [[1]], "edits": [["push", ["number"], [1]]]}]',
    ],
)
def test_what_these_models_have_no_place_for_is_told(text):
    """As after a field was renamed; it is never half read."""
    with pytest.raises(ValueError, match=r"."):
        decoded_changes(BOATS, text)
