"""The user's packages: whatever is wrong in one is a line that names setting, reason and place."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from running import ROOT

from assembly import catalog_and_schema
from catalog import ModelError
from packages import StartError, examples, package
from settings import Settings

NOTE = """
from pydantic import BaseModel

class Note(BaseModel):
    __collection__ = "notes"
    id: str
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[..., Path]]:
    """Writes modules that can be imported, for one test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def write(**modules: str) -> Path:
        for name, text in modules.items():
            path = tmp_path / (name.replace("__", "/") + ".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return tmp_path

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def refusal(**settings: str) -> str:
    """What the start says of these packages."""
    with pytest.raises(StartError) as refused:
        catalog_and_schema(Settings(_env_file=None, **settings))  # type: ignore[call-arg]
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named", 1),
        ("\nwrong =", "SyntaxError: invalid syntax", 2),
        ("def f():\n    return nope\nf()", "NameError: name 'nope' is not defined", 2),
    ],
)
def test_a_package_that_cannot_be_imported(written, text, reason, line):
    """The error, the file and the line; no traceback."""
    folder = written(mine__models=text)
    said = refusal(models="mine")
    assert said.startswith(f"MODELS: 'mine' cannot be used: {reason}")
    assert f"({folder / 'mine' / 'models.py'}, line {line})" in said
    assert said.count("line ") == 1


TABLE = """
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel
class Base(SQLModel, registry=registry()):
    pass
class Item(Base, table=True):
    id: int = Field(primary_key={key})
    {field}
"""


@pytest.mark.parametrize(
    ("key", "field", "mend"),
    [
        ("False", "name: str", "primary_key=True"),
        ("True", "tags: list[str]", "sa_column=Column(JSON)"),
        ("True", "size: __import__('typing').Literal['s', 'm']", "sa_type=String"),
        ("True", "owner: 'Nobody' = Relationship()", "declare a Link"),
    ],
)
def test_what_is_usually_wrong_with_a_table_has_its_mend(written, key, field, mend):
    """What SQLModel and SQLAlchemy say of it does not tell how to write it."""
    written(mine__models=TABLE.format(key=key, field=field))
    said = refusal(models="mine")
    assert mend in said
    assert ".." not in said


def test_a_mapper_that_cannot_be_configured(written):
    """SQLAlchemy finds out when the models are first looked at."""
    # A registry of its own: one mapper that fails is held against all others of its registry.
    written(
        mine__models="""
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel
class Base(SQLModel, registry=registry()):
    pass
class Item(Base, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    owner: "Nobody" = Relationship()
"""
    )
    assert "MODELS: 'mine' cannot be used: " in refusal(models="mine")


def test_an_extension_that_strawberry_refuses(written):
    """A resolver without a type, for instance."""
    written(
        mine__note=NOTE,
        more__fields="""
import strawberry
from schema import extends
@extends("Query")
class More:
    @strawberry.field
    def hello(self, name):
        return 1
""",
    )
    said = refusal(models="mine", extensions="more")
    assert said.startswith("EXTENSIONS: 'more' cannot be used: ")


def test_a_single_module_will_do(written):
    """No package is needed for a model or two; nor are extensions."""
    written(mine=NOTE)
    catalog, _ = catalog_and_schema(Settings(_env_file=None, models="mine"))  # type: ignore[call-arg]
    assert list(catalog) == ["Note"]
    assert list(examples(package("mine", "MODELS"))) == []


def test_a_package_that_is_not_there(written):
    """Also one whose parent is not there."""
    written(mine=NOTE)
    for name in ("nobody", "nobody.models", "mine.models", "", "."):
        assert f"MODELS: there is no package {name!r}" in refusal(models=name)


def test_a_package_in_the_folder_that_one_stands_in(tmp_path):
    """Wherever the server itself is."""
    (tmp_path / "mine.py").write_text(NOTE)
    command = [sys.executable, str(ROOT / "server.py"), "schema", "--models", "mine"]
    environment = {"PATH": os.environ["PATH"]}
    printed = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert "type Note " in printed.stdout


def test_rules_that_cannot_be_followed_are_told_at_the_start(written):
    """With the model, and not by the first request."""
    rule = 'class Note(BaseModel):\n    __access__ = Access(read=rows({"no": {"eq": 1}}))\n'
    text = NOTE.replace("class Note(BaseModel):\n", f"from catalog import Access, rows\n\n{rule}")
    written(ruled__models=text)
    with pytest.raises(ModelError, match="Note: has a rule with 'no' amiss"):
        catalog_and_schema(Settings(_env_file=None, models="ruled.models"))  # type: ignore[call-arg]


DECIDING = """
import strawberry
from schema import Policy, extends, policies

@extends("Query")
class Root:
    @strawberry.field(directives=[Policy(policies=[["owner"]])])
    def owned(self) -> int:
        return 1

@policies
async def decide(principal, names, context):
    return names
"""


def test_who_decides_about_policies_is_found(written):
    """In the package of extensions, together with what asks."""
    written(mine__models=NOTE, more__fields=DECIDING)
    settings = Settings(_env_file=None, models="mine", extensions="more")  # type: ignore[call-arg]
    _, schema = catalog_and_schema(settings)
    assert '  owned: Int! @policy(policies: [["owner"]])' in schema.as_str()


def test_a_policy_that_nobody_decides(written):
    """The start says which, and how to mend it."""
    written(mine__models=NOTE, more__fields=DECIDING.replace("@policies", ""))
    with pytest.raises(ModelError, match=r"Query.owned: asks about a policy, 'owner'"):
        catalog_and_schema(Settings(_env_file=None, models="mine", extensions="more"))  # type: ignore[call-arg]
