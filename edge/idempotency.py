"""In charge of the `Idempotency-Key` header: which request it makes of a mutation, how it is told.

The header is that of the IETF's draft, whose value is a text in quotes, or as most clients send it,
without them. Queries may have one, which means nothing there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from graphql import GraphQLError, OperationType

from auth import Principal
from datasources.errors import KeyInUse
from edge.errors import HttpError, again, told
from edge.graph import Graph
from edge.requests import GraphQLRequest, Headers, header
from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.parsing import tree_in
from resolvers.errors import KeyReusedError
from resolvers.limits.limits import limits_of
from resolvers.operations.idempotency import IdempotencyKey
from resolvers.operations.once import Once
from resolvers.uploads import Upload
from resolvers.writes.others import others_in

HEADER: Final = b"idempotency-key"
REPEATED: Final = ((b"idempotent-replayed", b"true"),)
"""What Stripe and others say of an answer that is an earlier one."""

_LONGEST: Final = 255
_AGAIN_SECONDS: Final = 1
# RFC 8941: a String, in which two characters are escaped; else what needs no quotes.
_QUOTED: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])+)"')
_BARE: Final = re.compile(r"[!#-+\--:<-\[\]-~]+")


def key_in(headers: Headers) -> str:
    """The key of a request that has the header. Raises ``HttpError``."""
    text = header(headers, HEADER).strip()
    if quoted := _QUOTED.fullmatch(text):
        key = re.sub(r"\\(.)", r"\1", quoted[1])
    else:
        key = text if _BARE.fullmatch(text) else ""
    if not 0 < len(key) <= _LONGEST:
        message = f"The Idempotency-Key must be one text of 1 to {_LONGEST} visible characters."
        hint = 'Send a UUID, as in `Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"`.'
        raise HttpError(400, "IDEMPOTENCY_KEY_INVALID", message, hint=hint)
    return key


def once_of(graph: Graph, context: Context, key: str, asked: GraphQLRequest) -> Once | None:
    """The request as one that is written once; None if it writes nothing.

    Raises ``HttpError`` if it does what cannot be promised to be done once.
    """
    others = _others(graph, asked)
    if others is None:
        return None
    if others:
        message = f"{', '.join(others)} may do what no transaction of ours can keep from twice."
        hint = "Send fields of your own without an Idempotency-Key, apart from generated ones."
        raise HttpError(400, "IDEMPOTENCY_KEY_UNFIT", message, hint=hint)
    principal = context.principal
    name = _digest([principal.issuer, principal.subject, key])
    kept = IdempotencyKey(name, _request(asked, principal, context.claims), graph.idempotency_ttl)
    variables = asked.variables or {}
    return Once(kept, graph.schema, variables, _told, context.means.beginning)


def written_once(context: Context, once: Once) -> Context:
    """The context of whose writes are kept with their answer."""
    return replace(context, once=once, means=replace(context.means, beginning=once.beginning))


def unfit_for_all() -> HttpError:
    """Of a key that comes with several requests, of which it cannot be for each."""
    message = "An Idempotency-Key is for one request, and this body holds several."
    hint = "Send the one that writes by itself."
    return HttpError(400, "IDEMPOTENCY_KEY_UNFIT", message, hint=hint)


def refused(error: KeyInUse | KeyReusedError) -> HttpError:
    """How it is told that a key cannot be used."""
    match error:
        case KeyInUse():
            later = again(_AGAIN_SECONDS)
            return HttpError(409, error.code, error.message, hint=error.hint, details=later)
        case KeyReusedError():
            return HttpError(422, error.code, error.message, hint=error.hint)


def _others(graph: Graph, asked: GraphQLRequest) -> list[str] | None:
    """The fields of a mutation that are not the engine's; None if it is none, or is not valid."""
    core = core_of(graph.schema)
    tree = tree_in(asked.query, asked.operation_name, limits_of(core))
    if tree is None or tree.node.operation is not OperationType.MUTATION:
        return None
    return others_in(core, tree)


def _request(asked: GraphQLRequest, principal: Principal, claims: Mapping[str, Any]) -> str:
    """Tells what is asked, and by which rights: another's answer is not for who has fewer."""
    rights = [sorted(principal.scopes), sorted(principal.roles), claims]
    return _digest([asked.query, asked.operation_name, asked.variables or {}, rights])


def _digest(parts: Any) -> str:
    try:
        text = json.dumps(parts, sort_keys=True, default=_comparable)
    except RecursionError:
        raise HttpError(400, "BAD_REQUEST", "A variable is nested too deeply.") from None
    return hashlib.sha256(text.encode()).hexdigest()


def _told(error: GraphQLError) -> Mapping[str, Any]:
    return told(error, before_execution=False)


def _comparable(value: object) -> None:
    """Nothing, for a claim that is not there."""
    if isinstance(value, Upload):
        message = "A request with files has no Idempotency-Key: files are not compared."
        hint = "Send the files without the key, and write what becomes of them with one."
        raise HttpError(400, "IDEMPOTENCY_KEY_UNFIT", message, hint=hint)
