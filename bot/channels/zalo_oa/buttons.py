"""The body of a consultation message: its text, and the buttons that may help to answer it.

Zalo documents no buttons in consultation messages; live programs use two forms (a setting). A
button that is tapped comes back as an ordinary text, which is the button's payload.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.messages import Button, Outgoing

MARK = "motcua:"
"""Begins the payload of every button, which tells it from what a citizen types."""
MAX_BUTTONS = 5
MAX_TITLE = 20
"""Seen in live programs as 20 or 100; the shorter fits both."""
MAX_HEADING, MAX_SUBTITLE = 100, 500
"""Of the template that asks for the phone number."""


def text_body(address: str, text: str, buttons: tuple[Button, ...], form: str) -> dict[str, Any]:
    """A text with buttons in the form `a`, `b`, or without any."""
    message: dict[str, Any] = {"text": text}
    shown = [_drawn(button) for button in buttons if button.data or button.url][:MAX_BUTTONS]
    if shown and form == "a":
        message["attachment"] = {"type": "template", "payload": {"buttons": shown}}
    elif shown and form == "b":
        payload = {"template_type": "button", "text": text, "buttons": shown}
        message = {"attachment": {"type": "template", "payload": payload}}
    return {"recipient": {"user_id": address}, "message": message}


def phone_body(address: str, heading: str, subtitle: str, image: str) -> dict[str, Any]:
    """The template in which the citizen can hand over name and phone number."""
    element = {"title": heading[:MAX_HEADING], "subtitle": subtitle[:MAX_SUBTITLE]}
    element |= {"image_url": image} if image else {}
    payload = {"template_type": "request_user_info", "elements": [element]}
    message = {"attachment": {"type": "template", "payload": payload}}
    return {"recipient": {"user_id": address}, "message": message}


def buttons_of(message: Outgoing) -> tuple[Button, ...]:
    """All buttons, answers before navigation."""
    return tuple(button for row in message.buttons for button in row)


def data_in(text: str) -> str | None:
    """The data of the button whose payload this text is; None if somebody typed it."""
    data = text.strip().removeprefix(MARK)
    return data if text.strip().startswith(MARK) and data.isascii() else None


def _drawn(button: Button) -> Mapping[str, Any]:
    title = _cut(unicodedata.normalize("NFC", button.label))
    if button.url:
        return {"title": title, "type": "oa.open.url", "payload": {"url": button.url}}
    return {"title": title, "type": "oa.query.hide", "payload": f"{MARK}{button.data}"}


def _cut(label: str) -> str:
    return label if len(label) <= MAX_TITLE else f"{label[: MAX_TITLE - 1].rstrip()}…"
