"""In charge of how much each client may ask for in a while: its bucket, and what it is told of it.

The headers are those of the IETF's draft (draft-ietf-httpapi-ratelimit-headers-10).
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphql import GraphQLSchema
from starlette.types import Scope

from auth import Principal
from datasources.redis import Buckets, Taken, Want
from edge.errors import HttpError, again
from edge.requests import GraphQLRequest
from resolvers.documents.parsing import tree_in
from resolvers.limits.judging import judge_of
from resolvers.operations.known import Operations

_LEAST: Final = 1.0
"""What a request takes, though it cost nothing, or were refused."""

NAMES: Final = frozenset({b"ratelimit-policy", b"ratelimit"})
"""The headers that tell a client what is left."""

TOLD: Final = "bigraph.rates"
"""Where in a request's scope the headers are that tell its client what is left."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How much one client may ask for within ``window`` seconds, in costs of operations.

    ``operations`` are quotas of their own of operations with these names, beside that of all.
    """

    quota: float
    window: float = 60.0
    operations: Mapping[str, float] = field(default_factory=dict[str, float])

    def wants(self, client: str, operation: str | None, cost: float) -> Iterator[Want]:
        """What such an operation takes; one that costs more than a whole bucket takes all of it."""
        cost = max(cost, _LEAST)
        yield Want(client, self.quota, self.window, min(cost, self.quota))
        if operation is not None and (quota := self.operations.get(operation)) is not None:
            name = f"{client}:{_digest(operation)}"
            yield Want(name, quota, self.window, min(cost, quota))


class Charging:
    """Takes from clients' buckets what their operations are estimated to cost."""

    def __init__(
        self, rates: Rates, buckets: Buckets, schema: GraphQLSchema, operations: Operations
    ) -> None:
        self._rates = rates
        self._buckets = buckets
        self._judge = judge_of(schema)
        self._operations = operations

    async def charge(
        self, scope: Scope, principal: Principal, asked: GraphQLRequest
    ) -> Sequence[tuple[bytes, bytes]]:
        """The headers that tell what is left; raises ``HttpError`` if there was not enough."""
        wants = [*self._rates.wants(client_of(scope, principal), *self._operation(asked))]
        taken = await self._buckets.take(wants)
        if taken.wait:
            raise _refusal(taken, wants)
        return [(name.encode(), text.encode()) for name, text in _told(taken, wants).items()]

    def _operation(self, asked: GraphQLRequest) -> tuple[str | None, float]:
        """The name of an operation, and its estimated cost; nothing of what will be refused."""
        given = asked.variables or {}
        found = self._operations.find(asked.query, asked.operation_name)
        if found is not None:
            return found.document.name, found.cost(given)
        tree = tree_in(asked.query, asked.operation_name, self._judge.limits)
        if tree is None:
            return asked.operation_name, 0.0
        name = tree.node.name.value if tree.node.name else None
        return name, self._judge.cost(*tree, given)


def client_of(scope: Scope, principal: Principal) -> str:
    """Names whose bucket it is: who asks, or of whom that is not known the address.

    Of IPv6 it is the network, of which one client has all addresses.
    """
    if principal.subject is not None:
        return _digest(f"{principal.issuer} {principal.subject}")
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _digest(host)
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return _digest(str(mapped or ipaddress.ip_network((address, 64), strict=False)))
    return _digest(host)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _refusal(taken: Taken, wants: Sequence[Want]) -> HttpError:
    seconds = math.ceil(taken.wait)
    message = f"Too much was asked for in too short a time; ask again in {seconds} s."
    hint = "Ask for less at once: `GraphQL-Cost: report` says what an operation costs."
    headers, later = _told(taken, wants), again(seconds)
    return HttpError(429, "RATE_LIMITED", message, headers=headers, hint=hint, details=later)


def _told(taken: Taken, wants: Sequence[Want]) -> dict[str, str]:
    """Both headers: the policies, and what is left by each, with when it will be full again."""
    policies: list[str] = []
    left: list[str] = []
    for name, want, has in zip(("client", "operation"), wants, taken.left, strict=False):
        policies.append(f'"{name}";q={want.quota:.0f};w={want.window:.0f}')
        full = math.ceil((want.quota - has) * want.window / want.quota)
        left.append(f'"{name}";r={max(0, has)};t={full}')
    return {"ratelimit-policy": ", ".join(policies), "ratelimit": ", ".join(left)}
