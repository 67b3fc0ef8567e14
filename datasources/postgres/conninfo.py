"""In charge of the database's URL: checking it, and what every session of ours is set to."""

from __future__ import annotations

import re
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catalog.gauges import LEAST_SIMILARITY

_SCHEME = re.compile(r"postgres(ql)?(\+\w+)?://", re.IGNORECASE)
_EXPECTED = "expected postgresql://user:password@host:port/database"


def conninfo_of(url: str, *, statement_timeout: float, writes: bool = False) -> str:
    """The URL, which may be in SQLAlchemy's form, with our session settings, as libpq takes it.

    ``statement_timeout`` is in seconds. Unless it ``writes``, the database itself lets nothing
    that a session calls change anything. Raises ValueError, whose one line names no password, for a
    URL that cannot work.
    """
    parameters = _parsed(url.strip())
    ours = {
        "TimeZone": "UTC",
        "DateStyle": "ISO",
        "extra_float_digits": "1",  # as many as a number has, whatever the database is set to
        # What the operator % of pg_trgm says is then what our conditions rely on.
        "pg_trgm.similarity_threshold": str(LEAST_SIMILARITY),
        "statement_timeout": str(max(1, round(statement_timeout * 1000))),
        **({} if writes else {"default_transaction_read_only": "on"}),
    }
    options = " ".join(f"-c {name}={value}" for name, value in ours.items())
    parameters["options"] = f"{parameters.get('options') or ''} {options}".strip()
    parameters["client_encoding"] = "UTF8"
    parameters.setdefault("application_name", "bigraph")
    # A peer that vanished without a word is given up after five seconds, in ms.
    parameters.setdefault("tcp_user_timeout", "5000")
    return make_conninfo("", **parameters)


def _parsed(url: str) -> dict[str, Any]:
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise ValueError(f"The Postgres URL has another scheme: {_EXPECTED}.")
    try:
        parameters = conninfo_to_dict(f"postgresql://{url[scheme.end() :]}")
    except ProgrammingError as error:
        raise ValueError(f"The Postgres URL is malformed: {_reason(error)}.") from None
    ports = str(parameters.get("port") or "5432").split(",")
    if not all(port.isdecimal() and 0 < int(port) < 65536 for port in ports):  # noqa: PLR2004
        raise ValueError("The Postgres URL is malformed: its port is no number from 1 to 65535.")
    return parameters


def _reason(error: ProgrammingError) -> str:
    # Only the name of an unknown parameter is sure to hold no secret.
    found = re.search(r'invalid URI query parameter: "(\w+)"', str(error))
    return f"there is no parameter {found[1]!r}" if found else _EXPECTED
