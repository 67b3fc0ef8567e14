"""In charge of the GraphQL endpoint: GraphQL over HTTP, from a request to its answer.

who asks → read → execute → tell errors → reply in the media type that was asked for
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from auth import ANONYMOUS, Principal
from edge import busy, caching, costs, idempotency, insight, rates
from edge.errors import DocumentError, HttpError, unexpected
from edge.executing import Executing, unexecuted
from edge.identity import shows_any, who_asks
from edge.media import (
    GRAPHQL_RESPONSE,
    JSON,
    answer_type,
    names_parts,
    wants_events,
    wants_page,
)
from edge.mixed import Mixed
from edge.persisted.naming import IDS
from edge.places import check_places
from edge.replies import PRIVATE, Bodies, Body, Reply, for_get, sent
from edge.requests import (
    Batch,
    GraphQLRequest,
    Headers,
    checked,
    header,
    headers_in,
    parameters_of,
    read_request,
)
from edge.rules import SAFE, HttpRules
from edge.sites import check_meant
from edge.slow import log_slow
from edge.uploads import UploadLimits, brings_files, read_uploads
from edge.watch import Ending, Watch, refusal
from resolvers.documents.info import core_of
from telemetry import Tally, begin, current, log_request, measures

_this_task = cast("Callable[[], asyncio.Task[Any]]", asyncio.current_task)
"""Where there is one, as in every request."""

_ASKED_BY: Final = {"query", "extensions", *IDS}


class Endpoint:
    """Answers GraphQL requests over HTTP: an ASGI app of its own, for it is on everybody's way.

    Those whose answers are ``streams`` of events are that app's.
    """

    def __init__(
        self,
        executing: Executing,
        *,
        max_body_bytes: int,
        page: str | None,
        streams: ASGIApp,
        uploads: UploadLimits | None = None,
        rules: HttpRules = SAFE,
    ) -> None:
        self._executing = executing
        self._graph = graph = executing.graph
        self._documents = graph.documents
        self._is_guarded = graph.documents.trusted is not None
        self._is_charged = graph.charging is not None
        self._rules = rules
        cookies, tokens = graph.browsers is not None, graph.authenticator is not None
        self._varies = caching.vary(tokens=tokens, cookies=cookies)
        self._max_body_bytes = max_body_bytes
        self._page = page
        self._streams = streams
        self._uploads = uploads
        self._watch = Watch(rules.seconds)
        self._mixed = Mixed(executing, self._watch)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request, and its line in the log.

        What goes wrong here is told without its detail, and raised for the server to log it.
        """
        headers = headers_in(scope)
        if self._page and _opened_in_browser(scope, headers):
            await RedirectResponse(self._page)(scope, receive, send)
            return
        if wants_events(headers.get(b"accept", b"")):
            await self._streams(scope, receive, send)
            return
        reply = None
        tally = begin(header(headers, b"traceparent") if b"traceparent" in headers else None)
        if (measured := measures.installed) is not None:
            measured.active += 1
        try:
            reply = await self._reply(scope, headers, (receive, send), tally)
        except Exception:
            reply = Reply(500, JSON, Body(None, [unexpected()]))
            raise
        finally:
            if reply is not None and scope["method"] != "POST":
                reply = for_get(reply, headers, self._varies)
            self._log(tally, scope["method"], reply)
            if reply is not None and not reply.is_sent:
                await sent(send, reply, headers, self._rules.gzip_from)

    async def _reply(  # noqa: PLR0915 (the stages of a request, one after the other)
        self, scope: Scope, headers: Headers, client: tuple[Receive, Send], tally: Tally
    ) -> Reply:
        media_type, principal = JSON, ANONYMOUS
        watch, task = self._watch, _this_task()
        try:
            media_type = answer_type(headers.get(b"accept", b""))
            if shows_any(headers):  # most do not, and to wait for that takes longer than to look
                principal = await who_asks(scope, headers, self._graph)
            by_get = scope["method"] != "POST"
            if self._uploads is not None and not by_get and brings_files(headers):
                body = await self._with_files(scope, headers, client[0], principal, self._uploads)
            else:
                asked = await read_request(
                    scope, headers, client[0], self._max_body_bytes, self._rules.batch_limit
                )
                watch.enter(task, (time.monotonic(), client[0], tally), headers)
                if isinstance(asked, Batch):
                    return await self._reply_to_all(asked, headers, principal, scope)
                if by_get and self._rules.guards_get:
                    check_meant(headers, "by GET")
                if self._is_guarded or asked.named is not None:
                    asked = await self._documents.meant(asked)
                if self._is_charged:
                    await self._executing.charge(scope, principal, asked)
                body = await (
                    self._mixed.answer(asked, headers, principal, (scope, client[1]), task)
                    if names_parts(headers.get(b"accept", b""))
                    else self._executing.execute(asked, principal, by_get=by_get)
                    if by_get or idempotency.HEADER not in headers
                    else self._executing.execute_once(asked, principal, idempotency.key_in(headers))
                )
                if isinstance(body, Reply):
                    return body
                if (
                    (by_get and asked.by_id)
                    or asked.is_new
                    or asked.untrusted
                    or costs.HEADER in headers
                ):
                    body = await self._noted(asked, headers, principal, body)
        except HttpError as error:
            return _refused(error, media_type)
        except asyncio.CancelledError:
            return _ended(watch.leave(task), media_type)
        finally:
            watch.under_way.pop(task, None)
            if watch.notes:
                watch.leave(task)
        body = body.whole() if self._graph.reject_unauthorized else body
        more = () if principal is ANONYMOUS else PRIVATE
        if rates.TOLD in scope:
            more = (*more, *scope[rates.TOLD])
        if insight.HEADER in headers:
            more = (*more, *self._timing(headers, principal, tally))
        if body.repeats:
            more = (*more, *idempotency.REPEATED)
        # In application/json a well-formed request is answered by 200, whatever became of it.
        status = 400 if body.data is None and media_type == GRAPHQL_RESPONSE else 200
        return Reply(status, media_type, body, more, body.seconds)

    def _log(self, tally: Tally, method: str, reply: Reply | None) -> None:
        """The request's line, and what is measured; without a reply it was ended from outside."""
        status, errors = (reply.status, reply.body.errors) if reply else (500, [unexpected()])
        seconds = time.perf_counter() - tally.began
        codes = sorted({error["extensions"]["code"] for error in errors}) if errors else ()
        if (measured := measures.installed) is not None:
            measured.active -= 1
            measured.request(tally, method, status, seconds)
            if codes:
                measured.failed(codes)
        log_request(
            tally.operation,
            tally.kind,
            duration_ms=seconds * 1000,
            status=status,
            error_codes=codes,
        )
        if (slow := self._rules.slow_seconds) is not None and seconds > slow:
            log_slow(tally)

    def _timing(
        self, headers: Headers, principal: Principal, tally: Tally
    ) -> Sequence[tuple[bytes, bytes]]:
        return insight.timing(headers, tally) if self._rules.insight.is_for(principal) else ()

    async def _noted(
        self, asked: GraphQLRequest, headers: Headers, principal: Principal, body: Body
    ) -> Body:
        """The answer to a request that brings, or wants, more than most do.

        If it is for everybody, and nothing is wrong with it, it says how long caches may keep it.
        """
        body = await self._documents.noted(asked, body)
        if costs.HEADER in headers:
            return costs.told(core_of(self._graph.schema), asked, headers, body)
        wrong = body.data is None or body.errors or body.warnings
        if wrong or not asked.by_id or principal is not ANONYMOUS:
            return body
        return body._replace(seconds=self._rules.caching.seconds_of(current().operation))

    async def _reply_to_all(
        self, batch: Batch, headers: Headers, principal: Principal, scope: Scope
    ) -> Reply:
        """One request after the other, so that nobody is served faster for asking in heaps.

        A list is of the one media type, and what became of each request is said in its place.
        """
        if idempotency.HEADER in headers:
            raise idempotency.unfit_for_all()
        answered: list[Body] = []
        refused: HttpError | None = None
        for each in batch.requests:
            try:
                if refused:
                    raise refused  # who comes after would wait in vain, and all of it too long
                asked = await self._documents.meant(checked(each))
                await self._executing.charge(scope, principal, asked)
                body = await self._executing.execute(asked, principal, by_get=False)
                body = await self._noted(asked, headers, principal, body)
            except HttpError as error:
                refused = error if busy.is_of(error) else None
                if refused and not answered:
                    raise
                body = unexecuted(error)
            answered.append(body.whole() if self._graph.reject_unauthorized else body)
        tally = current()
        tally.operation, tally.kind = None, "batch"
        private = () if principal is ANONYMOUS else PRIVATE
        again = _raw(refused.headers) if refused else ()
        return Reply(200, JSON, Bodies(answered), (*private, *again, *scope.get(rates.TOLD, ())))

    async def _with_files(
        self,
        scope: Scope,
        headers: Headers,
        receive: Receive,
        principal: Principal,
        limits: UploadLimits,
    ) -> Body:
        """The answer to a request with files, which are gone then, however it ends."""
        asked = await read_uploads(headers, receive, limits, self._max_body_bytes)
        try:
            asked = await self._documents.meant(asked)
            check_places(core_of(self._graph.schema), asked)
            await self._executing.charge(scope, principal, asked)
            if idempotency.HEADER in headers:
                return await self._executing.execute_once(
                    asked, principal, idempotency.key_in(headers)
                )
            if asked.explain:
                return await self._executing.execute(asked, principal, by_get=False)
            body = await self._executing.by_strawberry(asked, self._graph.context(principal))
            return await self._documents.noted(asked, body)
        finally:
            asked.close()


def _ended(reason: Ending | None, media_type: str) -> Reply:
    status, error = refusal(reason)
    return Reply(status, media_type, Body(None, [error]))


def _refused(error: HttpError, media_type: str) -> Reply:
    named = isinstance(error, DocumentError) and media_type == JSON
    status = 200 if named else error.status
    return Reply(status, media_type, unexecuted(error), _raw(error.headers))


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]


def _opened_in_browser(scope: Scope, headers: Headers) -> bool:
    return (
        scope["method"] == "GET"
        and wants_page(header(headers, b"accept"))
        and not parameters_of(scope).keys() & _ASKED_BY
    )
