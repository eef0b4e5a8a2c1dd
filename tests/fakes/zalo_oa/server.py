"""The fake as an HTTP server: tokens, rate headers, faults, the transcript, and the people."""

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram.faults import Fault, FaultKind, Faults
from tests.fakes.telegram.transcript import busiest
from tests.fakes.zalo_oa import oauth
from tests.fakes.zalo_oa.calls import CALLS
from tests.fakes.zalo_oa.person import Person
from tests.fakes.zalo_oa.state import ApiError, Asked, Citizen, State
from tests.fakes.zalo_oa.webhook import Sender

TOKEN_PATH = "/v4/oa/access_token"


class FakeZaloOA:
    """Zalo for one app and one Official Account, on a loopback port.

    async with FakeZaloOA() as fake:
        person = fake.person()
        await person.types("xin chào")
    """

    def __init__(self, *, port: int = 0, seed: int = 0) -> None:
        self.state = State()
        self.hook = Sender(state=self.state)
        self.faults = Faults(seed)
        self.people: dict[str, Person] = {}
        self._port = port
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self.app = web.Application()
        self.app.router.add_post(TOKEN_PATH, self._tokens)
        self.app.router.add_route("*", "/{path:.*}", self._call)

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.app, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024).start()
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        await self.hook.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def root(self) -> str:
        """The root address, for MOTCUA_ZALO_OA_API_BASE and _OAUTH_BASE."""
        return f"http://127.0.0.1:{self._port}"

    def person(self, number: int = 1001, name: str = "Lan") -> Person:
        """The person of that number, made at the first call."""
        id_ = f"{2_468_458_835_296_197_000 + number}"
        if id_ not in self.people:
            citizen = Citizen(id=id_, name=name)
            self.state.people[id_] = citizen
            self.people[id_] = Person(self.state, self.hook, citizen)
        return self.people[id_]

    def grants(self, code: str = "code-1", verifier: str = "") -> str:
        """An administrator presses “Allow”; the code that Zalo sends back."""
        self.state.tokens.codes[code] = oauth.challenge_of(verifier) if verifier else ""
        return code

    def pair(self) -> tuple[str, str]:
        """A pair as from the API Explorer: access and refresh token."""
        made = oauth.pair(self.state)
        return made["access_token"], made["refresh_token"]

    def fault(self, kind: FaultKind | str, **details: Any) -> Fault:  # noqa: ANN401
        """Let something go wrong: `method` is the path's last part (`access_token`, `cs`)."""
        fault = Fault(kind=FaultKind(kind), **details)
        self.faults.add(fault)
        return fault

    def refuse(self, code: int, message: str = "", *, times: int = 1) -> None:
        """Answer the next messages with this error inside HTTP 200."""
        self._refusals = [(code, message)] * times

    _refusals: list[tuple[int, str]] = []  # noqa: RUF012 - replaced, never changed in place

    def sent(self) -> list[Asked]:
        """The requests for messages, in order."""
        return [one for one in self.state.asked if one.path.endswith("/message/cs")]

    def busiest(self, seconds: float) -> int:
        """The most requests within any window of this many seconds."""
        return busiest((one.at for one in self.state.asked), seconds)

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until a condition on the fake holds."""
        await self.state.bell.until(condition, seconds)

    async def _tokens(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        return await self._faulty(
            request,
            "access_token",
            lambda: oauth.exchange(self.state, form, request.headers.get("secret_key", "")),
        )

    async def _call(self, request: web.Request) -> web.StreamResponse:
        call = CALLS.get((request.method, request.path))
        if call is None:
            return web.json_response({"error": -209, "message": "Not supported this api"})
        body = await _body(request)
        if body is None:
            return web.json_response({"error": -201, "message": "body is invalid!"})
        citizen = str((body.get("recipient") or {}).get("user_id", ""))
        asked = Asked(at=time.monotonic(), path=request.path, citizen=citizen, body=body)
        self.state.asked.append(asked)
        self.state.bell.ring()

        def perform() -> dict[str, Any]:
            try:
                self._check_token(request.headers.get("access_token", ""))
                remaining = self.state.count_request()
                self._refuse_next(request.path)
                answer = {"data": call(self.state, body), "error": 0, "message": "Success"}
            except ApiError as error:
                asked.code = error.code
                return error.as_json()
            asked.code = 0
            return answer | {"": remaining}

        return await self._faulty(request, request.path.rpartition("/")[2], perform)

    def _check_token(self, token: str) -> None:
        ends = self.state.tokens.access.get(token)
        if ends is None:
            raise ApiError(-216, "Access token is invalid")
        if ends < self.state.clock():
            raise ApiError(-220, "access_token is expired or removed")

    def _refuse_next(self, path: str) -> None:
        if self._refusals and path.endswith("/message/cs"):
            code, message = self._refusals[0]
            self._refusals = self._refusals[1:]
            raise ApiError(code, message)

    async def _faulty(
        self, request: web.Request, method: str, perform: Callable[[], dict[str, Any]]
    ) -> web.StreamResponse:
        fault = self.faults.take(method, None)
        if fault is None:
            return self._json(perform())
        match fault.kind:
            case FaultKind.STATUS:
                return web.Response(status=fault.code, text="Bad Gateway")
            case FaultKind.TOO_MANY:
                headers = {"Retry-After": str(int(fault.seconds))}
                return web.Response(status=429, headers=headers)
            case FaultKind.TRUNCATED:
                half = json.dumps(perform())[:10]
                return web.Response(text=half, content_type="application/json")
            case FaultKind.SLOW if fault.effect:
                body = perform()
                await asyncio.sleep(fault.seconds)
                return self._json(body)
            case FaultKind.SLOW:
                await asyncio.sleep(fault.seconds)
                return self._json(perform())
            case _:
                return await self._gone(request, fault, perform)

    async def _gone(
        self, request: web.Request, fault: Fault, perform: Callable[[], dict[str, Any]]
    ) -> web.StreamResponse:
        if fault.effect:
            perform()
            self.state.bell.ring()
        if fault.kind is FaultKind.HANG:
            await self._closing.wait()
        if request.transport:
            request.transport.close()
        return web.Response()

    def _json(self, body: dict[str, Any]) -> web.Response:
        remaining = body.pop("", None)
        headers = {}
        if remaining is not None:
            headers = {
                "X-RateLimit-Limit": str(self.state.per_minute),
                "X-RateLimit-Remain": str(remaining),
            }
        return web.json_response(body, headers=headers)


async def _body(request: web.Request) -> dict[str, Any] | None:
    """What a call says: a form with a file, JSON in the body, or JSON in the query's `data`; None
    for what is none of them."""
    if request.content_type == "multipart/form-data":
        return {name: bool(value) for name, value in (await request.post()).items()}
    text = await request.read() or request.query.get("data", "{}").encode()
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
