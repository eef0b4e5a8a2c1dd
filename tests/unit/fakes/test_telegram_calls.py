"""The fake Telegram refuses what the real one refuses."""

from typing import Any

import pytest

from tests.fakes.telegram import Person, Standing
from tests.unit.fakes.client import Client, inline


@pytest.mark.parametrize(
    ("token", "status"), [("rubbish", 404), ("1:short", 404), ("1:" + "a" * 35, 401)]
)
async def test_wrong_token(client: Client, token: str, status: int) -> None:
    """A malformed token is not found, a well-formed wrong one is unauthorised."""
    async with client.session.get(f"{client.fake.root}/bot{token}/getMe") as response:
        assert response.status == status


async def test_unknown_method(client: Client) -> None:
    """A method that does not exist is not found."""
    assert await client.refusal("sendRubbish") == "Not Found"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"chat_id": 1, "text": ""}, "message text is empty"),
        ({"chat_id": 1, "text": " \n "}, "message text is empty"),
        ({"chat_id": 1, "text": "a" * 4097}, "message is too long"),
        ({"chat_id": 1, "text": "😀" * 2049}, "message is too long"),
        ({"chat_id": 99, "text": "a"}, "chat not found"),
        ({"chat_id": "", "text": "a"}, "chat_id is empty"),
        ({"chat_id": 1, "text": "<b>a", "parse_mode": "HTML"}, "end tag corresponding to b"),
        ({"chat_id": 1, "text": "<b>a</i>", "parse_mode": "HTML"}, "unmatched end tag"),
        ({"chat_id": 1, "text": "a < b", "parse_mode": "HTML"}, "unsupported start tag"),
        ({"chat_id": 1, "text": "1.", "parse_mode": "MarkdownV2"}, "reserved"),
        ({"chat_id": 1, "text": "*a", "parse_mode": "Markdown"}, "end of the entity"),
        ({"chat_id": 1, "text": "a", "parse_mode": "bold"}, "unsupported parse_mode"),
        (
            {"chat_id": 1, "text": "a", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "out of the text",
        ),
        ({"chat_id": 1, "text": "a", "reply_markup": inline(data="ề" * 22)}, "BUTTON_DATA_INVALID"),
        ({"chat_id": 1, "text": "a", "reply_markup": inline(data="")}, "BUTTON_DATA_INVALID"),
        ({"chat_id": 1, "text": "a", "reply_markup": inline(text=" ")}, "must be non-empty"),
        (
            {"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}},
            "Text buttons are unallowed",
        ),
        ({"chat_id": 1, "text": "a", "reply_markup": "{"}, "can't parse reply keyboard markup"),
    ],
)
async def test_send_message_refusals(
    client: Client, lan: Person, params: dict[str, Any], expected: str
) -> None:
    """sendMessage names what is wrong and sends nothing."""
    assert expected in await client.refusal("sendMessage", **params)
    assert lan.received == []


async def test_longest_text_counts_utf16(client: Client, lan: Person) -> None:
    """4096 UTF-16 code units pass: 2048 emoji outside the basic plane, 4096 letters."""
    await client.result("sendMessage", chat_id=1, text="😀" * 2048)
    await client.result("sendMessage", chat_id=1, text="ệ" * 4096)
    assert len(lan.received) == 2


async def test_html_entities_count_utf16(client: Client, lan: Person) -> None:
    """Tags become entities whose offsets count UTF-16 code units."""
    result = await client.result(
        "sendMessage", chat_id=1, text="😀 <b>A &amp; B</b>", parse_mode="HTML"
    )
    assert result["text"] == "😀 A & B"
    assert result["entities"] == [{"type": "bold", "offset": 3, "length": 5}]


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing.STRANGER, "bot can't initiate conversation with a user"),
        (Standing.BLOCKED, "bot was blocked by the user"),
        (Standing.DEACTIVATED, "user is deactivated"),
    ],
)
async def test_forbidden(client: Client, lan: Person, standing: Standing, reason: str) -> None:
    """Who has not opened the chat, has blocked the bot or is gone cannot be written to."""
    lan.chat.standing = standing
    assert await client.refusal("sendMessage", chat_id=1, text="a") == f"Forbidden: {reason}"


