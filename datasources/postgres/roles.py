"""In charge of whether Postgres's row-level security holds for the roles that it is told.

Superusers, roles with BYPASSRLS and the owners of tables are not held to any policy, and nothing
shows it: all rows are there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import Any, Final

from catalog.entity import Entity
from datasources.errors import RoleUnfit, StoreError, StoreTimeout, StoreUnavailable
from datasources.postgres.rows import Layout
from datasources.postgres.session import Result
from datasources.postgres.statements import Call, Statement
from datasources.postgres.statistics import table_names
from datasources.postgres.values import Bound
from datasources.postgres.viewers import Roles, Telling, telling

_FITNESS: Final = """WITH served AS (
  SELECT name, relowner, relforcerowsecurity, relrowsecurity OR EXISTS (
    SELECT FROM pg_options_to_table(reloptions)
    WHERE relkind = 'v' AND option_name = 'security_invoker' AND option_value::bool) AS guarded
  FROM (SELECT DISTINCT unnest($1::text[]) AS name) AS named
  JOIN pg_class ON pg_class.oid = to_regclass(name))
SELECT rolsuper, rolbypassrls,
  (SELECT string_agg(name, ', ' ORDER BY name) FROM served
    WHERE pg_has_role(relowner, 'USAGE') AND NOT relforcerowsecurity),
  (SELECT string_agg(name, ', ' ORDER BY name) FROM served WHERE NOT guarded)
FROM pg_roles WHERE rolname = current_user"""

_HINT: Final = "Set it to one without such rights, of which the user of DATABASE_URL is a member."

_Run = Callable[[Sequence[Call], Telling], Awaitable[Sequence[Result]]]
"""What gives the results of statements for somebody whom Postgres is told."""


async def check_held(roles: Roles, entities: Sequence[Entity], run: _Run) -> Sequence[str]:
    """The tables and views that show a role all of their rows: they have no policies.

    Raises ``RoleUnfit`` if no policy holds for a role; ``StoreError`` if there is no telling.
    """
    statement = Statement(_FITNESS, [Bound(0, table_names)], Layout(0, None, None), "pg_roles")
    call = statement.call([entities], ())
    found = [_unguarded(role, await _looked_at(role, call, run)) for role in roles.names]
    return [*dict.fromkeys(chain.from_iterable(found))]


async def _looked_at(role: str, call: Call, run: _Run) -> Sequence[Any]:
    try:
        ((rows, _),) = await run([call], telling(role))
    except (StoreUnavailable, StoreTimeout):
        raise
    except StoreError as error:
        raise _unfit(role, f"cannot be had: {error.__cause__}") from error
    return rows[0]


def _unguarded(role: str, found: Sequence[Any]) -> Sequence[str]:
    is_super, bypasses, owned, unguarded = found
    if is_super:
        raise _unfit(role, "is a superuser")
    if bypasses:
        raise _unfit(role, "has BYPASSRLS")
    if owned:
        raise _unfit(role, f"owns {owned}, or is a member of who does")
    return unguarded.split(", ") if unguarded else ()


def _unfit(role: str, reason: str) -> RoleUnfit:
    message = f"Row-level security would not hold: the role {role!r} {reason.strip()}."
    return RoleUnfit("postgres", message, hint=_HINT)
