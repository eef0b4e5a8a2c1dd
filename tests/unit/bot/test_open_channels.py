"""Channels are set up until it succeeds, started in order, and told whose updates they bring."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from bot import open_channels
from bot.channels.base import Channel, ChannelTask, Put, Raw
from bot.open_channels import OpenChannels
from tests.fakes.channel import FakeChannel

UPDATE = Raw(event_key="1", address="7", payload=b"{}")


class Fickle(FakeChannel):
    """Cannot be set up at first; polls once."""

    tries: int = 0
    steps: Sequence[str] = ()

    async def start(self) -> None:
        """Note it."""
        self.steps = [*self.steps, "start"]

    async def close(self) -> None:
        """Note it."""
        self.steps = [*self.steps, "close"]

    async def prepare(self) -> None:
        """Succeeds at the third try."""
        self.tries += 1
        if self.tries < 3:
            raise ConnectionError("secret of the far end")

    def tasks(self, put: Put) -> Sequence[ChannelTask]:
        """One poll."""

        async def poll() -> None:
            await put([UPDATE])

        return (ChannelTask(name="polling", run=poll),)


def opened(channel: Channel, kept: list[tuple[Channel, Raw]]) -> OpenChannels:
    """The one channel, whose updates are kept in a list."""

    async def put(of: Channel, raws: Sequence[Raw]) -> None:
        kept.extend((of, raw) for raw in raws)

    return OpenChannels(channels=[channel], put=put)


async def test_set_up_is_tried_until_it_succeeds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each failure is one line that says what to look at and quotes nobody."""
    monkeypatch.setattr(open_channels, "PREPARE_PAUSES", (0.0, 0.01))
    channel = Fickle()
    channels = opened(channel, [])
    with caplog.at_level(logging.WARNING):
        await asyncio.gather(*channels.prepare())
    assert (channel.tries, channels.states) == (3, {"fake": "ok"})
    assert {record.getMessage() for record in caplog.records} == {
        "fake is not set up (ConnectionError): see `motcua fake check`"
    }


async def test_a_channel_is_known_before_its_server_has_answered() -> None:
    """A monitor of one channel is not told that there is no such channel."""
    channels = opened(Fickle(), [])
    async with AsyncExitStack() as exits:
        await channels.start(exits)
        assert channels.states == {"fake": "starting"}


async def test_updates_come_with_their_channel() -> None:
    """A channel's tasks are named after it; what they put is the channel's."""
    kept: list[tuple[Channel, Raw]] = []
    channel = Fickle()
    tasks = opened(channel, kept).receive()
    await asyncio.gather(*tasks)
    assert [task.get_name() for task in tasks] == ["fake polling"]
    assert kept == [(channel, UPDATE)]


async def test_what_was_started_is_closed() -> None:
    """Also when a later channel refuses to start."""
    channel = Fickle()
    async with AsyncExitStack() as exits:
        await opened(channel, []).start(exits)
        assert channel.steps == ["start"]
    assert channel.steps == ["start", "close"]
