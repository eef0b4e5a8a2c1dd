"""What a Zalo bot is told becomes what a citizen did, in both forms of the body."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.base import (
    DeliveryError,
    Rejected,
    SlowDown,
    TryLater,
    Unknown,
    Unreachable,
)
from bot.channels.zalo_bot.api import ApiError
from bot.channels.zalo_bot.failures import outcome
from bot.channels.zalo_bot.parse import read, read_raw
from bot.channels.zalo_bot.receive import read_all
from bot.json_requests import NeverSent, NoAnswer, RequestFailed
from bot.messages import IncomingKind

LAN = {"id": "6ede9afa66b88fe6d6a9", "display_name": "Lan", "is_bot": False}
MESSAGE: dict[str, Any] = {
    "from": LAN,
    "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
    "text": "1",
    "message_id": "2d758cb5e222177a4e35",
    "date": 1_750_316_131_602,
}
OFFICIAL = {"ok": True, "result": {"message": MESSAGE, "event_name": "message.text.received"}}


def event(name: str = "message.text.received", **changes: object) -> dict[str, Any]:
    """An update in the bare form; a change to None leaves the field out."""
    message = {k: v for k, v in {**MESSAGE, **changes}.items() if v is not None}
    return {"event_name": name, "message": message}


def test_both_forms_are_one_update() -> None:
    """A message posted in one form and posted again in the other is a repeat."""
    official, bare = read_raw(OFFICIAL), read_raw(OFFICIAL["result"])
    assert official == bare
    assert official is not None
    assert (official.event_key, official.address) == (MESSAGE["message_id"], LAN["id"])


@pytest.mark.parametrize("date", [1_750_316_131_000, "1750316131000", 1_750_316_131])
def test_the_time_is_read(date: object) -> None:
    """Of milliseconds, as the official page has it, or of seconds, which is met too: a digit that
    comes late must not answer a later question."""
    read_one = read(event(date=date), "bot")
    assert read_one is not None
    assert read_one.at == datetime(2025, 6, 19, 6, 55, 31, tzinfo=UTC)


@pytest.mark.parametrize("date", [None, "gần đây", -1, True, 7, 10**15])
def test_a_time_that_cannot_be_true_is_none(date: object) -> None:
    """And the message is read all the same."""
    read_one = read(event(date=date), "bot")
    assert read_one is not None
    assert read_one.at is None


def test_numbers_for_ids_are_taken_too() -> None:
    """Ids are strings by the document; a server that sends numbers is understood."""
    raw = read_raw(event(chat={"id": 7}, message_id=9))
    assert raw is not None
    assert (raw.address, raw.event_key) == ("7", "9")


@pytest.mark.parametrize(
    ("update", "kind", "text"),
    [
        (OFFICIAL, IncomingKind.TEXT, "1"),
        (event(text=unicodedata.normalize("NFD", "Đồng ý")), IncomingKind.TEXT, "Đồng ý"),
        (event("message.sticker.received", text=None, sticker="s"), IncomingKind.OTHER, ""),
        (
            event("message.image.received", text=None, caption="biên lai", photo="https://x"),
            IncomingKind.OTHER,
            "biên lai",
        ),
        (event("message.unsupported.received", text=None), IncomingKind.OTHER, ""),
        (event("message.of.the.future", text=None), IncomingKind.OTHER, ""),
        (event("", text="không tên"), IncomingKind.TEXT, "không tên"),
        (event(chat={"id": "g", "chat_type": "GROUP"}), IncomingKind.GROUP, ""),
    ],
)
def test_kinds(update: dict[str, Any], kind: IncomingKind, text: str) -> None:
    """Texts are NFC; a kind that is not known yet is something unreadable, not an error."""
    incoming = read(update, "246")
    assert incoming is not None
    assert (incoming.kind, incoming.text, incoming.bot) == (kind, text, "246")


def test_what_a_bot_wrote_is_not_a_citizens() -> None:
    """The bot's own messages, should they come back."""
    own = MESSAGE | {"from": LAN | {"is_bot": True}}
    assert read({"event_name": "message.text.received", "message": own}, "246") is None


def test_an_event_without_a_message_id_is_known_by_its_content() -> None:
    """Zalo withholds protected senders; the same event again is still a repeat."""
    one, two = (event("message.unsupported.received", message_id=None, date=n) for n in (1, 2))
    first, again, other = read_raw(one), read_raw(dict(reversed(one.items()))), read_raw(two)
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.event_key == again.event_key != other.event_key


@pytest.mark.parametrize(
    "body", [{}, {"event_name": "x"}, {"ok": True, "result": {}}, {"message": {"text": "a"}}]
)
def test_what_concerns_no_chat_is_not_stored(body: dict[str, Any]) -> None:
    """Nothing to answer, and nothing to refuse."""
    assert read_raw(body) is None


@pytest.mark.parametrize("body", [1, None, "x", {"event_name": 5}])
def test_what_is_no_update_is_refused(body: object) -> None:
    """ValueError, so that the webhook answers 400."""
    with pytest.raises(ValueError, match="no update"):
        read_raw(body)


def test_a_list_of_updates_is_taken() -> None:
    """The document knows one object only; a list is understood all the same."""
    assert len(read_all([OFFICIAL, event(message_id="b"), {}])) == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NeverSent("refused"), TryLater),
        (NoAnswer("cut"), Unknown),
        (ApiError(408, "Request timeout"), Unknown),
        (ApiError(401, "Unauthorized"), TryLater),
        (ApiError(500, "Internal"), TryLater),
        (ApiError(429, "Too Many Requests", 3), SlowDown),
        (ApiError(403, "Forbidden: bot was blocked by the user"), Unreachable),
        (ApiError(400, "Bad Request: chat not found"), Unreachable),
        (ApiError(400, "Bad Request: text is too long"), Rejected),
        (ApiError(-77, "something new"), Rejected),
    ],
)
def test_each_failure_has_its_class(
    error: ApiError | RequestFailed, kind: type[DeliveryError]
) -> None:
    """And keeps Zalo's words for staff."""
    found = outcome(error)
    assert type(found) is kind
    assert error.reason in found.reason
