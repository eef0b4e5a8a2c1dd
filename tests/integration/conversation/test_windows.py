"""Channels on which we may not begin: only so long after the citizen's last message."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import Traits
from bot.conversation import Conversation
from bot.messages import IncomingKind
from tests.integration.conversation.conftest import KEYS
from tests.integration.conversation.person import House
from tests.integration.conversation.test_inviting import invite, messages, returned

WINDOW = Traits(begins_conversations=False, reply_window=timedelta(hours=48))
SOME_CHANNEL = "some"
WORK: dict[str, Any] = {"status": 4, "finished_at": None, "returned_at": None}


def _with_window(house: House) -> None:
    context = house.conversation.context
    traits = {**context.traits, SOME_CHANNEL: WINDOW}
    house.conversation = Conversation(context=replace(context, traits=traits))


@pytest.mark.parametrize(("hours", "issued"), [(47, 1), (49, 0)])
async def test_an_invitation_waits_for_the_window(house: House, hours: int, issued: int) -> None:
    """Outside it the dossier stays queued until the citizen writes again."""
    _with_window(house)
    await house.dossier(phone_key=KEYS.phone_key("+84912345678"))
    person = house.person(channel=SOME_CHANNEL)
    await person.does(IncomingKind.CONTACT, text="0912345678")
    house.wait(hours=hours)
    assert (await invite(house)).issued == issued
    await person.types("cảm ơn")
    await invite(house)
    assert len(await messages(house, "invitation")) == 1


async def test_another_contact_that_can_be_written_to_is_asked(house: House) -> None:
    """The window of one channel hides nobody on another."""
    _with_window(house)
    await house.dossier(phone_key=KEYS.phone_key("+84912345678"))
    for address, channel in (("1", "page"), ("2", SOME_CHANNEL)):
        person = house.person(address, channel=channel)
        await person.does(IncomingKind.CONTACT, text="0912345678")
    house.wait(hours=49)
    assert (await invite(house)).issued == 1
    (sent,) = await messages(house, "invitation")
    assert sent["channel"] == "page"


async def test_a_notice_waits_for_the_window(house: House) -> None:
    """And is not forgotten."""
    _with_window(house)
    await house.dossier(**WORK)
    person = house.person(channel=SOME_CHANNEL)
    await person.opens()
    await person.taps("Báo cho tôi")
    house.wait(hours=49)
    await returned(house)
    await invite(house)
    assert await messages(house, "invitation") == []
    await person.types("cảm ơn")
    await invite(house)
    assert len(await messages(house, "invitation")) == 1
