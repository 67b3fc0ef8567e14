"""In charge of the pipelines of documents of several kinds: each command in `kinds/`.

``WRITE_CASES=1`` writes the files anew.
"""

import os
from pathlib import Path

import pytest
from bson import json_util

from catalog.query import And, Batch, Compare, Elements, Operator, Quantifier, Read
from catalog.types import step_to
from datasources.mongo.pipelines import command_of
from tests.library.library import catalog

CATALOG = catalog()
EVENT, LECTURE, REVIEW = (CATALOG[name] for name in ("Event", "Lecture", "Review"))
PHOTO, QUOTE = step_to("Photo"), step_to("Quote")


def _is(*path: str, tags: tuple[str, ...]) -> Compare:
    return Compare((*path, "kind"), Operator.IN, tags)


CASES = {
    "kinds": [
        Read(
            EVENT,
            (
                ("kind",),
                ("title",),
                (step_to("Lecture"), "seats"),
                (step_to("Exhibition"), "seats"),
            ),
        )
    ],
    "kind": [Read(LECTURE, (("speaker",),), total=True)],
    "kind_of_each_key": [
        Read(LECTURE, (("title",),), batch=Batch(("book_isbn",), (("i1",), ("i2",))))
    ],
    # Of one member `taken` is a document, of the other a text: that is asked for whole.
    "union": [
        Read(
            REVIEW,
            (
                ("cover", "kind"),
                ("cover", PHOTO, "taken", "day"),
                ("cover", QUOTE, "taken"),
                ("cover", QUOTE, "text"),
                ("exhibits", "kind"),
                ("exhibits", PHOTO, "url"),
            ),
            filter=And(
                (
                    _is("cover", tags=("photo", "picture")),
                    Compare(("cover", PHOTO, "size"), Operator.GT, 5),
                    Elements(
                        ("exhibits",),
                        Quantifier.SOME,
                        And(
                            (_is(tags=("quote",)), Compare((QUOTE, "verdict"), Operator.EQ, "READ"))
                        ),
                    ),
                )
            ),
        )
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_command(name):
    """A kind's documents are told by their tag wherever they come from; only what is asked."""
    command = command_of(CATALOG, CASES[name])
    assert command
    shown = {"aggregate": command.collection or 1, "pipeline": command.pipeline}
    text = json_util.dumps(shown, indent=2) + "\n"
    path = Path(__file__).with_name("kinds") / f"{name}.json"
    if os.environ.get("WRITE_CASES"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
