"""The fake as an HTTP server: token, faults, the transcript, webhook posts, and its people."""

import asyncio
import json
from collections.abc import Callable
from random import Random
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fakes.telegram.faults import Fault, FaultKind, Faults
from tests.fakes.telegram.transcript import Call, Transcript
from tests.fakes.zalo_bot.methods import METHODS, Refused
from tests.fakes.zalo_bot.state import TOKEN, Person, State, Update, Webhook

SECRET_HEADER = "X-Bot-Api-Secret-Token"
POST_SECONDS = 10.0
FIRST_RETRY_SECONDS = 0.05


class FakeZaloBot:
    """A strict bot-api.zaloplatforms.com for one bot on a loopback port.

    async with FakeZaloBot() as fake:
        person = fake.person(1, "Lan")
        await person.types("chào")
        await person.sees("Kính chào")
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        seed: int = 0,
        **state: Any,  # noqa: ANN401
    ) -> None:
        """`state` are fields of `State`. With a webhook, `shuffled` updates are posted in any
        order, and the share `repeated` of them twice."""
        self.state = State(token=token, **state)
        self.faults = Faults(seed)
        self.transcript = Transcript()
        self.shuffled = False
        self.repeated = 0.0
        self._random = Random(seed)
        self._port = port
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self._poster: asyncio.Task[None] | None = None
        self.app = web.Application()
        self.app.router.add_route("*", "/bot{token}/{method}", self._serve)

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(
            self.app, shutdown_timeout=0.5, access_log=None, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = int(self._runner.addresses[0][1])
        self._poster = asyncio.create_task(self._post_updates())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        assert self._poster is not None
        self._poster.cancel()
        await asyncio.gather(self._poster, return_exceptions=True)
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.state.token

    @property
    def root(self) -> str:
        """The root address, as MOTCUA_ZALO_BOT_API_BASE takes it."""
        return f"http://127.0.0.1:{self._port}"

    def person(self, number: int = 1001, name: str = "Lan", *, started: bool = False) -> Person:
        """The person of that number, made at the first call; `started`: has written before."""
        id_ = f"{number:016x}"
        if id_ not in self.state.people:
            made = Person(state=self.state, id=id_, name=name, has_written=started)
            self.state.people[id_] = made
        return self.state.people[id_]

    def fault(self, kind: FaultKind | str, **details: Any) -> Fault:  # noqa: ANN401
        """Let something go wrong from now on: see `Fault` for the details."""
        fault = Fault(kind=FaultKind(kind), **details)
        self.faults.add(fault)
        return fault

    def calls(self, method: str | None = None) -> list[Call]:
        """What was asked of the fake so far."""
        return self.transcript.of(method)

    def worst_window(self, seconds: float = 1.0) -> int:
        """The most messages in any window of this many seconds."""
        return self.transcript.worst_window(seconds)

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until a condition on the fake holds; raises TimeoutError."""
        await self.state.bell.until(condition, seconds)

    async def post(self, body: object, *, secret: str | None = None) -> int:
        """Post anything to the webhook; returns the status. `secret`: another than the set one."""
        assert self.state.webhook is not None
        async with aiohttp.ClientSession() as session:
            return await self._post(session, self.state.webhook, body, secret)

    # HTTP

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _refusal(401, "Unauthorized")
        if name not in METHODS:
            return _refusal(404, "Not Found")
        try:
            params = json.loads(await request.read() or b"{}")
        except ValueError:
            params = None
        if request.method != "POST" or request.content_type != "application/json":
            return _refusal(400, "Bad Request: POST a JSON object")
        if not isinstance(params, dict):
            return _refusal(400, "Bad Request: POST a JSON object")
        response = await self._answered(request, self._noted(name, params), params)
        self.state.bell.ring()
        return response

    def _noted(self, method: str, params: dict[str, Any]) -> Call:
        at = asyncio.get_running_loop().time()
        number = len(self.transcript.calls)
        call = Call(number=number, at=at, method=method, chat=None, params=params)
        self.transcript.calls.append(call)
        return call

    async def _answered(
        self, request: web.Request, call: Call, params: dict[str, Any]
    ) -> web.StreamResponse:
        fault = self.faults.take(call.method, None)
        if fault is None:
            return self._finish(call, await self._perform(call, params))
        if fault.kind is FaultKind.TOO_MANY:
            body = {"parameters": {"retry_after": fault.seconds}}
            return self._finish(call, _error(429, "Too Many Requests") | body)
        if fault.kind is FaultKind.STATUS:
            call.status = fault.code
            return web.Response(status=fault.code, text="<html>502 Bad Gateway</html>")
        return await self._misbehave(request, call, params, fault)

    async def _perform(self, call: Call, params: dict[str, Any]) -> dict[str, Any]:
        try:
            result = await METHODS[call.method](self.state, params)
        except Refused as error:
            return _error(error.code, error.description)
        call.effect = True
        return {"ok": True} if result is None else {"ok": True, "result": result}

    def _finish(self, call: Call, body: dict[str, Any]) -> web.Response:
        code = body.get("error_code", 0)
        call.status, call.answer = 200, body
        if self.state.speaks_http and 400 <= code < 600:
            call.status = code
            body = {name: value for name, value in body.items() if name != "error_code"}
        call.answered_at = asyncio.get_running_loop().time()
        return web.json_response(body, status=call.status)

    async def _misbehave(
        self, request: web.Request, call: Call, params: dict[str, Any], fault: Fault
    ) -> web.StreamResponse:
        if fault.kind is FaultKind.TRUNCATED:
            whole = json.dumps(await self._perform(call, params)).encode()
            return web.Response(body=whole[: len(whole) // 2], content_type="application/json")
        if fault.effect:
            await self._perform(call, params)
        if fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
            return self._finish(call, await self._perform(call, params))
        if fault.kind is FaultKind.HANG:
            self.state.bell.ring()
            await self._closing.wait()
        if request.transport:
            request.transport.close()
        return web.Response()

    # The webhook

    async def _post_updates(self) -> None:
        """Post what waits as long as a webhook is set; what fails is posted again."""
        async with aiohttp.ClientSession() as session:
            while True:
                if self.state.webhook is None or not self.state.waiting:
                    self.state.arrived.clear()
                    await self.state.arrived.wait()
                    continue
                batch = self._batch()
                webhook = self.state.webhook
                await asyncio.gather(*(self._deliver(session, webhook, one) for one in batch))

    def _batch(self) -> list[Update]:
        """The next update; or, shuffled, all that wait in any order."""
        if not self.shuffled:
            return [self.state.waiting.popleft()]
        batch = list(self.state.waiting)
        self.state.waiting.clear()
        self._random.shuffle(batch)
        return batch

    async def _deliver(
        self, session: aiohttp.ClientSession, webhook: Webhook, update: Update
    ) -> None:
        status = await self._post(session, webhook, update.body(self.state.shape), None)
        update.posts += 1
        if status == 200:
            update.taken = True
            self.state.bell.ring()
            if self._random.random() < self.repeated:
                await self._post(session, webhook, update.body(self.state.shape), None)
            return
        await asyncio.sleep(min(1.0, FIRST_RETRY_SECONDS * 2**update.posts))
        self.state.waiting.appendleft(update)
        self.state.arrived.set()

    async def _post(
        self, session: aiohttp.ClientSession, webhook: Webhook, body: object, secret: str | None
    ) -> int:
        headers = {SECRET_HEADER: webhook.secret if secret is None else secret}
        patience = aiohttp.ClientTimeout(total=POST_SECONDS)
        try:
            async with session.post(
                webhook.url, json=body, headers=headers, timeout=patience
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


def _error(code: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": description}


def _refusal(code: int, description: str) -> web.Response:
    return web.json_response(_error(code, description))
