"""What the fake knows: one template of one Official Account, phones, quotas, ratings."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.telegram.bell import Bell

APP_ID, OA_ID = "4321000111222333", "987654321987654321"
APP_SECRET, OA_SECRET = "app-secret-of-tests", "oa-secret-of-tests"
TEMPLATE = "274921"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(slots=True, kw_only=True)
class Message:
    """A template on a phone."""

    id: str
    tracking_id: str
    data: dict[str, str]
    at: datetime


@dataclass(slots=True, kw_only=True)
class Rating:
    """What a citizen gave, as `rating/get` tells it."""

    message: Message
    stars: int
    reasons: list[str]
    note: str
    at: datetime

    def row(self) -> dict[str, Any]:
        """As `rating/get` tells it."""
        return {
            "rating_type": "csat",
            "option": "five_emotions",
            "note": self.note,
            "rate": self.stars,
            "submitDate": str(_ms(self.at)),
            "msgId": self.message.id,
            "feedbacks": self.reasons,
            "trackingId": self.message.tracking_id,
            "oaId": OA_ID,
        }

    def event(self) -> dict[str, Any]:
        """As the webhook tells it; there is no Zalo id in it."""
        return {
            "event_name": "user_feedback",
            "message": {
                "rating_type": "csat",
                "option": "five_emotions",
                "note": self.note,
                "rate": self.stars,
                "submit_time": str(_ms(self.at)),
                "msg_id": self.message.id,
                "feedbacks": self.reasons,
                "tracking_id": self.message.tracking_id,
            },
            "app_id": APP_ID,
            "oa_id": OA_ID,
            "timestamp": str(_ms(self.at)),
        }


@dataclass(slots=True, kw_only=True)
class Phone:
    """A phone number (`84…`) and the Zalo account behind it, if there is one."""

    number: str
    user_id: str = ""
    has_zalo: bool = True
    refuses: bool = False
    """Its owner does not take such messages from this Official Account."""
    is_admin: bool = False
    received: list[Message] = field(default_factory=list)

    @property
    def hash(self) -> str:
        """The hash by which it may be named."""
        return hashlib.sha256(self.number.encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class State:
    """Everything the fake remembers. `params` are the template's, with their longest length;
    `night` are the hours in which nothing is taken, empty: none."""

    clock: Callable[[], datetime]
    daily: int = 500
    quality: str = "HIGH"
    status: str = "ENABLE"
    night: range | tuple[int, ...] = (22, 23, 0, 1, 2, 3, 4, 5)
    takes_ids: bool = True
    rating_method: str = ""
    """The only method that `rating/get` takes; empty: both."""
    lists_ratings: bool = False
    """Whether `rating/get` answers a bare list, as somebody's program reads it."""
    params: dict[str, int] = field(
        default_factory=lambda: {"ma_ho_so": 40, "don_vi": 50, "ngay_tra": 20}
    )
    bell: Bell = field(default_factory=Bell)
    phones: dict[str, Phone] = field(default_factory=dict)
    users: dict[str, Phone] = field(default_factory=dict)
    sent_on: dict[str, int] = field(default_factory=dict)
    ratings: list[Rating] = field(default_factory=list)
    access: str = "access-0"
    refresh: str = "refresh-0"
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def today(self) -> str:
        """The day in Vietnam."""
        return self.clock().astimezone(VIETNAM).date().isoformat()

    @property
    def remaining(self) -> int:
        """What is left of today's quota."""
        return max(0, self.daily - self.sent_on.get(self.today, 0))

    def quota(self) -> dict[str, str]:
        """As Zalo writes it: numbers as strings."""
        return {"dailyQuota": str(self.daily), "remainingQuota": str(self.remaining)}

    def deliver(self, phone: Phone, tracking_id: str, data: dict[str, str]) -> Message:
        """Put a message on a phone."""
        number = f"{next(self.numbers):020x}"
        message = Message(id=number, tracking_id=tracking_id, data=data, at=self.clock())
        phone.received.append(message)
        self.sent_on[self.today] = self.sent_on.get(self.today, 0) + 1
        self.bell.ring()
        return message


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1_000)
