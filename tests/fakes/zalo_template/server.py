"""The fake as an HTTP server: tokens, faults, the transcript, signed events, and the phones."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fakes.telegram.faults import Fault, FaultKind, Faults
from tests.fakes.telegram.transcript import Call, Transcript
from tests.fakes.zalo_template.methods import BUSINESS, Refused
from tests.fakes.zalo_template.state import (
    APP_ID,
    APP_SECRET,
    OA_SECRET,
    TEMPLATE,
    Message,
    Phone,
    Rating,
    State,
)


class FakeZaloTemplate:
    """A strict business.openapi.zalo.me, with the token endpoint, on a loopback port.

    async with FakeZaloTemplate() as fake:
        lan = fake.phone("84987654321")
        ...
        await fake.rates(lan, 5, ["Cán bộ nhiệt tình"], "Cảm ơn")
    """

    def __init__(self, *, clock: Callable[[], datetime] | None = None, **state: Any) -> None:  # noqa: ANN401
        """`state` are fields of `State`; `hook` is where events are posted."""
        self.state = State(clock=clock or (lambda: datetime.now(UTC)), **state)
        self.faults = Faults()
        self.transcript = Transcript()
        self.hook = ""
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self._port = 0
        self.app = web.Application()
        self.app.router.add_post("/v4/oa/access_token", self._tokens)
        self.app.router.add_route("*", "/{path:.*}", self._serve)

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.app, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def root(self) -> str:
        """The root address of every service of Zalo here."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a deployment that uses this fake."""
        return {
            "zalo_oa_app_id": APP_ID,
            "zalo_oa_app_secret": APP_SECRET,
            "zalo_oa_secret": OA_SECRET,
            "zalo_oa_api_base": self.root,
            "zalo_oa_oauth_base": self.root,
            "zalo_template_api_base": self.root,
            "zalo_template_id": TEMPLATE,
            "zalo_template_basis": "Quyết định 12/QĐ-UBND, Điều 3",
        }

    def phone(self, number: str, *, user_id: str = "", is_admin: bool = False) -> Phone:
        """The phone of this number, made at the first call; `user_id` is its Zalo id."""
        if number not in self.state.phones:
            made = Phone(number=number, user_id=user_id, is_admin=is_admin)
            self.state.phones[number] = made
            self.state.users |= {user_id: made} if user_id else {}
        return self.state.phones[number]

    def fault(self, kind: FaultKind | str, **details: Any) -> Fault:  # noqa: ANN401
        """Let something go wrong from now on; `method` is a path."""
        fault = Fault(kind=FaultKind(kind), **details)
        self.faults.add(fault)
        return fault

    def calls(self, path: str | None = None) -> list[Call]:
        """What was asked of the fake so far, by path."""
        return self.transcript.of(path)

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until a condition on the fake holds; raises TimeoutError."""
        await self.state.bell.until(condition, seconds)

    # The citizen's side

    async def rates(
        self,
        phone: Phone,
        stars: int,
        reasons: tuple[str, ...] = (),
        note: str = "",
        *,
        tells: bool = True,
    ) -> Rating:
        """Rate the latest message; `tells`: the event is posted (else it was lost)."""
        rating = Rating(
            message=phone.received[-1],
            stars=stars,
            reasons=list(reasons),
            note=note,
            at=self.state.clock(),
        )
        self.state.ratings.append(rating)
        if tells and self.hook:
            await self.post(rating.event())
        return rating

    async def shows(self, message: Message) -> int:
        """The phone has shown a message: the receipt is posted."""
        at = str(int((message.at + timedelta(seconds=2)).timestamp() * 1_000))
        told = {"delivery_time": at, "msg_id": message.id, "tracking_id": message.tracking_id}
        event = {"event_name": "user_received_message", "message": told, "timestamp": at}
        return await self.post({"sender": {"id": ""}, "app_id": APP_ID, **event})

    async def post(self, event: dict[str, Any]) -> int:
        """Post an event, signed; returns the status."""
        raw = json.dumps(event, ensure_ascii=False).encode()
        parts = (APP_ID.encode(), raw, str(event["timestamp"]).encode(), OA_SECRET.encode())
        mac = hashlib.sha256(b"".join(parts)).hexdigest()
        headers = {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.hook, data=raw, headers=headers) as answer,
        ):
            return answer.status

    # HTTP

    async def _tokens(self, request: web.Request) -> web.Response:
        """The token endpoint: a refresh token works once."""
        form = await request.post()
        state = self.state
        is_app = request.headers.get("secret_key") == APP_SECRET and form.get("app_id") == APP_ID
        if not is_app or form.get("refresh_token") != state.refresh:
            return web.json_response({"error_name": "Invalid refresh token", "error": -14014})
        number = next(state.numbers)
        state.access, state.refresh = f"access-{number}", f"refresh-{number}"
        pair = {"access_token": state.access, "refresh_token": state.refresh}
        return web.json_response(pair | {"expires_in": "90000"})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = f"/{request.match_info['path']}"
        known = BUSINESS.get((request.method, path))
        given = dict(request.query)
        if request.method == "POST":
            given |= json.loads(await request.read() or b"{}")
        if request.headers.get("access_token") != self.state.access:
            return _error(-124, "Access token is invalid")
        if known is None:
            return web.json_response({"error": -403, "message": "not found"}, status=404)
        call = self._noted(path, given)
        return await self._answered(request, call)

    def _noted(self, path: str, given: dict[str, Any]) -> Call:
        at = asyncio.get_running_loop().time()
        number = len(self.transcript.calls)
        call = Call(number=number, at=at, method=path, chat=None, params=given)
        self.transcript.calls.append(call)
        self.state.bell.ring()
        return call

    async def _answered(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = self.faults.take(call.method, None)
        if fault is None:
            return self._perform(request, call)
        if fault.kind is FaultKind.STATUS:
            return web.Response(status=fault.code, text="<html>502 Bad Gateway</html>")
        if fault.effect:
            self._perform(request, call)
        if fault.kind is FaultKind.HANG:
            await self._closing.wait()
        if request.transport:
            request.transport.close()
        return web.Response()

    def _perform(self, request: web.Request, call: Call) -> web.Response:
        try:
            data = BUSINESS[request.method, call.method](self.state, call.params)
        except Refused as error:
            call.answer = error.code
            return _error(error.code, error.message)
        call.effect = True
        return web.json_response({"error": 0, "message": "Success", "data": data})


def _error(code: int, message: str) -> web.Response:
    return web.json_response({"error": code, "message": message})
