"""What the fake knows: one app, one Official Account, its people, messages, tokens and quotas."""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.bell import Bell

APP_ID, APP_SECRET = "3608465248940903967", "app-secret-0123456789"
OA_ID, OA_SECRET = "388613280878808645", "oa-secret-9876543210"
HOUR, DAY = 3_600.0, 86_400.0
FREE, LONGEST = 48 * HOUR, 7 * DAY
ACCESS_SECONDS = 90_000
REFRESH_SECONDS = 90 * DAY


class ApiError(Exception):
    """An error of Zalo's, answered with HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"error": self.code, "message": self.message}


@dataclass(slots=True, kw_only=True)
class Citizen:
    """One user of Zalo. `last` is when they last interacted with the account (seconds; None:
    never)."""

    id: str
    name: str
    phone: str = ""
    last: float | None = None
    follows: bool = False
    blocked: bool = False
    banned: bool = False


@dataclass(slots=True, kw_only=True)
class Message:
    """One message in a chat, of the account (`from_oa`) or of the citizen."""

    id: str
    citizen: str
    text: str
    at: float
    from_oa: bool
    buttons: list[dict[str, Any]] = field(default_factory=list)
    asks_phone: bool = False

    @property
    def labels(self) -> list[str]:
        """What the buttons say."""
        return [button["title"] for button in self.buttons]


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request to the API; `at` is monotonic, `code` Zalo's answer (None: none was given)."""

    at: float
    path: str
    citizen: str
    body: dict[str, Any]
    code: int | None = None


@dataclass(slots=True, kw_only=True)
class Tokens:
    """The chain: the pairs that work, and what was used up."""

    access: dict[str, float] = field(default_factory=dict)
    """Token → when it ends."""
    refresh: dict[str, float] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    """Authorization code → the challenge it was made with, or empty."""
    used: list[str] = field(default_factory=list)
    count: int = 0
    numeric_errors: bool = True
    """Whether OAuth errors carry a numeric `error` beside their names."""


@dataclass(slots=True, kw_only=True)
class State:
    """Everything the fake remembers. `clock` is Unix time and may be moved by a test."""

    clock: Callable[[], float] = time.time
    bell: Bell = field(default_factory=Bell)
    tokens: Tokens = field(default_factory=Tokens)
    people: dict[str, Citizen] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    by_path: Counter[str] = field(default_factory=Counter)
    per_minute: int = 4_000
    buttons_allowed: bool = True
    forms_allowed: bool = True
    paid_messages: int = 1_000
    is_verified: bool = True
    tags: dict[str, set[str]] = field(default_factory=dict)
    uploads: set[str] = field(default_factory=set)
    last_id: int = 0
    _minute: deque[float] = field(default_factory=deque)

    def new_id(self) -> str:
        """The id of the next message."""
        self.last_id += 1
        return f"{self.last_id:020x}"

    def citizen(self, number: str) -> Citizen:
        """The person of this id; raises ApiError -201 for none."""
        found = self.people.get(number)
        if found is None:
            raise ApiError(-201, "user_id is invalid!")
        return found

    def count_request(self) -> int:
        """Count one request of the minute; returns how many are left. Raises ApiError -32."""
        now = time.monotonic()
        while self._minute and self._minute[0] <= now - 60:
            self._minute.popleft()
        if len(self._minute) >= self.per_minute:
            raise ApiError(-32, "Your application reached limit call api")
        self._minute.append(now)
        return self.per_minute - len(self._minute)

    def sent_to(self, number: str) -> list[Message]:
        """What the account sent this citizen, in order."""
        return [one for one in self.messages if one.citizen == number and one.from_oa]
