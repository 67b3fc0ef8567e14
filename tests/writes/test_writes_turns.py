"""Many rows are looked at some at a time: others have their turn of the event loop meanwhile."""

import asyncio
import sys
from typing import Any

import pytest
from club import Club

MANY = 500
LOOKED_AT = {"new": "/trees.py", "_one": "/trees.py", "row": "/judging.py"}
"""What is called for each row, and where: as its input is read, and as the row is judged."""

CONNECTED = [{"title": f"t{at}", "member": {"connect": {"id": 1}}} for at in range(MANY)]
WRITES = {
    "rows that connect": (
        """mutation ($given: [TaskCreate!]!) {
          createTasks(input: $given) { ... on TaskListWritten { affected } } }""",
        CONNECTED,
    ),
    "rows within a row": (
        """mutation ($given: TeamCreate!) {
          createTeam(input: $given) { ... on TeamWritten { affected } } }""",
        {"name": "Greens", "members": {"create": [{"email": f"m{n}@x"} for n in range(MANY)]}},
    ),
    "rows within a change": (
        """mutation ($given: MemberUpdateTasks!) { updateMember(id: 1, input: {tasks: $given}) {
          ... on MemberWritten { affected } } }""",
        {"create": [{"title": f"t{at}"} for at in range(MANY)]},
    ),
}


@pytest.mark.parametrize(("query", "given"), WRITES.values(), ids=WRITES)
async def test_no_more_than_some_rows_are_looked_at_in_one_turn(query: str, given: Any):
    """Whether they stand in a list, or within one row."""
    most = in_turn = looked_at = 0

    def noted(frame: Any, event: str, _argument: Any) -> None:
        nonlocal in_turn, looked_at, most
        # By its name first: this is asked of all that is called.
        file = LOOKED_AT.get(frame.f_code.co_name)
        if file and event == "call" and frame.f_code.co_filename.endswith(file):
            in_turn, looked_at = in_turn + 1, looked_at + 1
            most = max(most, in_turn)

    async def others() -> None:
        nonlocal in_turn
        while True:
            in_turn = 0
            await asyncio.sleep(0)

    club, waiting = Club(), asyncio.create_task(others())
    before: Any = sys.getprofile()
    sys.setprofile(noted)
    try:
        answer = await club.ask(query, given=given)
    finally:
        sys.setprofile(before)
        waiting.cancel()
    assert "errors" not in answer
    assert "affected" in str(answer["data"])
    assert looked_at >= MANY
    assert most <= 200
