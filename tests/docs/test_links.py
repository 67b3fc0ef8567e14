"""What pages name is there: the file of a link, and its heading; and files by their names."""

import os
import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s#:]*)(?:#([^)\s]+))?\)")
_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def headings(page: Path) -> set[str]:
    """As links name them."""
    text = _CODE.sub("", page.read_text("utf-8"))
    titles = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Those within the repository."""
    lost: list[str] = []
    for path, heading in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        target = (page.parent / path) if path else page
        if not target.exists() or (heading and heading not in headings(target.resolve())):
            lost.append(f"{path}#{heading}")
    assert not lost


_NAMED = re.compile(r"`([\w.*/-]+\.(?:py|md|json|ya?ml|toml|graphql|js|ts|sh|svg|png|ini|txt))`")
YOURS = {
    "app/codegen/gql/persisted-documents.json", "apollo.js", "codegen.json", "Name.graphql",
    "persisted-documents.json", "relay.config.json", "relay.js", "urql.js",
}  # fmt: skip
"""Files of those who read the page."""


@cache
def files() -> list[str]:
    """Those of the repository, from its root, each with a slash before it."""
    found: list[str] = []
    for folder, folders, names in os.walk(ROOT):
        kept = [each for each in folders if each[0] != "." or each in {".ci", ".github"}]
        folders[:] = [each for each in kept if each != "node_modules"]
        found += [f"/{(Path(folder) / name).relative_to(ROOT)}" for name in names]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_are_there(page: Path) -> None:
    """By their whole path, or by its end, where the page has said the folder."""
    named = set(_NAMED.findall(_CODE.sub("", page.read_text("utf-8")))) - YOURS
    lost = [name for name in named if not any(fnmatch(path, f"*/{name}") for path in files())]
    assert sorted(lost) == []
