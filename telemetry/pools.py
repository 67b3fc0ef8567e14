"""In charge of how a pool of connections is used: what it tells, and as what that is read."""

from collections.abc import Iterator
from typing import NamedTuple

from telemetry.measures import Gauge

_POOL = "db_client_connection_pool_name"
_STATE = "db_client_connection_state"


class PoolUse(NamedTuple):
    """How a pool is used at a moment: connections, and those who wait for one."""

    system: str
    most: int
    used: int
    idle: int
    waiting: int


def pool_gauges(use: PoolUse) -> Iterator[Gauge]:
    """The same by the names of OpenTelemetry's conventions."""
    pool = {_POOL: use.system}
    counts = "Connections of a pool, by whether somebody uses them."
    for state, number in (("used", use.used), ("idle", use.idle)):
        yield Gauge("db_client_connection_count", counts, {**pool, _STATE: state}, number)
    most = "Connections that a pool may have."
    yield Gauge("db_client_connection_max", most, pool, use.most)
    waiting = "Those who wait for a connection."
    yield Gauge("db_client_connection_pending_requests", waiting, pool, use.waiting)
