"""The breaker: when a failing server is asked again."""

import pytest

from datasources.redis.breaker import Breaker


class Clock:
    """A clock that moves when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that moves when told."""
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    """A breaker that has just opened."""
    breaker = Breaker(cooldown=1.0, clock=clock)
    assert breaker.closed
    assert breaker.trip()
    return breaker


def test_opens_at_the_first_failure(breaker: Breaker):
    """One failure opens it; the next ones are no news."""
    assert not breaker.closed
    assert breaker.state == "open"
    assert not breaker.trip()


def test_probes_once_after_the_cooldown(breaker: Breaker, clock: Clock):
    """Nobody probes during the cooldown, and exactly one caller after it."""
    clock.now += 0.99
    assert not breaker.claim_probe()
    clock.now += 0.02
    assert [breaker.claim_probe() for _ in range(3)] == [True, False, False]
    assert breaker.state == "half-open"
    assert not breaker.closed


def test_closes_when_the_probe_succeeds(breaker: Breaker, clock: Clock):
    """A success closes it, which is news once."""
    clock.now += 1
    assert breaker.claim_probe()
    assert breaker.reset()
    assert breaker.closed
    assert not breaker.reset()
    assert not breaker.claim_probe()


def test_waits_again_when_the_probe_fails(breaker: Breaker, clock: Clock):
    """A failed probe starts another whole cooldown."""
    clock.now += 1
    assert breaker.claim_probe()
    assert not breaker.trip()
    clock.now += 0.9
    assert not breaker.claim_probe()
    clock.now += 0.2
    assert breaker.claim_probe()


def test_late_failures_do_not_put_off_the_probe(breaker: Breaker, clock: Clock):
    """Calls that were under way when it opened may fail later without lengthening the outage."""
    clock.now += 0.8
    breaker.trip()
    clock.now += 0.2
    assert breaker.claim_probe()
