"""In charge of an issuer in this process, whose clock stands still."""

from pathlib import Path

from datasources.redis import Replays
from edge.issuer import OwnIssuer
from edge.issuer.parts import Parts
from edge.issuer.people import Person


class Clock:
    """Tells the time that it is set to, in seconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def own_issuer(folder: Path, origin: str = "http://127.0.0.1:8000") -> OwnIssuer:
    """One with a single person."""
    return OwnIssuer(origin, folder, (Person(subject="ada", scopes=("read",)),))


def parts_at(folder: Path, clock: Clock) -> Parts:
    """The issuer of a folder, without a Redis."""
    return Parts(own_issuer(folder), Replays(None), clock)
