"""In charge of reading a GraphQL-over-HTTP request: its parameters, checked, from POST or GET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope

from catalog.errors import exceeded
from edge.bodies import body_of, too_long
from edge.errors import HttpError
from edge.gzipped import gunzip_of
from edge.media import check_body_type
from edge.persisted.naming import IDS, named_in
from edge.transport import taken_whole
from resolvers.uploads import Upload

_NAMED: Final = frozenset({"query", "operationName", "variables", "extensions", *IDS})
_PARAMETERS: Final = 100  # in an address, those of others among them

Headers = Mapping[bytes, bytes]
"""By their names in lower case, as ASGI has them."""


class GraphQLRequest(NamedTuple):
    """The parameters that the GraphQL-over-HTTP specification names."""

    query: str
    """Empty as long as only its name is known."""
    operation_name: str | None
    variables: dict[str, Any] | None
    files: Sequence[Upload] = ()
    """Those among the variables, which are to be closed."""
    explain: bool = False
    """Whether it is asked how it is answered, by `extensions`."""
    named: str | None = None
    """How the document is named, by an id or a hash, in place of its text or beside it."""
    is_new: bool = False
    """Whether its document may be kept for those who will name it."""
    by_id: bool = False
    """Whether it came without the text that it has now."""
    untrusted: bool = False
    """Whether its client is to be warned, since its document is not trusted."""

    def close(self) -> None:
        """Lets go of the files."""
        for file in self.files:
            file.close()


def headers_in(scope: Scope) -> Headers:
    """A request's headers; several of one name as the one list that they mean."""
    sent = scope["headers"]
    headers: dict[bytes, bytes] = dict(sent)
    if len(headers) < len(sent):
        for name in headers:
            headers[name] = b",".join([value for key, value in sent if key == name])
    return headers


def header(headers: Headers, name: bytes) -> str:
    """A header's text; empty if it is not there."""
    return headers.get(name, b"").decode("latin-1")


def headers_of(scope: Scope, name: bytes) -> list[str]:
    """All headers of this name, each by itself, which is in lower case as ASGI has it."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def parameters_of(scope: Scope) -> QueryParams:
    """The parameters in the address."""
    return QueryParams(scope["query_string"])


class Batch(NamedTuple):
    """Several requests in one body, each as it came."""

    requests: Sequence[Any]


async def read_request(
    scope: Scope, headers: Headers, receive: Receive, max_body_bytes: int, batch_limit: int = 0
) -> GraphQLRequest | Batch:
    """The request's parameters; raises ``HttpError`` for whatever is wrong with them."""
    if scope["method"] != "POST":
        return checked(_from_address(scope["query_string"], max_body_bytes))
    check_body_type(headers.get(b"content-type", b""))
    gunzip = None
    if b"content-encoding" in headers:
        gunzip = gunzip_of(header(headers, b"content-encoding"), max_body_bytes)
    content = taken_whole(receive) if gunzip is None else None
    if content is None:
        content = await body_of(scope, receive, max_body_bytes, gunzip)
    elif len(content) > max_body_bytes:
        raise too_long(len(content), max_body_bytes)
    body = json_in(content, "The body")
    if isinstance(body, list):
        return _batch(cast("list[Any]", body), batch_limit)
    return checked(body)


def _batch(requests: list[Any], limit: int) -> Batch:
    if not limit:
        message = "Several requests in one body are refused here."
        hint = "Send each by itself, or all fields as one operation."
        raise HttpError(400, "BATCHING_DISABLED", message, hint=hint)
    if not requests:
        raise _bad("The body holds no request.")
    if len(requests) > limit:
        message = f"The body holds {len(requests)} requests; {limit} may be in one."
        raise HttpError(400, "BATCH_TOO_LARGE", message, details=exceeded(len(requests), limit))
    return Batch(requests)


def _from_address(said: bytes, most: int) -> dict[str, Any]:
    """The parameters in an address, each of which may be there once."""
    if len(said) > most:
        message = f"The address has more than {most} bytes of parameters."
        close, much = {"connection": "close"}, exceeded(len(said), most)
        raise HttpError(414, "ADDRESS_TOO_LONG", message, headers=close, details=much)
    try:
        pairs = parse_qsl(said.decode("ascii"), errors="strict", max_num_fields=_PARAMETERS)
    except ValueError:
        raise _bad("The address is not UTF-8, or has too many parameters.") from None
    told: dict[str, Any] = {name: text for name, text in pairs if name in _NAMED}
    if len(told) < sum(name in _NAMED for name, _ in pairs):
        raise _bad("The address says a parameter twice.")
    for name in ("variables", "extensions"):
        if name in told:
            told[name] = json_in(told[name].encode(), f"`{name}`")
    return told


def json_in(content: bytes, what: str) -> Any:
    """The value of a text; raises ``HttpError`` if it is none."""
    try:
        return orjson.loads(content)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        message = f"{what} is not JSON in UTF-8, or holds a number that is too large."
        raise _bad(message) from None


def checked(values: Any) -> GraphQLRequest:
    """The parameters among these values. Raises ``HttpError``."""
    if not isinstance(values, dict):
        raise _bad("A request must be a JSON object.")
    raw = cast("dict[str, Any]", values)
    query, name = raw.get("query"), raw.get("operationName")
    variables, extensions = raw.get("variables"), raw.get("extensions")
    named = named_in(raw) if query is None or extensions else None
    if (named is None or query is not None) and (
        not isinstance(query, str) or not query or query.isspace()
    ):
        raise _bad("`query` must be a string that holds a GraphQL document.")
    if name is not None and not isinstance(name, str):
        raise _bad("`operationName` must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("`variables` must be an object.")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad("`extensions` must be an object.")
    explain = extensions is not None and raw["extensions"].get("explain") is True
    return GraphQLRequest(query or "", name or None, raw.get("variables"), (), explain, named)


def _bad(message: str) -> HttpError:
    return HttpError(400, "BAD_REQUEST", message)
