"""The HTTP server: the page, the webhooks, and health and metrics for operators."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    generate_latest,
)

from bot.connections import (
    BACKLOG,
    GuardedConnection,
    limits_for,
    quiet_accepting,
    raise_handle_limit,
)
from bot.endless import end_streams_on_stop
from bot.failed_requests import FailedRequests
from bot.http_protocol import SAFE, MalformedLog, QuietHandler
from bot.refused_requests import RefusedRequests
from surveys.errors import Refusal

MAX_BODY = 256 * 1024
"""The most bytes of one request; every channel's largest update is far smaller."""
BODY_SECONDS = 10.0
"""How long a whole body may take to arrive."""
HSTS = "max-age=31536000"
OK = "ok"
"""The state of a working part."""
TOKENS = "_tokens"
"""Ends the name of the part that is the tokens of one channel."""
REPLIES, UNANSWERED = "_replies", "unanswered"
"""Ends the name of the part of a channel whose replies all fail, and its state."""
NEAR = frozenset({"ending", "failing", "refused"})
"""States of a part that works for citizens with a dossier, or for now, and needs a person soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of the service: each part with `ok` or its fault, and the queue lengths."""

    parts: Mapping[str, str]
    queues: Mapping[tuple[str, str], int]
    """(queue, state) → rows."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """Each channel with `ok` once it is set up; it does not count for `well`, since a channel
    whose server is out of reach must not take the others down."""

    blamed: Mapping[str, Collection[str]] = field(default_factory=dict)
    """For parts that only some channels keep from working: their names."""
    reasons: Sequence[str] = ()
    """For each part that does not work, and each limit that is near: what is wrong and what to do,
    in plain words."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Further figures for `/metrics`, by name."""

    @property
    def well(self) -> bool:
        """Whether every part works, if only for now."""
        return all(state == OK or state in NEAR for state in self.parts.values())

    def of(self, channel: str) -> "Health":
        """The same for a monitor of one channel: its set-up counts as a part, and the tokens and
        replies of other channels do not."""
        rest = [name for name in self.channels if name != channel]
        others = {f"{name}{end}" for name in rest for end in (TOKENS, REPLIES)}
        well = {name: OK for name, who in self.blamed.items() if channel not in who}
        parts = {name: state for name, state in self.parts.items() if name not in others} | well
        return replace(self, parts=parts | {channel: self.channels[channel]})


Check = Callable[[], Awaitable[Health]]


def make_server(
    routes: Iterable[web.AbstractRouteDef],
    check: Check,
    *,
    has_metrics: bool = True,
    is_https: bool = False,
    refused: RefusedRequests | None = None,
) -> web.Application:
    """Make an application with `routes`, `/healthz` and, if it `has_metrics`, `/metrics`.
    `is_https`: citizens use it by https only, and their browsers are told so. `refused` counts
    refusals.
    """
    counted = refused or RefusedRequests()
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_track, _calm(), _take_body])
    app.add_routes([*routes, web.get("/healthz", _healthz(check))])
    if has_metrics:
        app.add_routes(metrics_routes(check, counted))
    app.on_response_prepare.append(_safe_headers(counted, is_https=is_https))
    end_streams_on_stop(app)
    return app


