"""In charge of what varies between the requests of a shape: its variables, the same for all."""

from __future__ import annotations

from random import Random
from typing import Any

Variables = dict[str, Any]
FLIGHTS = 336_776
DESTINATIONS = ("AUS", "BNA", "BUF", "CHS", "CLE", "CVG", "DSM", "IND", "MSY", "PIT", "RIC", "SDF")
"""Of some hundreds to some thousands of flights each."""


def one_flight(random: Random) -> Variables:
    """Any flight of the year."""
    return {"id": random.randint(1, FLIGHTS)}


def a_page(random: Random) -> Variables:
    """A place to start a page at, with 5,000 flights behind it."""
    return {"after": random.randint(0, FLIGHTS - 5_000)}


def one_of_few_pages(random: Random) -> Variables:
    """One of twenty places to start a page at, so that a cache can hold what is behind them."""
    return {"after": random.randint(0, 19) * 16_000}


def some_planes(random: Random) -> Variables:
    """A tail number to begin after, with more than 20 planes behind it."""
    return {"after": f"N{random.randint(100, 950)}"}


def some_delay(random: Random) -> Variables:
    """A destination, and minutes of delay that a quarter to a tenth of its flights had."""
    return {"dest": random.choice(DESTINATIONS), "delay": random.randint(15, 60)}


def some_airlines(random: Random) -> Variables:
    """A code to begin after, with five airlines behind it; and a flight to begin after."""
    return {"carrier": random.choice("0ABDEFG"), "after": random.randint(0, FLIGHTS - 50_000)}
