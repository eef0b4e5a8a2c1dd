"""Requests for one's own data that a citizen makes at Zalo instead of in the chat.

Zalo publishes neither the event's name nor its fields, so both are recognised broadly: the name by
a setting and by `data_subject`, the wish to be erased by the words in the event.
"""

import logging
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.channels.zalo.events import EventWork
from bot.channels.zalo_oa import NAME
from bot.settings import Settings
from surveys.rights import RequestKind, due_on
from surveys.store.citizens import contacts
from surveys.store.personal_data import requests

SIGN = "data_subject"
ERASURE = re.compile(r"delet|eras[eiu]|remov|(?<![^\W_])(xoa|xóa|xoá)(?![^\W_])")
"""The Vietnamese word only whole: a person called Xoan asks for nothing."""

logger = logging.getLogger(__name__)


def is_request(name: str, settings: Settings) -> bool:
    """Whether events of this name are such requests."""
    return SIGN in name or name in settings.zalo_oa_rights_events.split()


async def on_request(work: EventWork) -> None:
    """Erase at once what a citizen wants erased; log every other request for staff, with its
    deadline. Who is not known here has nothing here."""
    citizen = _citizen(work.payload)
    kind = RequestKind.ERASE if _wants_erasure(work.payload) else RequestKind.VIEW
    chat_key = work.context.keyring().chat_key(NAME, work.bot, citizen)
    contact_id = await contacts.find_id(work.conn, NAME, work.bot, chat_key)
    logger.warning("a citizen asked for their data at Zalo (%s, update %s)", kind, work.number)
    if contact_id is None:
        return
    received = work.now.astimezone(work.context.settings.zone).date()
    await requests.log(
        work.conn, contact_id, kind, now=work.now, due_on=due_on(kind, received), done=False
    )
    if kind is RequestKind.ERASE:
        await requests.forget(work.conn, contact_id)


def _citizen(payload: Mapping[str, Any]) -> str:
    for name in ("sender", "follower", "user"):
        part = payload.get(name)
        if isinstance(part, Mapping) and part.get("id"):
            return str(part["id"])
    return str(payload.get("user_id", ""))


def _wants_erasure(part: Any) -> bool:  # noqa: ANN401 - it is JSON
    """Whether any word of the event says so, besides names of people."""
    if isinstance(part, Mapping):
        return any(_says(name) or _wants_erasure(value) for name, value in _no_names(part))
    if isinstance(part, list):
        return any(map(_wants_erasure, part))
    return _says(str(part))


def _says(text: str) -> bool:
    return ERASURE.search(unicodedata.normalize("NFC", text).casefold()) is not None


def _no_names(part: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in part.items() if key == "event_name" or "name" not in key]