def make_metrics_server(check: Check, refused: RefusedRequests) -> web.Application:
    """Make an application with only `/metrics`, for its own listener."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_track, _calm(), _take_body])
    app.add_routes(metrics_routes(check, refused))
    app.on_response_prepare.append(_safe_headers(refused, is_https=False))
    return app


def metrics_routes(check: Check, refused: RefusedRequests) -> list[web.AbstractRouteDef]:
    """`/metrics`."""
    return [web.get("/metrics", _metrics(check, refused))]


def _safe_headers(
    refused: RefusedRequests, *, is_https: bool
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Set the security headers on every response, refusals too; hide the server's software."""
    wanted = SAFE | ({"Strict-Transport-Security": HSTS} if is_https else {})

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update({k: v for k, v in wanted.items() if k not in response.headers})
        response.headers.pop("Server", None)
        if response.status >= HTTPStatus.BAD_REQUEST:
            refused.note(response.status)

    return add


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A listening server; `port` is the actual one (also if 0 was requested)."""

    runner: web.AppRunner
    server: asyncio.Server
    port: int

    async def close(self) -> None:
        """Stop accepting requests and end the running ones."""
        self.server.close()
        await self.runner.cleanup()


async def listen(
    app: web.Application, host: str, port: int, *, behind_proxy: bool = False
) -> Listener:
    """Serve until closed. Compressed bodies are not unpacked, and after a refusal the rest of a
    body is not read.

    Raises Refusal `serve.port_in_use` or `serve.cannot_listen`.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    manager, malformed = runner.server, MalformedLog()
    if manager is None:
        raise RuntimeError("the runner is set up")
    loop = asyncio.get_running_loop()
    connections = limits_for(raise_handle_limit(), behind_proxy=behind_proxy)
    loop.set_exception_handler(quiet_accepting(connections))
    try:
        server = await loop.create_server(
            lambda: GuardedConnection(QuietHandler(manager, malformed), connections),
            host,
            port,
            backlog=BACKLOG,
        )
    except OSError as error:
        await runner.cleanup()
        raise _refused(error, host, port) from None
    return Listener(runner=runner, server=server, port=server.sockets[0].getsockname()[1])


def require_free(host: str, port: int) -> None:
    """Check that the address can be listened on, before slow work begins.

    Raises Refusal `serve.port_in_use` or `serve.cannot_listen`.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise _refused(error, host, port) from None


def _refused(error: OSError, host: str, port: int) -> Refusal:
    in_use = error.errno == errno.EADDRINUSE
    code = "serve.port_in_use" if in_use else "serve.cannot_listen"
    return Refusal(code, host=host, port=port, reason=error.strerror or "")


def _healthz(check: Check) -> Handler:
    async def healthz(request: web.Request) -> web.StreamResponse:
        health, channel = await check(), request.query.get("channel")
        if channel is not None:
            if channel not in health.channels:
                raise web.HTTPNotFound
            health = health.of(channel)
        status = "ok" if health.well else "ill"
        body = {
            "status": status,
            "parts": dict(health.parts),
            "channels": dict(health.channels),
            "reasons": list(health.reasons),
        }
        return web.json_response(body, status=200 if health.well else 503)

    return healthz


def _metrics(check: Check, refused: RefusedRequests) -> Handler:
    async def metrics(_request: web.Request) -> web.StreamResponse:
        health = await check()
        registry = CollectorRegistry()
        up = Gauge("motcua_up", "1 while the part works", ["part"], registry=registry)
        channels = Gauge(
            "motcua_channel_up", "1 once the channel is set up", ["channel"], registry=registry
        )
        rows = Gauge("motcua_rows", "Rows of a queue", ["queue", "state"], registry=registry)
        for part, state in health.parts.items():
            up.labels(part).set(state == "ok")
        for channel, state in health.channels.items():
            channels.labels(channel).set(state == "ok")
        for (queue, state), count in health.queues.items():
            rows.labels(queue, state).set(count)
        refusals = Counter(
            "motcua_refused_requests", "Requests refused", ["status"], registry=registry
        )
        for status, count in refused.counts.items():
            refusals.labels(status).inc(count)
        for name, number in health.numbers.items():
            Gauge(f"motcua_{name}", name.replace("_", " "), registry=registry).set(number)
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(registry), headers=headers)

    return metrics


@web.middleware
async def _track(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell the connection when a request begins and ends; a refusal closes the connection."""
    connection = request.transport.get_protocol() if request.transport else None
    if isinstance(connection, GuardedConnection):
        connection.request_begins()
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        refusal.force_close()
        raise
    finally:
        if isinstance(connection, GuardedConnection):
            connection.request_ends()
    if response.status >= HTTPStatus.BAD_REQUEST and not response.prepared:
        response.force_close()
    return response


@web.middleware
async def _take_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a compressed body, which may unpack to a thousand times its size, and one that does
    not arrive in time; unknown addresses read no body."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    arrived = request.content.is_eof()
    if not arrived and request.match_info.http_exception is None:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
    return await handler(request)


def _calm() -> Middleware:
    """Answer errors without a traceback, and log no path, which may contain a link's token."""
    failed = FailedRequests()

    @web.middleware
    async def calm(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPException, ConnectionResetError):
            raise
        except Exception as error:
            failed.note(error)
            return web.json_response({"error": "internal"}, status=500)

    return calm
