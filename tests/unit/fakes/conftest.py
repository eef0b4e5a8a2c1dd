"""A fake Telegram without limits, a client and a person."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fakes.telegram import FakeTelegram, Limits, Person
from tests.unit.fakes.client import Client


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of a fake without limits."""
    async with FakeTelegram(limits=Limits.off()) as fake, aiohttp.ClientSession() as session:
        yield Client(fake, session)


@pytest.fixture
def lan(client: Client) -> Person:
    """A person who has opened the chat."""
    return client.fake.person(1, "Lan", started=True)
