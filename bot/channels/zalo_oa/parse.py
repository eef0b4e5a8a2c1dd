"""Parses an event of Zalo into what a citizen did; every field that is read may be missing."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.zalo.moments import moment_of
from bot.channels.zalo_oa import NAME
from bot.channels.zalo_oa.buttons import data_in
from bot.messages import Incoming, IncomingKind
from surveys.spelling import storable

OTHERS = frozenset({"image", "gif", "sticker", "audio", "video", "file", "location"})
"""Kinds of message that are not read, only what is written under them."""
SENT = "user_send_"
CONVERSATION = frozenset(
    {
        *(f"{SENT}{kind}" for kind in (*OTHERS, "text", "link", "business_card")),
        *("follow", "unfollow", "user_submit_info"),
    }
)
"""The events that are part of a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Parses the events of one app. `greets_followers`: following is an interaction, and answered;
    `trusts_phone`: a submitted number is the citizen's own."""

    bot: str
    greets_followers: bool
    trusts_phone: bool

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Parse an event; None for those that are no part of a conversation.

        Raises ValueError for what is no event.
        """
        name = payload.get("event_name") if isinstance(payload, Mapping) else None
        if not isinstance(name, str):
            raise ValueError("no event of Zalo's")
        if name not in CONVERSATION:
            return None
        match name:
            case "follow" if self.greets_followers:
                return self._made(payload, IncomingKind.START)
            case "follow":
                return self._made(payload, IncomingKind.UNBLOCKED)
            case "unfollow":
                return self._made(payload, IncomingKind.BLOCKED)
            case "user_submit_info":
                return self._submitted(payload)
        return self._sent(payload, name.removeprefix(SENT))

    def _sent(self, payload: Mapping[str, Any], kind: str) -> Incoming:
        text = _part(payload, "message").get("text")
        said = text if isinstance(text, str) else ""
        if kind == "text":
            return self._text(payload, said)
        if kind == "link":
            return self._made(payload, IncomingKind.TEXT, said or _link(payload))
        if kind == "business_card":
            return self._made(payload, IncomingKind.FOREIGN_CONTACT)
        return self._made(payload, IncomingKind.OTHER, said)

    def _text(self, payload: Mapping[str, Any], text: str) -> Incoming:
        """A text, or the payload of a button, which comes as a text."""
        data = data_in(text)
        if data is not None:
            return self._made(payload, IncomingKind.TAP, data=data)
        command, _, argument = text.strip().partition(" ")
        if command == "/start":
            return self._made(payload, IncomingKind.START, argument.strip())
        return self._made(payload, IncomingKind.TEXT, text)

    def _submitted(self, payload: Mapping[str, Any]) -> Incoming:
        phone = _part(payload, "info").get("phone")
        if not phone or not self.trusts_phone:
            return self._made(payload, IncomingKind.FOREIGN_CONTACT)
        return self._made(payload, IncomingKind.CONTACT, str(phone))

    def _made(
        self, payload: Mapping[str, Any], kind: IncomingKind, text: str = "", data: str = ""
    ) -> Incoming:
        who = _part(payload, "follower" if "follower" in payload else "sender").get("id")
        if not isinstance(who, str | int) or not str(who):
            raise ValueError("an event of nobody")
        return Incoming(
            channel=NAME,
            bot=self.bot,
            address=str(who),
            kind=kind,
            text=unicodedata.normalize("NFC", storable(text)),
            data=data,
            message_ref=str(_part(payload, "message").get("msg_id") or ""),
            at=moment_of(payload.get("timestamp")),
        )


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}


def _link(payload: Mapping[str, Any]) -> str:
    """The address of a link that was sent."""
    attachments = _part(payload, "message").get("attachments")
    for one in attachments if isinstance(attachments, list) else ():
        found = _part(one, "payload") if isinstance(one, Mapping) else {}
        for name in ("url", "description"):
            if isinstance(found.get(name), str) and found[name]:
                return str(found[name])
    return ""
