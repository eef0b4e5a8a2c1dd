"""The methods of the Zalo Bot API, as strict as its documents."""

import asyncio
import time
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.zalo_bot.state import State, Update, Webhook

MAX_TEXT = 2_000
SECRET_LENGTHS = range(8, 257)
LOOPBACK = {"127.0.0.1", "localhost"}


class Refused(Exception):
    """`{"ok": false}` with this code and these words, at HTTP 200 as with the real one."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code, self.description = code, description


Method = Callable[[State, Mapping[str, Any]], Awaitable[Any]]


async def get_me(state: State, _params: Mapping[str, Any]) -> dict[str, Any]:
    """getMe."""
    number = state.token.partition(":")[0]
    return {
        "id": number,
        "account_name": "bot.motcua",
        "account_type": "BASIC",
        "can_join_groups": False,
        "display_name": "Bot Một cửa",
    }


async def get_updates(state: State, params: Mapping[str, Any]) -> dict[str, Any]:
    """getUpdates: one object; a set webhook makes it silent; 408 when nothing came."""
    try:
        seconds = float(params.get("timeout", 30))
    except (TypeError, ValueError):
        raise Refused(400, "Bad Request: timeout") from None
    if state.webhook is not None and state.refuses_polls:
        raise Refused(400, "Bad Request: getUpdates is off while a webhook is set")
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                if state.webhook is None and state.waiting:
                    return _handed_over(state).event
                state.arrived.clear()
                await state.arrived.wait()
    raise Refused(408, "Request timeout")


def _handed_over(state: State) -> Update:
    """A poll takes an update away: there is no offset to ask for it again."""
    update = state.waiting.popleft()
    if state.replays:
        state.waiting.append(update)
    update.taken = True
    update.posts += 1
    return update


async def send_message(state: State, params: Mapping[str, Any]) -> dict[str, Any]:
    """sendMessage."""
    person = state.people.get(_text(params, "chat_id"))
    text = _text(params, "text")
    if not 1 <= len(text) <= MAX_TEXT:
        raise Refused(400, f"Bad Request: text must be 1-{MAX_TEXT} characters")
    if unicodedata.normalize("NFC", text) != text:
        raise Refused(400, "Bad Request: text is decomposed, so that its length is wrong")
    if set(params) - {"chat_id", "text", "parse_mode", "text_styles"}:
        raise Refused(400, "Bad Request: unknown parameter")
    if person is None or not person.has_written:
        raise Refused(400, "Bad Request: chat not found")
    if person.has_blocked:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    if state.sent >= state.message_cap:
        raise Refused(403001, "Monthly message quota of the plan is used up")
    state.sent += 1
    person.hears(text)
    return {"message_id": f"{state.sent:020x}", "date": int(time.time() * 1_000)}


async def send_media(state: State, params: Mapping[str, Any]) -> dict[str, Any]:
    """sendPhoto and sendSticker: the citizen sees that something came."""
    person = state.people.get(_text(params, "chat_id"))
    _text(params, "photo" if "photo" in params else "sticker")
    if person is None or not person.has_written:
        raise Refused(400, "Bad Request: chat not found")
    state.sent += 1
    person.hears(str(params.get("caption", "")))
    return {"message_id": f"{state.sent:020x}", "date": int(time.time() * 1_000)}


async def send_chat_action(state: State, params: Mapping[str, Any]) -> None:
    """sendChatAction: no result."""
    if _text(params, "chat_id") not in state.people or params.get("action") != "typing":
        raise Refused(400, "Bad Request: chat_id or action")


async def set_webhook(state: State, params: Mapping[str, Any]) -> dict[str, Any]:
    """setWebhook: both parameters are required."""
    url, secret = _text(params, "url"), _text(params, "secret_token")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise Refused(400, "Bad Request: url must be https")
    if len(secret) not in SECRET_LENGTHS:
        raise Refused(400, "Bad Request: secret_token must be 8-256 characters")
    state.webhook = Webhook(url=url, secret=secret)
    state.arrived.set()
    return _webhook(state)


async def delete_webhook(state: State, _params: Mapping[str, Any]) -> dict[str, Any]:
    """deleteWebhook; what waits is polled from then on."""
    state.webhook = None
    state.arrived.set()
    return _webhook(state)


async def get_webhook_info(state: State, _params: Mapping[str, Any]) -> dict[str, Any]:
    """getWebhookInfo."""
    if state.webhook is None and state.speaks_http:
        raise Refused(404, "Not Found")
    return _webhook(state)


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "sendMessage": send_message,
    "sendPhoto": send_media,
    "sendSticker": send_media,
    "sendChatAction": send_chat_action,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
"""By name; names are case-sensitive."""


def _webhook(state: State) -> dict[str, Any]:
    url = state.webhook.url if state.webhook else ""
    return {"url": url, "updated_at": int(time.time() * 1_000)}


def _text(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"Bad Request: {name} is required")
    return value
