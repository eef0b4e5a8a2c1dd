"""By which way a citizen is asked about a returned dossier, and why so: names, and the choice.

Pure. The order is: the chat last used, a channel that reaches by phone, a chat in a page (seen only
by who opens it), else the link on the receipt, which is a named outcome and no message. A chat that
is asked about others week after week is passed over for the phone: no dossier waits for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from surveys.privacy import MOBILE

BotId = tuple[str, str]
"""Channel and bot."""


class Way(StrEnum):
    """How a citizen is asked."""

    CHAT = "chat"
    PHONE = "phone"
    PAGE = "page"
    RECEIPT = "receipt"


class Reason(StrEnum):
    """Why an invitation is in its state, where the state alone does not say it."""

    WEEKLY = "weekly"
    """Planned: the citizen was asked about another dossier within the last days."""
    QUOTA = "quota"
    """Planned: the channel takes no more messages today."""
    NO_PHONE = "no_phone"
    """On the receipt: no chat, and no phone number on the dossier."""
    NO_MOBILE = "no_mobile"
    """On the receipt: the number on the dossier is no Vietnamese mobile number."""
    NO_CHANNEL = "no_channel"
    """On the receipt: no channel is configured that reaches by phone."""
    BLOCKED = "blocked"
    """Unreachable: the citizen blocked the bot, or the account is gone."""
    REJECTED = "rejected"
    """Unreachable: the channel refused the message for good."""
    UNCERTAIN = "uncertain"
    """Issued: no answer of the channel came; not sent again."""
    OPTED_OUT = "opted_out"
    """Declined: the citizen asked for no more messages."""
    ELSEWHERE = "elsewhere"
    """Answered on paper, or by another way than the invitation."""
    UNSENT = "unsent"
    """Expired before it could be sent."""
    RECEIPT = "receipt"
    """Expired: there was no way to write, and nobody opened the link on the receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """A contact with a proved link to a dossier. `agrees`: it may be asked; None was never said."""

    contact_id: int
    channel: str
    bot: str
    language: str
    last_seen_at: datetime
    is_active: bool
    is_open: bool
    """Whether the channel lets the bot write now (its reply window)."""
    survey: bool | None
    status: bool | None

    @property
    def agrees(self) -> bool:
        """Consent to surveys; without any answer to it, a refusal of notices counts."""
        return self.survey if self.survey is not None else self.status is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """The number on a dossier: normalised, and what is known of it."""

    number: str
    key: str
    opted_out: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """What the channels in use can do. `silent` ones (a page) do not announce a message."""

    phone: Sequence[BotId] = ()
    """Those that reach by phone, the preferred first."""
    silent: Collection[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The way, with its channel and contact; `reason` says why it is not a better one."""

    way: Way
    channel: str = ""
    bot: str = ""
    contact: Reachable | None = None
    reason: Reason | None = None

    @property
    def is_refused(self) -> bool:
        """Whether nobody may be asked: the citizen said so."""
        return self.reason is Reason.OPTED_OUT


def choose(
    chats: Sequence[Reachable],
    phone: Phone | None,
    channels: Channels,
    busy: Collection[int] = (),
) -> Choice:
    """The way to ask about one dossier, from the contacts it is linked to and its number. `busy`:
    contacts that were asked about others within the week, while this one waited for long."""
    usable = [one for one in chats if one.is_active and one.is_open and one.agrees]
    loud = [one for one in usable if one.channel not in channels.silent]
    if free := [one for one in loud if one.contact_id not in busy]:
        return _to(Way.CHAT, free)
    refused = any(one.survey is False for one in chats) or (phone is not None and phone.opted_out)
    reason = _why_not_by_phone(phone, channels)
    if not refused and reason is None:
        channel, bot = channels.phone[0]
        return Choice(way=Way.PHONE, channel=channel, bot=bot)
    if loud:
        return _to(Way.CHAT, loud)
    if usable:
        return _to(Way.PAGE, usable)
    if refused:
        return Choice(way=Way.RECEIPT, reason=Reason.OPTED_OUT)
    if any(not one.is_active for one in chats):
        reason = Reason.BLOCKED
    return Choice(way=Way.RECEIPT, reason=reason)


def _to(way: Way, usable: Sequence[Reachable]) -> Choice:
    last = max(usable, key=lambda one: (one.last_seen_at, one.contact_id))
    return Choice(way=way, channel=last.channel, bot=last.bot, contact=last)


def _why_not_by_phone(phone: Phone | None, channels: Channels) -> Reason | None:
    if phone is None:
        return Reason.NO_PHONE
    if not is_mobile(phone.number):
        return Reason.NO_MOBILE
    if not channels.phone:
        return Reason.NO_CHANNEL
    return Reason.BLOCKED if phone.blocked else None


def is_mobile(number: str) -> bool:
    """Whether `+84…` is a Vietnamese mobile number, which a message can reach."""
    return number.startswith("+84") and MOBILE.fullmatch(f"0{number[3:]}") is not None


def outcome(state: str, reason: str | None) -> str:
    """The one name of what became of a returned dossier: its state, with the reason if any."""
    return f"{state}_{reason}" if reason else state


OUTCOMES: Mapping[str, tuple[str | None, ...]] = {
    "unplanned": (None, "late"),
    "left_out": (None,),
    "planned": (None, Reason.WEEKLY, Reason.QUOTA),
    "queued": (None, Reason.NO_PHONE, Reason.NO_MOBILE, Reason.NO_CHANNEL, Reason.BLOCKED),
    "issued": (None, Reason.UNCERTAIN),
    "delivered": (None,),
    "opened": (None,),
    "answered": (None, Reason.ELSEWHERE),
    "declined": (None, Reason.OPTED_OUT),
    "unreachable": (None, Reason.BLOCKED, Reason.REJECTED),
    "expired": (None, Reason.UNSENT, Reason.RECEIPT),
}
"""Every outcome there is, by state: each has one sentence."""
