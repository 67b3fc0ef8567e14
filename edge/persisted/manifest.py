"""In charge of manifests: which documents are trusted, and by which ids, as tools write them.

Apollo's, with its `format`; Relay's and graphql-codegen's, an object of texts by their ids; and
files of GraphQL, which are known by their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from graphql import GraphQLError

from catalog.errors import BigraphError
from edge.persisted.naming import digest_of, plain_id
from resolvers.documents.parsing import operations_in, parsed
from resolvers.limits.tokens import essence_of

_APOLLO: Final = "apollo-persisted-query-manifest"
_VERSION: Final = 1
_GRAPHQL: Final = (".graphql", ".gql")
_KNOWN: Final = 512
"""Texts whose verdict is remembered, beside those that stand in the manifest."""

_LONGER: Final = 2
"""How many times as long a text may be as the longest that is trusted, and still be looked into."""


class ManifestError(BigraphError):
    """A manifest of trusted documents that cannot be followed: where, and why."""

    code = "MANIFEST_INVALID"


class Manifest:
    """Documents by their ids; each is also known by the hash of its text."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = frozenset(texts.values())
        hashes = {digest_of(text): text for text in self.texts}
        self._by_id = {**hashes, **texts}
        self._essences = frozenset(map(essence_of, self.texts))
        self._longest = _LONGER * max(map(len, self.texts))
        self._is_alike = lru_cache(_KNOWN)(self._looked_into)

    def find(self, id: str) -> str | None:
        """The text of the document with this id."""
        return self._by_id.get(id)

    def holds(self, text: str) -> bool:
        """Whether this is the text of one, but for what GraphQL ignores."""
        return text in self.texts or (len(text) <= self._longest and self._is_alike(text))

    def _looked_into(self, text: str) -> bool:
        return essence_of(text) in self._essences


def manifest_at(path: Path) -> Manifest:
    """What a file says, or all files of a folder together. Raises ``ManifestError``."""
    texts: dict[str, str] = {}
    for file in files_at(path):
        for id, text in _documents_in(file):
            if texts.setdefault(id, text) != text:
                raise ManifestError(f"{file}: another document has the id {id!r}, too.")
    if not texts:
        raise ManifestError(f"{path} holds no document.")
    return Manifest(texts)


def files_at(path: Path) -> list[Path]:
    """The files that a manifest is in, in order. Raises ``ManifestError`` if there is nothing."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ManifestError(f"There is no file or folder {path}.")
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix in {*_GRAPHQL, ".json"}
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
        and file.is_file()
    )


def _documents_in(file: Path) -> Iterator[tuple[str, str]]:
    try:
        content = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{file} cannot be read: {error}.") from None
    if file.suffix in _GRAPHQL:
        _check(content, str(file))
        yield from ((file.stem, content), (digest_of(content.strip()), content))
        return
    for id, text in _listed(content, file):
        _check(text, f"{file}: {id}")
        yield plain_id(id), text


def _listed(content: str, file: Path) -> Iterator[tuple[str, str]]:
    try:
        said: Any = json.loads(content)
    except (ValueError, RecursionError):
        raise ManifestError(f"{file} is no JSON.") from None
    if not isinstance(said, dict):
        raise ManifestError(f"{file} is no object of documents by their ids.")
    manifest = cast("dict[str, Any]", said)
    for id, text in _apollos(manifest, file) if "format" in manifest else manifest.items():
        if not isinstance(id, str) or not id or not isinstance(text, str):
            hint = "An id and a document are texts."
            raise ManifestError(f"{file}: {id!r} is no id of a document.", hint=hint)
        yield id, text


def _apollos(manifest: Mapping[str, Any], file: Path) -> Iterator[tuple[Any, Any]]:
    if (manifest["format"], manifest.get("version")) != (_APOLLO, _VERSION):
        raise ManifestError(f"{file} is of a format that is not known, or of another version.")
    operations = manifest.get("operations")
    if not isinstance(operations, list):
        raise ManifestError(f"{file} has no list of `operations`.")
    for operation in cast("list[Any]", operations):
        if not isinstance(operation, dict):
            raise ManifestError(f"{file} has an operation that is no object.")
        told = cast("dict[str, Any]", operation)
        yield told.get("id"), told.get("body")


def _check(text: str, where: str) -> None:
    """Raises ``ManifestError`` for what is no document, or has no operation."""
    try:
        document = parsed(text, None)
    except GraphQLError as error:
        at = f" (line {error.locations[0].line})" if error.locations else ""
        message = re.sub(r"\.$", "", error.message)
        raise ManifestError(f"{where}: {message}{at}.") from None
    except RecursionError:
        raise ManifestError(f"{where} is nested too deeply.") from None
    if not operations_in(document):
        hint = "Each document is whole: its operation, and the fragments that it spreads."
        raise ManifestError(f"{where} has no operation.", hint=hint)
