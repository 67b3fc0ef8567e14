"""In charge of the SQL of rows of several kinds: each text in `kinds/`, to be reviewed.

``WRITE_CASES=1`` writes the files anew.
"""

import os
from pathlib import Path

import pytest

from catalog.query import ALWAYS, Batch, Join, Order, Quantifier, Read, Related
from catalog.summary import Function, Measure, Summary
from catalog.types import step_to
from datasources.postgres.statements import statement_for
from tests.library.library import catalog

CATALOG = catalog()
RECORDING, FILM, AUDIO, AUTHOR = (
    CATALOG[name] for name in ("Recording", "Film", "Audio", "Author")
)
OF_FILMS, OF_DISCS = step_to("Film"), step_to("Disc")
BY_ID = (Order(("id",)),)

CASES = {
    "kinds": Read(
        RECORDING,
        (("medium",), ("title",), (OF_FILMS, "colour"), (OF_DISCS, "layers"), (OF_DISCS, "tracks")),
        joins=(Join(RECORDING.relations["author"], (("name",),)),),
        order=BY_ID,
        limit=10,
    ),
    "kinds_below_another": Read(
        AUDIO, (("medium",), (OF_DISCS, "layers")), order=BY_ID, total=True
    ),
    "kind_of_each_key": Read(
        FILM,
        (("title",),),
        joins=(Join(FILM.relations["sequel"], (("title",),)),),
        batch=Batch(("director_id",), ((1,), (2,))),
        order=BY_ID,
        limit=3,
    ),
    "kind_in_a_filter": Read(
        AUTHOR,
        (("name",),),
        filter=Related(
            AUTHOR.relations["films"],
            Quantifier.NONE,
            Related(FILM.relations["sequel"], Quantifier.SOME, ALWAYS),
        ),
    ),
    "kind_summed_up": Summary(FILM, measures=(Measure(Function.MAX, ("minutes",)),)),
}


@pytest.mark.parametrize("name", CASES)
def test_text(name):
    """A kind's rows are told by their tag wherever they are named; a base's by none."""
    statement = statement_for(CATALOG, CASES[name])
    assert statement
    path = Path(__file__).with_name("kinds") / f"{name}.sql"
    if os.environ.get("WRITE_CASES"):
        path.write_text(f"{statement.sql}\n", "utf-8")
    assert f"{statement.sql}\n" == path.read_text("utf-8")
