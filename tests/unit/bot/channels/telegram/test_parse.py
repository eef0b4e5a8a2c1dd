"""What a person does on the phone becomes what the bot understands, and nothing else does."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from bot.channels.telegram.parse import ALLOWED_UPDATES, Reader, chat_of
from bot.messages import Incoming, IncomingKind
from tests.fakes.telegram import Person
from tests.fakes.telegram.messages import send_message
from tests.fakes.telegram.params import Params
from tests.fakes.telegram.person import Group
from tests.fakes.telegram.state import Chat, Standing, State
from tests.fakes.telegram.updates import Queued

READER = Reader(bot="1234567890")
Act = Coroutine[Any, Any, Queued | None]


@pytest.fixture
def lan() -> Person:
    """A person who has opened the chat; nobody posts her updates anywhere."""
    state = State()
    state.chats[7] = Chat(7, "Lan", "vi", standing=Standing.MEMBER)
    return Person(state, state.chats[7])


def done(act: Act) -> Queued:
    """The update of an act."""
    queued = asyncio.run(act)
    assert queued is not None
    return queued


def read(act: Act) -> Incoming | None:
    """What the bot understands of it."""
    return READER.read(done(act).body)


def understood(act: Act) -> Incoming:
    """The same, where it must understand something."""
    incoming = read(act)
    assert incoming is not None
    assert (incoming.channel, incoming.bot) == ("telegram", "1234567890")
    return incoming


def test_text(lan: Person) -> None:
    """A text comes with its chat, its message and the language of the app."""
    incoming = understood(lan.types("Rất hài lòng"))
    assert incoming == Incoming(
        channel="telegram",
        bot="1234567890",
        address="7",
        kind=IncomingKind.TEXT,
        text="Rất hài lòng",
        message_ref="1",
        language="vi",
    )


def test_text_is_composed(lan: Person) -> None:
    """Decomposed letters, as some phones send them, arrive composed."""
    assert understood(lan.types("hài lòng")).text == "hài lòng"


def test_text_can_be_kept(lan: Person) -> None:
    """What no database takes (NUL, half a surrogate pair) does not get that far."""
    body = done(lan.types("")).body
    body["message"]["text"] = "a\0b\ud83dc"
    incoming = READER.read(body)
    assert incoming is not None
    assert incoming.text == "ab?c"


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("/start", IncomingKind.START, ""),
        ("/start AbC-_123", IncomingKind.START, "AbC-_123"),
        ("/huy", IncomingKind.TEXT, "/huy"),
        ("/huy@motcua_bot", IncomingKind.TEXT, "/huy"),
        ("/huy@motcua_bot ngay", IncomingKind.TEXT, "/huy ngay"),
        ("/starter", IncomingKind.TEXT, "/starter"),
    ],
)
def test_commands(lan: Person, text: str, kind: IncomingKind, rest: str) -> None:
    """/start carries a link's token; other commands are texts, without the bot's name."""
    incoming = understood(lan.types(text))
    assert (incoming.kind, incoming.text) == (kind, rest)


def test_link(lan: Person) -> None:
    """Following a link is a start with its token."""
    assert understood(lan.opens("q3J-_x")).text == "q3J-_x"


def test_tap(lan: Person) -> None:
    """A tap names the button's data, the message, and what to answer to."""
    markup = {"inline_keyboard": [[{"text": "Có", "callback_data": "a:1:satisfaction:very:0"}]]}
    params = Params({"chat_id": 7, "text": "?", "reply_markup": markup})
    sent = asyncio.run(send_message(lan.state, params))
    incoming = understood(lan.taps("Có"))
    assert (incoming.kind, incoming.data) == (IncomingKind.TAP, "a:1:satisfaction:very:0")
    assert (incoming.address, incoming.message_ref) == ("7", str(sent["message_id"]))
    assert incoming.callback_ref == lan.taps_made[0].id


def test_tap_on_a_message_out_of_reach(lan: Person) -> None:
    """A tap on a message too old to be shown is still a tap in its chat."""
    markup = {"inline_keyboard": [[{"text": "Có", "callback_data": "y"}]]}
    params = Params({"chat_id": 7, "text": "?", "reply_markup": markup})
    asyncio.run(send_message(lan.state, params))
    lan.received[0].at -= 90 * 24 * 3600
    incoming = understood(lan.taps("Có"))
    assert (incoming.kind, incoming.address, incoming.data) == (IncomingKind.TAP, "7", "y")


