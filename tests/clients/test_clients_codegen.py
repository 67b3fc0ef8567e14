"""graphql-codegen's types, and graphql-inspector's judgement of documents."""

from __future__ import annotations

import json
import re

from running import ROOT

from tests.npm import NEEDS_NODE, Workshop

pytestmark = NEEDS_NODE


async def test_a_typed_program_is_compiled_and_runs(
    compiled: Workshop, server_url: str, author: str
):
    """What it may not say is refused by the compiler; what it says is answered as it is typed."""
    await compiled.tool("tsc", "--project", "tsconfig.json")
    told = await compiled.told("out/program.js", f"{server_url}/graphql", author)
    assert told == {
        "carriers": ["UA", "UA"],
        "types": ["string", "number", "string"],
        "written": "typed",
        "refused": ["NOT_FOUND"],
    }


async def test_documents_are_valid_and_use_nothing_deprecated(compiled: Workshop):
    """Those of the clients, of GraphiQL's tabs and of the docs; a wrong one is told of."""
    folder = compiled.folder
    texts = [path.read_text() for path in sorted((ROOT / "models/examples").glob("*.graphql"))]
    for page in ("queries.md", "writes.md"):
        shown = (ROOT / "docs" / page).read_text("utf-8")
        texts += re.findall(r"```graphql\n((?:\{|query|mutation).*?)```", shown, re.DOTALL)
    for manifest in sorted((folder / "trusted").glob("*.json")):
        kept = json.loads(manifest.read_text())
        operations = kept.get("operations")
        texts += [each["body"] for each in operations] if operations else kept.values()
    assert len(texts) > 20
    names = [f"document-{number}.graphql" for number in range(len(texts) + 1)]
    for name, text in zip(names, ["{ nope }", *texts], strict=True):
        (folder / name).write_text(text)
    wrong, *others = await compiled.told("documents.mjs", *names)
    assert len(wrong) == 1
    assert wrong[0].startswith('Cannot query field "nope" on type "Query".')
    assert [errors for errors in others if errors] == []
