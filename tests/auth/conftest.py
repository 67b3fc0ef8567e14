"""In charge of what the tests of signing in share: an issuer on this machine, and a door."""

from collections.abc import AsyncGenerator, Callable

import pytest
from issuing import Door, TestIssuer, running_issuer

from auth.issuers import Issuer


@pytest.fixture(scope="session")
async def running() -> AsyncGenerator[TestIssuer]:
    """An issuer on this machine, for all tests."""
    async with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: TestIssuer) -> TestIssuer:
    """An issuer that answers, and was asked nothing yet."""
    running.begin()
    return running


@pytest.fixture
async def door_of() -> AsyncGenerator[Callable[..., Door]]:
    """Makes doors that believe issuers."""
    doors: list[Door] = []

    def make(*issuers: Issuer) -> Door:
        doors.append(Door(*issuers))
        return doors[-1]

    yield make
    for door in doors:
        await door.authenticator.close()


@pytest.fixture
async def door(issuer: TestIssuer, door_of: Callable[..., Door]) -> Door:
    """A door that believes the issuer."""
    return door_of(issuer.issuer())
