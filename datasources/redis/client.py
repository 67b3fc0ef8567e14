"""In charge of the connection to Redis or Valkey: its URL, its patience, and why it failed."""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from datasources.redis.pool import Pool

SOCKET_SECONDS: Final = 0.25
"""How long anything may take in the background: to connect, to send, to be answered."""

_SCHEMES: Final = ("redis", "rediss", "unix")
_OPTIONS: Final = (
    *("db", "username", "password"),
    *("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"),
)


def client_for(url: str, name: str, *, pool_size: int, seconds: float = SOCKET_SECONDS) -> Redis:
    """A client that connects when first used, and waits for so long at each step.

    Its ``name`` is that of what asks by it, for those who look how its connections are used.
    Raises ValueError, naming no part of the URL.
    """
    _check(url)
    options: dict[str, Any] = {
        "max_connections": pool_size,
        "timeout": seconds,
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        # Retries are the breaker's affair.
        "retry": Retry(NoBackoff(), 0),
        # With these a new connection needs no round trip of its own.
        "protocol": 2,
        "driver_info": None,
    }
    try:
        pool = Pool(name, **parse_url(url), **options)
        pool.make_connection()
    except Exception as error:  # noqa: BLE001 - what it says may quote the password
        raise ValueError(f"The Redis URL cannot be used: {type(error).__name__}.") from None
    return Redis.from_pool(pool)


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(
            "The Redis URL has no valid host and port; / ? # @ in a password are %2F %3F %23 %40."
        ) from None
    if parts.scheme not in _SCHEMES:
        raise ValueError("The Redis URL must begin with redis://, rediss:// or unix://.")
    if port == 0 or (parts.scheme == "unix" and not parts.path):
        raise ValueError("The Redis URL needs a port above 0, or for unix:// a path.")
    if parts.scheme != "unix" and not (parts.path or "/0").strip("/").isdigit():
        raise ValueError("The Redis URL may end in the number of a database only, such as /0.")
    if not parse_qs(parts.query).keys() <= set(_OPTIONS):
        raise ValueError(f"The Redis URL takes these options only: {', '.join(_OPTIONS)}.")


def reason_of(error: BaseException) -> str:
    """Why the server could not be asked, in a few words without credentials."""
    match error:
        case TimeoutError() | RedisTimeoutError():
            return "no answer in time"
        case AuthenticationError():
            return "it refuses the credentials"
        case BusyLoadingError():
            return "it is loading its data"
        case RedisConnectionError():
            return str(error).partition("\n")[0]
        case _:
            return type(error).__name__
