"""Rows as columns: what they were is what they are."""

from hypothesis import example, given
from hypothesis import strategies as st

from catalog.columns import ABSENT, Rows, columns_of

ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.none()), max_size=4)


@given(rows=ROWS | st.lists(st.fixed_dictionaries({"a": st.integers(), "b": st.text()})))
@example(rows=[{"a": 1}, {"b": 1}])
@example(rows=[{"a": 1, "b": 2}, {"b": 1, "a": 2}])
@example(rows=[{}, {}])
def test_rows_are_the_same_by_field(rows):
    """All at once, one by one, and in part; a field that nobody has is in none."""
    columns = columns_of(rows)
    made = Rows(columns, len(rows))
    assert list(made) == rows
    assert [made[at] for at in range(len(rows))] == rows
    assert made[1:] == rows[1:]
    assert made.listed() == rows
    assert columns.values.keys() == {name for row in rows for name in row}
    assert columns_of(made) is columns_of(made.listed()) is columns


@given(rows=ROWS)
def test_whole_are_those_of_which_no_row_lacks_a_field(rows):
    """Else a word stands for the value that is not there."""
    values, whole = columns_of(rows)
    assert whole == all(row.keys() == values.keys() for row in rows)
    assert whole == (not any(ABSENT in column for column in values.values()))
