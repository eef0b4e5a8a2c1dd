"""Parses a raw Zalo Bot update into what a citizen did.

The official body is `{"ok": true, "result": {"event_name": …, "message": {…}}}`; some servers post
the inner object alone. Both are read.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Raw
from bot.channels.zalo.moments import moment_of
from bot.channels.zalo_bot import NAME
from bot.messages import Incoming, IncomingKind
from surveys.spelling import storable

PREFIX = "message."
TEXT = "message.text.received"


def read_raw(update: Any) -> Raw | None:  # noqa: ANN401 - it is JSON
    """What is stored of an update; None for what is no message of a chat.

    Only the message id tells a repeat. An event without one (Zalo withholds protected senders) is
    known by its content. Raises ValueError for anything that is not an update.
    """
    event = _event(update)
    message = event.get("message")
    if not isinstance(message, Mapping):
        return None
    address = _id(message.get("chat")) or _id(message.get("from"))
    if not address:
        return None
    payload = json.dumps(event, ensure_ascii=False).encode(errors="replace")
    key = str(message.get("message_id") or "") or _content_key(event)
    return Raw(event_key=key, address=address, payload=payload)


def read(payload: Mapping[str, Any], bot: str) -> Incoming | None:
    """Parse one update; None for what a bot wrote. Raises ValueError."""
    event = _event(payload)
    message, raw = event.get("message"), read_raw(event)
    if raw is None or not isinstance(message, Mapping) or _is_from_bot(message):
        return None
    kind = _kind(str(event.get("event_name") or ""), message)
    text = message.get("text") if kind is IncomingKind.TEXT else message.get("caption")
    return Incoming(
        channel=NAME,
        bot=bot,
        address=raw.address,
        kind=kind,
        text=unicodedata.normalize("NFC", storable(str(text or ""))),
        message_ref=raw.event_key,
        at=moment_of(message.get("date")),
    )


def _event(update: Any) -> Mapping[str, Any]:  # noqa: ANN401 - it is JSON
    if not isinstance(update, Mapping):
        raise ValueError("no update of a Zalo bot")
    inner = update.get("result")
    found = inner if isinstance(inner, Mapping) else update
    if not isinstance(found.get("event_name", ""), str):
        raise ValueError("no update of a Zalo bot")
    return found


def _kind(event_name: str, message: Mapping[str, Any]) -> IncomingKind:
    chat = message.get("chat")
    if isinstance(chat, Mapping) and str(chat.get("chat_type", "")).upper() == "GROUP":
        return IncomingKind.GROUP
    named = event_name.startswith(PREFIX)
    is_text = event_name == TEXT if named else isinstance(message.get("text"), str)
    return IncomingKind.TEXT if is_text else IncomingKind.OTHER


def _is_from_bot(message: Mapping[str, Any]) -> bool:
    sender = message.get("from")
    return isinstance(sender, Mapping) and sender.get("is_bot") is True


def _id(part: object) -> str:
    found = part.get("id") if isinstance(part, Mapping) else None
    return str(found) if isinstance(found, str | int) else ""


def _content_key(event: Mapping[str, Any]) -> str:
    content = json.dumps(event, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()
