"""Manifests of trusted documents: the forms in which tools write them, and what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persisted_asking import hash_of

from assembly import documents
from datasources.embedded import EmbeddedUrls
from edge.persisted.documents import Documents
from edge.persisted.manifest import Manifest, ManifestError, manifest_at
from edge.persisted.trusted import Mode
from settings import Settings

A, B = "query A { openingHours }", "query B { __typename }"
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": "a1", "name": "A", "type": "query", "body": A},
        {"id": hash_of(B), "name": "B", "type": "query", "body": B},
    ],
}
RELAY = {"0123456789abcdef0123456789abcdef": A, f"sha256:{hash_of(B)}": B}


def written(folder: Path, **files: Any) -> Path:
    """The folder with these files, of which the endings follow a dot."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return folder


def test_apollos_form(tmp_path: Path):
    """By the ids that it says, and by the hashes of the texts."""
    manifest = manifest_at(written(tmp_path, m_json=APOLLO) / "m.json")
    assert [manifest.find(id) for id in ("a1", hash_of(A), hash_of(B))] == [A, A, B]
    assert manifest.find("b1") is None


def test_the_form_of_relay_and_of_codegen(tmp_path: Path):
    """An object of texts; an id may have the prefix of the specification, or not."""
    manifest = manifest_at(written(tmp_path, m_json=RELAY) / "m.json")
    assert [manifest.find(id) for id in (next(iter(RELAY)), hash_of(A), hash_of(B))] == [A, A, B]


def test_a_folder(tmp_path: Path):
    """Files of GraphQL by their names, and by hashes with or without the end of their last line."""
    folder = written(
        tmp_path, a_graphql=f"# It says when.\n{A}\n", deep__b_gql=B, relay_json={"r": B}
    )
    written(folder, notes_txt="no document", _hidden_json="no JSON")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.json").write_text("no JSON")
    manifest = manifest_at(folder)
    text = f"# It says when.\n{A}\n"
    assert [manifest.find(id) for id in ("a", hash_of(text), hash_of(text.strip()))] == [text] * 3
    assert [manifest.find(id) for id in ("b", "r")] == [B, B]
    assert manifest.texts == {text, B}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "m.json is no JSON"),
        ("[" * 100_000, "m.json is no JSON"),
        ([A], "no object"),
        ({}, "holds no document"),
        ({"a": 5}, "'a' is no id"),
        ({"": A}, "'' is no id"),
        ({"a": "{"}, r"m.json: a: Syntax Error: Expected Name, found <EOF> \(line 1\)\."),
        ({"a": "fragment F on Query { openingHours }"}, "a has no operation"),
        ({"a": "{ a }" + "{" * 10_000}, "m.json: a: Syntax Error"),
        (APOLLO | {"version": 2}, "another version"),
        (APOLLO | {"format": "other"}, "not known"),
        (APOLLO | {"operations": {}}, "no list of `operations`"),
        (APOLLO | {"operations": [A]}, "no object"),
        (APOLLO | {"operations": [{"id": "a"}]}, "'a' is no id of a document"),
        (APOLLO | {"operations": [{"id": "a", "body": A}, {"id": "a", "body": B}]}, "too"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: Any, reason: str):
    """Where, and why."""
    with pytest.raises(ManifestError, match=reason):
        manifest_at(written(tmp_path, m_json=content) / "m.json")


def test_two_documents_of_one_name(tmp_path: Path):
    """In different files; the same one twice does no harm."""
    written(tmp_path, a_json={"x": A}, b_json={"x": A})
    assert manifest_at(tmp_path).find("x") == A
    written(tmp_path, c_json={"x": B})
    with pytest.raises(ManifestError, match=r"c\.json: another document has the id 'x'"):
        manifest_at(tmp_path)


def test_what_is_not_there(tmp_path: Path):
    """No file, an empty folder, or bytes that are no text."""
    with pytest.raises(ManifestError, match="no file or folder"):
        manifest_at(tmp_path / "none.json")
    with pytest.raises(ManifestError, match="holds no document"):
        manifest_at(tmp_path)
    (tmp_path / "a.graphql").write_bytes(b"\xff")
    with pytest.raises(ManifestError, match=r"a\.graphql cannot be read"):
        manifest_at(tmp_path)


TOKENS = [
    "query",
    "A",
    "{",
    "a",
    "b",
    "1",
    "2.5",
    '"x y"',
    '"""x\n y"""',
    "...",
    "(",
    ":",
    ")",
    "}",
]


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=9), st.data())
def test_what_graphql_ignores_makes_no_other_document(tokens: list[str], data: st.DataObject):
    """Spaces, commas and comments do not count; each token does."""
    ignored = st.sampled_from([" ", "\n", ", ", " # a comment { }\n", "\t\ufeff"])
    text = "".join(token + data.draw(ignored) for token in tokens)
    manifest = Manifest({"a": " ".join(tokens) + " " * 500})
    assert manifest.holds(text)
    less = [*tokens]
    del less[data.draw(st.integers(0, len(tokens) - 1))]
    assert not manifest.holds(" ".join(less))


def test_the_settings(tmp_path: Path):
    """What is wrong is told at the start; with `enforce` nothing is kept that clients send."""
    none = EmbeddedUrls(None, None, None)

    def made(**given: Any) -> Documents:
        return documents(Settings(_env_file=None, **given), none)  # type: ignore[call-arg]

    with pytest.raises(ManifestError, match="no file or folder"):
        made(trusted_documents=tmp_path / "none")
    written(tmp_path, a_graphql=A)
    enforced = made(trusted_documents=tmp_path, trusted_mode="enforce")
    assert enforced.trusted is not None
    assert enforced.trusted.mode is Mode.ENFORCE
    logged = made(trusted_documents=tmp_path)
    assert logged.trusted is not None
    assert logged.trusted.mode is Mode.LOG
    kept = [each._kept is not None for each in (made(), made(persisted_ttl=0), enforced, logged)]
    assert kept == [True, False, False, True]
