"""In charge of the answers to one operation of a connection that lasts, and of its line in the log.

The stages are those of any request: what it costs → execute → tell errors.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any, Final, TypeVar, cast

from graphql import GraphQLError
from starlette.types import Message, Scope

from auth import Principal
from edge import costs
from edge.delivering import Delivery
from edge.errors import HttpError, refusal_body, unexpected
from edge.executing import Executing, unexecuted
from edge.live.guests import Guest
from edge.live.subscribing import Subscribing, failed
from edge.live.wishes import wishes_in
from edge.media import EVENT_STREAM, Spec, parts_wanted
from edge.parts import Part
from edge.replies import Body
from edge.requests import GraphQLRequest, header, headers_in
from edge.rules import HttpRules
from edge.slow import log_slow
from edge.watch import Ending, Watch, late
from resolvers.documents.info import core_of
from resolvers.subscriptions import subscription_in
from telemetry import Tally, begin, log_request, logger, measures

_GONE: Final = 499
_log = logger("live")

Begun = TypeVar("Begun")
Told = Body | Part


class Answers:
    """Answers operations whose clients stay connected."""

    def __init__(self, executing: Executing, rules: HttpRules) -> None:
        self._executing = executing
        self._watch = Watch(rules.seconds)
        self._slow_seconds = rules.slow_seconds

    def to(self, asked: GraphQLRequest, guest: Guest, scope: Scope) -> Answering:
        """What answers an operation of such a guest. Raises ``HttpError``."""
        return Answering(self._executing, self._watch, asked, (guest, scope), self._slow_seconds)


class Answering:
    """One operation. Whoever takes its answers does so in one task, which ``end`` may cancel."""

    def __init__(
        self,
        executing: Executing,
        watch: Watch,
        asked: GraphQLRequest,
        asker: tuple[Guest, Scope],
        slow_seconds: float | None,
    ) -> None:
        self._executing = executing
        self._watch = watch
        self._asked = asked
        self._guest, self._scope = asker
        self._wishes = wishes_in(self._scope)
        self._slow_seconds = slow_seconds
        self._gone = asyncio.Event()
        self._task: asyncio.Task[Any] | None = None
        self._status = 200
        self.lasts = False
        """Whether there is no end to it as yet."""
        self.lasting: Callable[[], None] = lambda: None
        """What is to be done once that is so."""

    async def answers(self) -> AsyncGenerator[Told]:
        """Each as it comes; one without data is the last, and nothing is executed after it."""
        self._task = asyncio.current_task()
        if self._gone.is_set():
            return
        tally, started = begin(self._wishes.traceparent), time.perf_counter()
        codes = set[str]()
        try:
            async with aclosing(self._all(tally)) as bodies:
                async for body in bodies:
                    codes.update(error["extensions"]["code"] for error in body.errors)
                    yield body
        finally:
            if self._gone.is_set():
                self._status = _GONE
            self._over(tally, time.perf_counter() - started, sorted(codes))

    def end(self) -> None:
        """Nobody waits for it any more. What may have been done comes to its end all the same."""
        self._gone.set()
        if self._task is not None and self._task not in self._watch.under_way:
            self._task.cancel()

    def _over(self, tally: Tally, seconds: float, codes: Sequence[str]) -> None:
        """Its line in the log, and what is measured: not how long somebody has listened."""
        if (measured := measures.installed) is not None:
            measured.failed(codes)
            if not self.lasts:
                measured.operation(tally, seconds)
        log_request(
            tally.operation,
            tally.kind,
            duration_ms=seconds * 1000,
            status=self._status,
            error_codes=codes,
            transport=self._scope["type"],
        )
        slow = self._slow_seconds
        if slow is not None and seconds > slow and not self.lasts:
            log_slow(tally)

    async def _all(self, tally: Tally) -> AsyncGenerator[Told]:
        try:
            begun = await self._within(tally, self._begin())
            if isinstance(begun, Body):
                yield self._shown(begun)
                return
            if isinstance(begun, Delivery):
                async with aclosing(begun), aclosing(self._parts(tally, begun)) as parts:
                    async for part in parts:
                        yield part
                return
            self.lasts = True
            self.lasting()
            async with aclosing(begun.events()) as events:
                # Who went while something was executed was noticed by nobody.
                while not self._gone.is_set():
                    try:
                        event = await anext(events)
                    except StopAsyncIteration:
                        return
                    yield self._shown(await self._within(tally, self._answer(begun, event)))
        except HttpError as error:
            self._status = error.status
            yield unexecuted(error)
        except GraphQLError as error:
            yield failed(error)
        except Exception as error:  # noqa: BLE001 (of one operation; its connection goes on)
            self._status = 500
            _log.error("unexpected error", exc_info=error)
            yield Body(None, [unexpected()])

    async def _parts(self, tally: Tally, delivery: Delivery) -> AsyncGenerator[Told]:
        """All of an answer, which together may take the time that a request has."""
        since = time.monotonic()
        body = await self._within(tally, delivery.begin())
        body = await self._executing.graph.documents.noted(self._asked, body)
        if delivery.is_whole:
            yield body
            return
        yield delivery.first(body)
        try:
            while not self._gone.is_set():
                part = await self._within(tally, delivery.next(), since)
                if part is None:
                    return
                yield part
        except HttpError as error:
            self._status = error.status
            yield delivery.broken_off(refusal_body(error))

    async def _begin(self) -> Body | Subscribing | Delivery:
        """The one answer, or what gives several."""
        principal, graph = await self._guest.principal(), self._executing.graph
        asked = await graph.documents.meant(self._asked)
        await self._executing.charge(self._scope, principal, asked)
        tree = subscription_in(core_of(graph.schema), asked.query, asked.operation_name)
        if tree is None:
            return self._divided(asked, principal) or await self._whole(asked, principal)
        subscribing = Subscribing(graph, asked, tree)
        return await subscribing.begin(principal) or subscribing

    def _divided(self, asked: GraphQLRequest, principal: Principal) -> Delivery | None:
        spec, wishes = self._spec(), self._wishes
        if spec is None or wishes.key is not None or costs.HEADER in wishes.headers:
            return None
        delivery = self._executing.delivery(asked, principal, spec)
        if delivery is not None:
            self._asked = asked
        return delivery

    async def _whole(self, asked: GraphQLRequest, principal: Principal) -> Body:
        executing, wishes = self._executing, self._wishes
        by_get = self._scope.get("method", "POST") != "POST"
        body = await (
            executing.execute(asked, principal, by_get=by_get)
            if wishes.key is None
            else executing.execute_once(asked, principal, wishes.key)
        )
        body = await executing.graph.documents.noted(asked, body)
        return costs.told(core_of(executing.graph.schema), asked, wishes.headers, body)

    async def _answer(self, subscribing: Subscribing, event: Any) -> Body:
        body = await subscribing.answer(event, await self._guest.principal())
        return await self._executing.graph.documents.noted(subscribing.asked, body)

    def _shown(self, body: Body) -> Body:
        return body.whole() if self._executing.graph.reject_unauthorized else body

    def _spec(self) -> Spec | None:
        """How parts are written for who asks."""
        if self._scope["type"] != "http":
            return Spec.PENDING
        accept = header(headers_in(self._scope), b"accept")
        return parts_wanted(accept, EVENT_STREAM) if EVENT_STREAM in accept else Spec.PENDING

    async def _within(
        self, tally: Tally, work: Coroutine[Any, Any, Begun], since: float | None = None
    ) -> Begun:
        """What comes of it in the time that a request has, while there is somebody to hear it."""
        watch, task = self._watch, cast("asyncio.Task[Any]", asyncio.current_task())
        now, seconds = time.monotonic(), self._wishes.seconds
        watch.enter(task, (since or now, self._heard, tally), {})
        if seconds is not None:
            watch.limit(task, seconds - (now - (since or now)))
        try:
            return await work
        except asyncio.CancelledError:
            if watch.leave(task) is not Ending.LATE:
                raise
            raise late() from None
        finally:
            watch.under_way.pop(task, None)
            if watch.notes:
                watch.leave(task)

    async def _heard(self) -> Message:
        """What a server says of a client, as soon as that has gone."""
        await self._gone.wait()
        return {"type": "http.disconnect"}