async def test_edit_in_place(client: Client, lan: Person) -> None:
    """An edit replaces text and buttons; leaving out the buttons takes them away."""
    sent = await client.result("sendMessage", chat_id=1, text="1/4", reply_markup=inline())
    place = {"chat_id": 1, "message_id": sent["message_id"]}
    await client.result("editMessageText", **place, text="2/4", reply_markup=inline("Không"))
    assert [(one.text, one.labels) for one in lan.received] == [("2/4", ["Không"])]
    await client.result("editMessageText", **place, text="2/4")
    assert lan.received[0].labels == []


async def test_edit_refusals(client: Client, lan: Person) -> None:
    """The same again, a message that is gone, somebody else's, one too old: all refused."""
    sent = await client.result("sendMessage", chat_id=1, text="a")
    place = {"chat_id": 1, "message_id": sent["message_id"]}
    assert "message is not modified" in await client.refusal("editMessageText", **place, text="a")
    own = await lan.types("tôi")
    assert own is not None
    theirs = {"chat_id": 1, "message_id": own.body["message"]["message_id"]}
    assert "can't be edited" in await client.refusal("editMessageText", **theirs, text="b")
    client.fake.age(lan.received[0], 3 * 24 * 3600)
    assert "can't be edited" in await client.refusal("editMessageText", **place, text="b")
    await lan.deletes(lan.received[0])
    assert "to edit not found" in await client.refusal("editMessageText", **place, text="b")


async def test_tap_is_answered_once_and_soon(client: Client, lan: Person) -> None:
    """The second answer to a tap is refused, and so is the first one after its time."""
    await client.result("sendMessage", chat_id=1, text="a", reply_markup=inline())
    await lan.taps("Có")
    tap = lan.taps_made[0]
    await client.result("answerCallbackQuery", callback_query_id=tap.id, text="Đã nhận")
    assert lan.toasts == ["Đã nhận"]
    again = await client.refusal("answerCallbackQuery", callback_query_id=tap.id)
    assert "query is too old" in again
    await lan.taps("Có")
    client.fake.state.tap_age = 0
    late = await client.refusal("answerCallbackQuery", callback_query_id=lan.taps_made[1].id)
    assert "query is too old" in late


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"url": "http://motcua.example/hook"}, "HTTPS URL must be provided"),
        ({"url": "https://motcua.example:8080/hook"}, "ports 80, 88, 443 or 8443"),
        ({"url": "https://motcua.example/", "secret_token": "a b"}, "unallowed characters"),
        ({"url": "https://motcua.example/", "secret_token": "a" * 257}, "too long"),
    ],
)
async def test_webhook_refusals(client: Client, params: dict[str, Any], expected: str) -> None:
    """A webhook needs https, a known port and a plain secret."""
    assert expected in await client.refusal("setWebhook", **params)
    assert (await client.result("getWebhookInfo"))["url"] == ""


async def test_loopback_webhook_is_a_switch(client: Client) -> None:
    """Plain http to the own machine is taken only where the test allows it."""
    await client.result("setWebhook", url="http://127.0.0.1:1/")
    client.fake.state.allow_loopback = False
    assert "HTTPS" in await client.refusal("setWebhook", url="http://127.0.0.1:1/")


async def test_commands_by_scope_and_language(client: Client) -> None:
    """Commands are kept by scope and language; a bad name or language is refused."""
    commands = [{"command": "huy", "description": "Dừng"}]
    await client.result("setMyCommands", commands=commands, language_code="vi")
    assert await client.result("getMyCommands", language_code="vi") == commands
    assert await client.result("getMyCommands") == []
    bad_name = [{"command": "Hủy", "description": "Dừng"}]
    assert "BOT_COMMAND_INVALID" in await client.refusal("setMyCommands", commands=bad_name)
    refusal = await client.refusal("setMyCommands", commands=commands, language_code="vie")
    assert "language code" in refusal
