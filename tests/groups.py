"""In charge of groups: tests that share servers and so a process; and of the names in reports."""

from __future__ import annotations

import re

import pytest

_WITH_MONGO = {"agreement", "laws", "machine", "mongo", "sample", "server", "viewers", "writes"}
"""The groups of tests whose sources ask a MongoDB by the driver that is to be tested."""


@pytest.hookimpl(tryfirst=True)  # before the one that reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share servers run in one process, if there are several, as in `make test`.

    All others run one by one in whichever has nothing left to do. Those that may take longest
    begin, so that all processes end together.
    """
    items.sort(key=_most_seconds, reverse=True)
    for item in items:
        if group := _group_of(item):
            item.add_marker(pytest.mark.xdist_group(group))
        if group in _WITH_MONGO:
            item.add_marker(pytest.mark.mongo)


def _most_seconds(item: pytest.Item) -> float:
    """How long a test says that it may take."""
    limit = item.get_closest_marker("timeout")
    return limit.args[0] if limit else 0


def _group_of(item: pytest.Item) -> str | None:
    if "sample_servers" in getattr(item, "fixturenames", ()):
        return "sample"
    return item.path.parent.name if _shares(item) else None


def _shares(item: pytest.Item) -> bool:
    """Whether a test is given what outlives it; or may be, by a fixture that asks for others."""
    if not isinstance(item, pytest.Function):
        return True
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    if "request" in item.fixturenames and "memory" not in parameters:
        return True
    fixtures = (each for found in item._fixtureinfo.name2fixturedefs.values() for each in found)
    return any(each.scope != "function" and each.baseid.startswith("tests") for each in fixtures)


@pytest.hookimpl(tryfirst=True)  # before the one that remembers which failed
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Reports call a test by its own name, without the group that pytest-xdist puts behind it.

    By that name nobody could run it again: pytest would find none of those that failed, and so run
    all there are.
    """
    if hasattr(report, "node"):  # it came from another process, which must not see it changed
        report.nodeid = _GROUP.sub("", report.nodeid)


_GROUP = re.compile(r"@\w+$")
