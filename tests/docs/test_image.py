"""The production image holds all that the server imports."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_room_of_the_server_enters_the_image() -> None:
    """`.dockerignore` lists by name what may enter; a new folder is easily forgotten there."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    ours = {path.stem for path in ROOT.glob("*.py")} | {p.parent.name for p in ROOT.glob("*/*.py")}
    found, waiting = set[str](), {"server", "models", "extensions"}
    while waiting:
        name = waiting.pop()
        found.add(name)
        files = (
            [ROOT / f"{name}.py"] if (ROOT / f"{name}.py").exists() else (ROOT / name).rglob("*.py")
        )
        trees = [ast.parse(path.read_text("utf-8")) for path in files]
        modules = {
            module.split(".")[0]
            for tree in trees
            for node in ast.walk(tree)
            for module in _imported(node)
        }
        waiting |= (modules & ours) - found
    missing = {n for n in found if n not in allowed and f"{n}.py" not in allowed}
    assert missing == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
