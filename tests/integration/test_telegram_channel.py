"""The Telegram channel against the fake, over real sockets."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.base import CannotEdit, Rejected, SlowDown, TryLater, Unknown, Unreachable
from bot.channels.telegram.channel import TelegramChannel, make_api
from bot.channels.telegram.transport import AiohttpRequest
from bot.messages import Button, Incoming, IncomingKind, Outgoing
from tests.fakes.context import channel_context
from tests.fakes.telegram import FakeTelegram, FaultKind, Limits, Person
from tests.fakes.telegram.text import utf16_length

QUESTION = Outgoing(
    text="1/4 Ông/Bà có hài lòng không?",
    buttons=((Button(label="Rất hài lòng", data="a:1:satisfaction:very:0"),),),
    slot="survey",
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A fake without limits and a person who has opened the chat."""
    async with FakeTelegram(limits=Limits.off()) as fake:
        fake.person(1, started=True)
        yield fake


@pytest.fixture
def lan(fake: FakeTelegram) -> Person:
    """The person."""
    return fake.person(1)


@pytest.fixture
async def channel(fake: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    """The bot's channel, with a short patience."""
    request = AiohttpRequest(read_timeout=0.3)
    channel = TelegramChannel(channel_context(), make_api(fake.token, fake.root, request))
    await channel.start()
    yield channel
    await channel.close()


def heard(channel: TelegramChannel, fake: FakeTelegram) -> Incoming:
    """What the channel makes of the latest update."""
    incoming = channel.parse(list(fake.state.updates.every.values())[-1].body)
    assert incoming is not None
    return incoming


async def test_a_question_and_its_tap(
    channel: TelegramChannel, fake: FakeTelegram, lan: Person
) -> None:
    """A message is sent, tapped, acknowledged and edited in place."""
    reference = await channel.send("1", QUESTION)
    await lan.taps("Rất hài lòng")
    tap = heard(channel, fake)
    assert (tap.kind, tap.data, tap.message_ref) == (
        IncomingKind.TAP,
        "a:1:satisfaction:very:0",
        reference,
    )
    await channel.acknowledge(tap)
    assert lan.toasts == [""]
    await channel.edit("1", reference, Outgoing(text="2/4"))
    assert [(one.text, one.labels) for one in lan.received] == [("2/4", [])]


async def test_acknowledging_never_fails(
    channel: TelegramChannel, fake: FakeTelegram, lan: Person
) -> None:
    """Too late, twice, no server: the tap counts all the same."""
    await channel.send("1", QUESTION)
    await lan.taps("Rất hài lòng")
    tap = heard(channel, fake)
    for _ in range(2):
        await channel.acknowledge(tap)
    fake.fault(FaultKind.CUT, method="answerCallbackQuery")
    await channel.acknowledge(tap)
    assert len(fake.calls("answerCallbackQuery")) == 3
    await lan.types("chào")
    await channel.acknowledge(heard(channel, fake))
    assert len(fake.calls("answerCallbackQuery")) == 3


async def test_same_again_is_a_success(channel: TelegramChannel, lan: Person) -> None:
    """An edit that changes nothing succeeds."""
    reference = await channel.send("1", QUESTION)
    await channel.edit("1", reference, QUESTION)
    assert lan.received[0].edits == 0


async def test_too_old_or_gone_cannot_be_edited(
    channel: TelegramChannel, fake: FakeTelegram, lan: Person
) -> None:
    """An old message and a deleted one call for a new one; so do a keyboard and a long text."""
    reference = await channel.send("1", QUESTION)
    fake.age(lan.received[0], 3 * 24 * 3600)
    with pytest.raises(CannotEdit):
        await channel.edit("1", reference, Outgoing(text="2/4"))
    await lan.deletes(lan.received[0])
    with pytest.raises(CannotEdit):
        await channel.edit("1", reference, Outgoing(text="2/4"))
    reference = await channel.send("1", QUESTION)
    with pytest.raises(CannotEdit):
        await channel.edit("1", reference, Outgoing(text="a" * 4097))
    ask = Outgoing(text="Số nào?", buttons=((Button(label="Gửi số", asks_contact=True),),))
    with pytest.raises(CannotEdit):
        await channel.edit("1", reference, ask)


async def test_edit_without_an_answer_may_be_repeated(
    channel: TelegramChannel, fake: FakeTelegram, lan: Person
) -> None:
    """An edit whose answer is lost is tried again, and is then found done."""
    reference = await channel.send("1", QUESTION)
    fake.fault(FaultKind.CUT, method="editMessageText", effect=True)
    with pytest.raises(TryLater):
        await channel.edit("1", reference, Outgoing(text="2/4"))
    await channel.edit("1", reference, Outgoing(text="2/4"))
    assert [(one.text, one.edits) for one in lan.received] == [("2/4", 1)]


async def test_contact_by_button(channel: TelegramChannel, fake: FakeTelegram, lan: Person) -> None:
    """The phone number comes by a button of the keyboard, verified."""
    ask = Outgoing(text="Số nào?", buttons=((Button(label="Gửi số", asks_contact=True),),))
    await channel.send("1", ask)
    await lan.taps("Gửi số")
    shared = heard(channel, fake)
    assert (shared.kind, shared.text) == (IncomingKind.CONTACT, "+84987654321")


async def test_long_text_comes_in_pieces(channel: TelegramChannel, lan: Person) -> None:
    """A text above 4,096 code units is sent in pieces, the buttons under the last."""
    text = "Câu chuyện dài 😀. " * 600
    reference = await channel.send("1", Outgoing(text=text, buttons=QUESTION.buttons))
    assert len(lan.received) == 3
    assert all(utf16_length(one.text) <= 4096 for one in lan.received)
    assert [one.labels for one in lan.received] == [[], [], ["Rất hài lòng"]]
    assert reference == str(lan.received[-1].id)


async def test_broken_off_in_the_middle(
    channel: TelegramChannel, fake: FakeTelegram, lan: Person
) -> None:
    """When the second piece fails, nothing invites to send the first one again."""
    fake.fault(FaultKind.STATUS, code=500, skip=1)
    with pytest.raises(Unknown):
        await channel.send("1", Outgoing(text="chữ " * 3000))
    assert len(lan.received) == 1


async def test_markup_is_text(channel: TelegramChannel, lan: Person) -> None:
    """Text is sent as it is: what looks like markup stays, links draw no preview."""
    await channel.send("1", Outgoing(text="a < b & *c* _d_ <b>e</b>"))
    assert lan.received[0].text == "a < b & *c* _d_ <b>e</b>"


async def test_failures(channel: TelegramChannel, fake: FakeTelegram, lan: Person) -> None:
    """Each way to fail has its own outcome."""
    fake.fault(FaultKind.TOO_MANY, seconds=7)
    with pytest.raises(SlowDown) as slow:
        await channel.send("1", QUESTION)
    assert (slow.value.seconds, slow.value.whole_bot) == (7, True)
    fake.fault(FaultKind.STATUS, code=502)
    with pytest.raises(TryLater, match="502"):
        await channel.send("1", QUESTION)
    fake.fault(FaultKind.HANG)
    with pytest.raises(Unknown):
        await channel.send("1", QUESTION)
    with pytest.raises(Rejected, match="empty"):
        await channel.send("1", Outgoing(text=" "))
    with pytest.raises(Unreachable, match="not found"):
        await channel.send("99", QUESTION)
    await lan.blocks()
    with pytest.raises(Unreachable, match="blocked by the user"):
        await channel.send("1", QUESTION)
    assert lan.received == []
