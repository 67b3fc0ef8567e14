"""Breaks things while the real server answers, and says what became of what was promised.

    python -m faults.run [killed] [frozen] [full] [overload] [slow] [rolling] [stopping] [deadlines]

Without names it is all of them. The exit status is 1 if a promise does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable

from faults.deadlines import deadlines
from faults.findings import Finding, table
from faults.full import full
from faults.overload import overload
from faults.restart import rolling, stopping
from faults.servers import WORK, Stores, stores
from faults.slow import slow
from faults.stores import frozen, killed

Scenario = Callable[[Stores], AsyncIterator[tuple[str, list[Finding]]]]
SCENARIOS: dict[str, Scenario] = {
    each.__name__: each
    for each in (killed, frozen, full, overload, slow, rolling, stopping, deadlines)
}


async def found(names: list[str]) -> list[Finding]:
    """All findings; a table of each scenario is printed as it ends."""
    WORK.mkdir(exist_ok=True)
    every: list[Finding] = []
    async with stores() as running:
        for name in names:
            async for title, findings in SCENARIOS[name](running):
                print(table(title, findings), flush=True)
                every += findings
    return every


def main() -> int:
    """Prints the tables, and how many promises hold."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCENARIOS))
    names: list[str] = options.parse_args().names or [*SCENARIOS]
    if unknown := [name for name in names if name not in SCENARIOS]:
        options.error(f"{unknown[0]} is none of {', '.join(SCENARIOS)}")
    findings = asyncio.run(found(names))
    broken = [each for each in findings if not each.holds]
    print(f"{len(findings) - len(broken)} of {len(findings)} promises hold.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
