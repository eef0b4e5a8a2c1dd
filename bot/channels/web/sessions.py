"""The page's sessions: ids issued only by the server, in a signed cookie.

A session gives access to its chat. An id that the server did not sign is refused, so it cannot be
planted in a citizen's browser beforehand.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from surveys.privacy import Keyring

COOKIE = "motcua_chat"
HTTPS_COOKIE = f"__Host-{COOKIE}"
"""Browsers accept a cookie with this prefix only from this host and by https."""
YEAR_DAYS = 365
DAY_SECONDS = 24 * 3600
MAC_LENGTH = 32
_VALUE = re.compile(rf"([A-Za-z0-9_-]{{22}})\.([0-9]{{1,7}})\.([0-9a-f]{{{MAC_LENGTH}}})")


@dataclass(frozen=True, slots=True)
class Session:
    """A session, issued `age_days` ago."""

    id: str
    age_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Issues and reads sessions. `secure`: the page is served by https."""

    keyring: Callable[[], Keyring]
    today: Callable[[], date]
    secure: bool

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return HTTPS_COOKIE if self.secure else COOKIE

    def read(self, request: web.Request) -> Session | None:
        """The session of a request; None if it has none that was issued within a year."""
        return self.parse(request.cookies.get(self.cookie, ""))

    def parse(self, value: str) -> Session | None:
        """The session of a signed value, as the cookie or a form carries it."""
        found = _VALUE.fullmatch(value)
        if found is None or not self._is_signed(found[1], found[2], found[3]):
            return None
        age = self.today().toordinal() - int(found[2])
        return Session(found[1], max(0, age)) if age <= YEAR_DAYS else None

    def give(self, response: web.StreamResponse, session: str, days: int) -> None:
        """Set the cookie: the browser keeps the session for this many days."""
        response.set_cookie(
            self.cookie,
            self.value(session),
            max_age=days * DAY_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=self.secure,
        )

    def end(self, response: web.StreamResponse) -> None:
        """Delete the cookie."""
        response.del_cookie(self.cookie, secure=self.secure, httponly=True, samesite="Lax")

    def value(self, session: str) -> str:
        """The value of a session's cookie."""
        day = str(self.today().toordinal())
        return f"{session}.{day}.{self._mac(session, day)}"

    def _is_signed(self, session: str, day: str, mac: str) -> bool:
        """Also by a key that was rotated away: the next visit signs it afresh."""
        macs = [_mac(one, session, day) for one in self.keyring().each]
        return any(hmac.compare_digest(mac, one) for one in macs)

    def tag(self, session: str) -> str:
        """A tag for the forms of a session; other sites cannot make it."""
        return self.keyring().sign("page form", session)[:MAC_LENGTH]

    def is_tag(self, session: str, tag: str) -> bool:
        """Whether the tag belongs to this session."""
        return hmac.compare_digest(self.tag(session).encode(), tag.encode())

    def _mac(self, session: str, day: str) -> str:
        return _mac(self.keyring(), session, day)


def _mac(ring: Keyring, session: str, day: str) -> str:
    return ring.sign("page session", f"{session}.{day}")[:MAC_LENGTH]


def new_session() -> str:
    """Make an unguessable id."""
    return secrets.token_urlsafe(16)
