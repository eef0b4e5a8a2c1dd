"""The body of a consultation message: its text, and the buttons that may help to answer it.

Zalo documents no buttons in consultation messages; live programs use two forms (a setting). A
button that is tapped comes back as an ordinary text, which is the button's payload.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.messages import Button, Outgoing

MARK = "motcua:"
"""Begins the payload of every button, which tells it from what a citizen types."""
MAX_BUTTONS = 5
MAX_HEADING, MAX_SUBTITLE = 100, 500
"""Of the template that asks for the phone number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How buttons are written: in the form `a`, `b` or `none`, with words of at most `title`
    characters."""

    form: str
    title: int


BARE = Look(form="none", title=0)


def text_body(address: str, text: str, buttons: tuple[Button, ...], look: Look) -> dict[str, Any]:
    """A text with its buttons."""
    message: dict[str, Any] = {"text": text}
    useful = [button for button in buttons if button.data or button.url]
    shown = [_drawn(button, look.title) for button in useful[:MAX_BUTTONS]]
    if shown and look.form == "a":
        message["attachment"] = {"type": "template", "payload": {"buttons": shown}}
    elif shown and look.form == "b":
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


def _drawn(button: Button, longest: int) -> Mapping[str, Any]:
    title = _cut(unicodedata.normalize("NFC", button.label), longest)
    if button.url:
        return {"title": title, "type": "oa.open.url", "payload": {"url": button.url}}
    return {"title": title, "type": "oa.query.hide", "payload": f"{MARK}{button.data}"}


def _cut(label: str, longest: int) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}…"
