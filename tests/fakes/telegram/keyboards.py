"""What the Bot API thinks of a reply markup."""

from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram.refusals import bad

MAX_ROW = 8
MAX_BUTTONS = 100
MAX_DATA_BYTES = 64
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
)

Rows = list[list[dict[str, Any]]]


def inline_rows(markup: Any) -> Rows:  # noqa: ANN401 - whatever the client sent
    """The rows of an inline keyboard, each button checked; raises ApiError."""
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse inline keyboard markup JSON object")
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in rows):
        raise bad("reply markup is too long")
    return [[_inline(button) for button in row] for row in rows if row]


def reply_rows(markup: Any, *, private: bool) -> Rows:  # noqa: ANN401 - whatever the client sent
    """The rows of a keyboard below the text field; raises ApiError."""
    rows = markup.get("keyboard")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse reply keyboard markup JSON object")
    found = [[_keyboard_button(button) for button in row] for row in rows]
    if not private and any(button.get("request_contact") for row in found for button in row):
        raise bad("phone number can be requested in private chats only")
    return found


def _keyboard_button(button: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the client sent
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad("can't parse keyboard button: button text must be non-empty")
    return button


def _inline(button: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the client sent
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button:
        _check_data(button["callback_data"])
    if "url" in button:
        _check_url(button["url"])
    if "web_app" in button and urlsplit(button["web_app"]["url"]).scheme != "https":
        raise bad(
            f"inline keyboard button Web App URL '{button['web_app']['url']}' is invalid: "
            "Only HTTPS links are allowed"
        )
    return button


def _check_data(data: Any) -> None:  # noqa: ANN401 - whatever the client sent
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")


def _check_url(url: Any) -> None:  # noqa: ANN401 - whatever the client sent
    parts = urlsplit(str(url))
    known = parts.scheme in {"http", "https", "tg", "tel"}
    if not known or (parts.scheme.startswith("http") and "." not in (parts.hostname or "")):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