def test_edit(lan: Person) -> None:
    """A changed text says which message it was; a changed /start starts nothing."""
    asyncio.run(lan.types("một"))
    incoming = understood(lan.edits("/start AbC"))
    assert (incoming.kind, incoming.text, incoming.message_ref) == (
        IncomingKind.EDITED,
        "/start AbC",
        "1",
    )


@pytest.mark.parametrize(
    ("sharing", "kind", "phone"),
    [
        ({"own": True}, IncomingKind.CONTACT, "+84987654321"),
        ({"own": False}, IncomingKind.FOREIGN_CONTACT, ""),
        ({"own": False, "known": False}, IncomingKind.FOREIGN_CONTACT, ""),
    ],
)
def test_contact(lan: Person, sharing: dict[str, bool], kind: IncomingKind, phone: str) -> None:
    """Only one's own number counts; of a stranger's not even the number is passed on."""
    incoming = understood(lan.shares_contact("+84987654321", **sharing))
    assert (incoming.kind, incoming.text) == (kind, phone)


def test_block_and_unblock(lan: Person) -> None:
    """Blocking and taking back are known."""
    assert understood(lan.blocks()).kind is IncomingKind.BLOCKED
    assert understood(lan.unblocks()).kind is IncomingKind.UNBLOCKED


def test_sticker(lan: Person) -> None:
    """What is not text is something we cannot read."""
    assert understood(lan.sends_sticker()).kind is IncomingKind.OTHER


def test_group(lan: Person) -> None:
    """In a group only what is addressed to a bot is heard."""
    chat = Chat(-5, "Tổ 5", private=False, standing=Standing.MEMBER)
    group = Group(lan.state, chat)
    incoming = understood(group.says(lan, "/start"))
    assert (incoming.kind, incoming.address) == (IncomingKind.GROUP, "-5")
    assert read(group.says(lan, "chào cả nhà")) is None


@pytest.mark.parametrize(
    "body",
    [
        {"update_id": 1},
        {"update_id": 1, "poll": {"id": "1", "question": "?", "options": []}},
        {"update_id": 1, "something_of_next_year": {"a": 1}},
    ],
)
def test_unused_kinds(body: dict[str, Any]) -> None:
    """Kinds that we do not use are nothing."""
    assert READER.read(body) is None
    assert chat_of(body) == ""


def test_other_bots_are_not_heard(lan: Person) -> None:
    """A bot's message is nothing: two bots would talk for ever."""
    body = done(lan.types("chào")).body
    body["message"]["from"]["is_bot"] = True
    assert READER.read(body) is None


def test_service_messages_are_nothing(lan: Person) -> None:
    """A pinned message or a changed timer is no word of the citizen's."""
    body = done(lan.types("chào")).body
    del body["message"]["text"]
    body["message"]["message_auto_delete_timer_changed"] = {"message_auto_delete_time": 86400}
    assert READER.read(body) is None


def test_quoted_rubbish_does_not_matter(lan: Person) -> None:
    """An answer is read although the message it quotes has a shape we have never seen."""
    body = done(lan.types("2")).body
    body["message"]["reply_to_message"] = {"poll": {"made_in": 2031}}
    body["message"]["from"]["emoji_status"] = 7
    incoming = READER.read(body)
    assert incoming is not None
    assert incoming.text == "2"


@pytest.mark.parametrize("field", ["message_id", "chat"])
def test_broken_update_is_refused(lan: Person, field: str) -> None:
    """What is no update raises, and does not quote the citizen."""
    body = done(lan.types("bí mật")).body
    del body["message"][field]
    with pytest.raises(ValueError, match=field) as refused:
        READER.read(body)
    assert "bí mật" not in str(refused.value)


def test_chat_of_agrees_with_the_reading(lan: Person) -> None:
    """The quick look for the chat finds what the full reading finds."""
    group = Group(lan.state, Chat(-5, "Tổ 5", private=False, standing=Standing.MEMBER))
    for act in (
        lan.types("a"),
        lan.edits("b"),
        lan.shares_contact(),
        lan.blocks(),
        lan.unblocks(),
        lan.sends_sticker(),
        group.says(lan, "/start"),
    ):
        body = done(act).body
        incoming = READER.read(body)
        assert incoming is not None
        assert chat_of(body) == incoming.address
        assert body.keys() & set(ALLOWED_UPDATES)
