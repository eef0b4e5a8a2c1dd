"""Determines which system sent a request, and whether it may send another one yet."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.api.problems import Refused
from bot.client_address import client_network
from bot.visitors import WINDOW_SECONDS, Visitors
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.pushing import api_tokens
from surveys.store.pushing.api_tokens import System

WRONG_PER_MINUTE = 20
"""Requests with a wrong token from one network address within a minute."""
BEARER = "Bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Checks tokens. `clock` gives seconds."""

    database: Database
    keyring: Callable[[], Keyring]
    clock: Callable[[], float]
    per_minute: int
    proxy_header: str = ""
    _systems: Visitors = field(init=False)
    _strangers: Visitors = field(init=False)

    def __post_init__(self) -> None:
        systems = Visitors(per_minute=self.per_minute, clock=self.clock)
        strangers = Visitors(per_minute=WRONG_PER_MINUTE, clock=self.clock)
        object.__setattr__(self, "_systems", systems)
        object.__setattr__(self, "_strangers", strangers)

    async def find_system(self, request: web.Request) -> System:
        """The system that sent it. Raises Refused `token` (401) or `too_many` (429)."""
        given = request.headers.get("Authorization", "")
        token = given.removeprefix(BEARER) if given.startswith(BEARER) else ""
        async with self.database.read_inline() as conn:
            system = await api_tokens.find_by_token(conn, self.keyring(), token)
        if system is None:
            if not self._strangers.may_speak(client_network(request, self.proxy_header)):
                raise _too_many(WRONG_PER_MINUTE)
            raise Refused(401, "token", {"WWW-Authenticate": 'Bearer realm="motcua"'})
        if not self._systems.may_speak(str(system.id)):
            raise _too_many(self.per_minute)
        return system


def _too_many(most: int) -> Refused:
    return Refused(429, "too_many", {"Retry-After": str(round(WINDOW_SECONDS))}, most=most)
