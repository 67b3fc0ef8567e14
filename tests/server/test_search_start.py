"""A model that asks for what its store cannot do: one line at the start, and that is the end."""

from pathlib import Path

import pytest
from running import Running

pytestmark = pytest.mark.slow

MODEL = """
from pydantic import BaseModel
from catalog import Search

class Letter(BaseModel):
    __collection__ = "letters"
    __search__ = Search("text", language="english")

    id: int
    text: str
"""


def test_search_in_an_embedded_mongodb(tmp_path: Path) -> None:
    """SecantusDB has no text indexes; the line names the model, the reason and the mend."""
    (tmp_path / "letters.py").write_text(MODEL)
    environment = {"MODELS": "letters", "PYTHONPATH": str(tmp_path)}
    running = Running(tmp_path / "said", environment, "--data-dir", str(tmp_path / "data"))
    assert running.process.wait(60) == 1
    last = running.said.strip().splitlines()[-1]
    assert last == (
        "Letter cannot be searched, as its __search__ says: text indexes are not supported by"
        " SecantusDB. Leave __search__ out of the model, or set MONGO_URL to a server that has"
        " them."
    )
