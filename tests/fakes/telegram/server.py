"""The fake as an HTTP server: tokens, faults, the transcript, and the people of the test."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram.faults import Fault, FaultKind, Faults
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.messages import MESSAGE_METHODS
from tests.fakes.telegram.params import Params, read_params
from tests.fakes.telegram.person import Group, Person
from tests.fakes.telegram.refusals import ApiError
from tests.fakes.telegram.setup import SETUP_METHODS
from tests.fakes.telegram.state import TOKEN, Chat, Message, Standing, State
from tests.fakes.telegram.transcript import Call, Transcript

METHODS = {
    name.lower(): (name, method) for name, method in (MESSAGE_METHODS | SETUP_METHODS).items()
}
MAX_UPLOAD = 50 * 1024 * 1024


class FakeTelegram:
    """A strict api.telegram.org for one bot on a loopback port.

    async with FakeTelegram() as fake:
        person = fake.person(1, "Lan")
        await person.opens("TOKEN")
        await person.sees("Chào")
    """

    def __init__(
        self, *, token: str = TOKEN, limits: Limits | None = None, port: int = 0, seed: int = 0
    ) -> None:
        self.state = State(token=token)
        self.state.meter.set(limits or Limits())
        self.faults = Faults(seed)
        self.transcript = Transcript()
        self.people: dict[int, Person] = {}
        self._port = port
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self.app = web.Application(client_max_size=MAX_UPLOAD)
        self.app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self.app.router.add_get("/file/bot{token}/documents/{file_id}", self._download)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on the port (0: any free one)."""
        self._runner = web.AppRunner(self.app, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the port and forget about undelivered updates."""
        self._closing.set()
        await self.state.updates.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.state.token

    @property
    def root(self) -> str:
        """The root address, as MOTCUA_TELEGRAM_API_BASE takes it."""
        return f"http://127.0.0.1:{self._port}"

    # The people

    def person(
        self,
        id_: int = 1001,
        name: str = "Lan",
        language_code: str = "vi",
        *,
        started: bool = False,
    ) -> Person:
        """The person of that id, made at the first call; `started`: the chat is open already."""
        if id_ not in self.people:
            standing = Standing.MEMBER if started else Standing.STRANGER
            chat = Chat(id_, name, language_code, standing=standing)
            self.state.chats[id_] = chat
            self.people[id_] = Person(self.state, chat)
        return self.people[id_]

    def group(self, id_: int = -2001, title: str = "Tổ dân phố 5") -> Group:
        """A group that the bot is in."""
        chat = Chat(id_, title, private=False, standing=Standing.MEMBER)
        self.state.chats.setdefault(id_, chat)
        return Group(self.state, self.state.chats[id_])

    def age(self, message: Message, seconds: float) -> None:
        """Make a message so much older."""
        message.at -= seconds

    # Faults and measurements

    def fault(self, kind: FaultKind | str, **details: Any) -> Fault:  # noqa: ANN401
        """Let something go wrong from now on: see `Fault` for the details."""
        fault = Fault(kind=FaultKind(kind), **details)
        self.faults.add(fault)
        return fault

    def calls(self, method: str | None = None, chat: int | None = None) -> list[Call]:
        """What was asked of the fake so far."""
        return self.transcript.of(method, chat)

    def worst_window(self, seconds: float = 1.0) -> int:
        """The most messages in any window of this many seconds."""
        return self.transcript.worst_window(seconds)

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until a condition on the fake holds; raises TimeoutError."""
        await self.state.bell.until(condition, seconds)

    # HTTP

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._wrong_token(request.match_info["token"]):
            return _json(refusal.code, refusal.as_json())
        known = METHODS.get(request.match_info["method"].lower())
        if known is None:
            return _json(404, ApiError(404, "Not Found").as_json())
        try:
            params = await read_params(request)
        except ApiError as error:
            return _json(error.code, error.as_json())
        call = self._noted(known[0], params)
        response = await self._answered(request, call, params)
        self.state.bell.ring()
        return response

    def _wrong_token(self, token: str) -> ApiError | None:
        if token == self.token:
            return None
        number, _, secret = token.partition(":")
        formed = number.isdigit() and len(secret) >= 30
        return ApiError(401, "Unauthorized") if formed else ApiError(404, "Not Found")

    def _noted(self, method: str, params: Params) -> Call:
        chat = params.text("chat_id")
        call = Call(
            number=len(self.transcript.calls),
            at=self.state.clock(),
            method=method,
            chat=int(chat) if chat.lstrip("-").isdigit() else None,
            params=params.values | {name: file.name for name, file in params.files.items()},
        )
        self.transcript.calls.append(call)
        return call

    async def _answered(
        self, request: web.Request, call: Call, params: Params
    ) -> web.StreamResponse:
        fault = self.faults.take(call.method, call.chat)
        if fault is None:
            return self._finish(call, *await self._perform(call, params))
        if fault.kind in {FaultKind.TOO_MANY, FaultKind.STATUS}:
            return self._refuse(call, fault)
        return await self._misbehave(request, call, params, fault)

    async def _perform(self, call: Call, params: Params) -> tuple[int, dict[str, Any]]:
        _, method = METHODS[call.method.lower()]
        try:
            result = await method(self.state, params)
        except ApiError as error:
            return error.code, error.as_json()
        call.effect = True
        return 200, {"ok": True, "result": result}

    def _finish(self, call: Call, status: int, body: dict[str, Any]) -> web.Response:
        call.status, call.answer, call.answered_at = status, body, self.state.clock()
        return _json(status, body)

    def _refuse(self, call: Call, fault: Fault) -> web.Response:
        if fault.kind is FaultKind.TOO_MANY:
            seconds = int(fault.seconds)
            error = ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
            return self._finish(call, 429, error.as_json())
        self._finish(call, fault.code, {"description": fault.description})
        if fault.code == 502:
            page = "<html><head><title>502 Bad Gateway</title></head></html>"
            return web.Response(status=502, text=page, content_type="text/html")
        return _json(fault.code, ApiError(fault.code, fault.description).as_json())

    async def _misbehave(
        self, request: web.Request, call: Call, params: Params, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind is FaultKind.SLOW:
            return await self._late(call, params, fault)
        if fault.kind is FaultKind.TRUNCATED:
            return _half(self._finish(call, *await self._perform(call, params)))
        if fault.effect:
            await self._perform(call, params)
        if fault.kind is FaultKind.HANG:
            self.state.bell.ring()
            await self._closing.wait()
        if request.transport:
            request.transport.close()
        return web.Response()

    async def _late(self, call: Call, params: Params, fault: Fault) -> web.Response:
        if fault.effect:
            outcome = await self._perform(call, params)
            await asyncio.sleep(fault.seconds)
            return self._finish(call, *outcome)
        await asyncio.sleep(fault.seconds)
        return self._finish(call, *await self._perform(call, params))

    async def _download(self, request: web.Request) -> web.Response:
        content = self.state.files.get(request.match_info["file_id"])
        if request.match_info["token"] != self.token or content is None:
            return _json(404, ApiError(404, "Not Found").as_json())
        return web.Response(body=content)


def _json(status: int, body: dict[str, Any]) -> web.Response:
    return web.json_response(body, status=status)


def _half(response: web.Response) -> web.Response:
    body = response.body
    assert isinstance(body, bytes)
    return web.Response(body=body[: len(body) // 2], content_type="application/json")
