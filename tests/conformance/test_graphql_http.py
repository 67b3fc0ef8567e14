"""The server audits of graphql-http, the reference implementation's own judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.npm import NEEDS_NODE, Workshop

HERE = Path(__file__).parent / "audit"

pytestmark = NEEDS_NODE


async def test_every_audit_is_passed(workshop: Callable[[Path], Workshop], server_url: str) -> None:
    """No audit fails, and none warns."""
    audits = await workshop(HERE).told("audit.mjs", f"{server_url}/graphql")
    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []
