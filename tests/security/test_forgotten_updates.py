"""What a flood had deleted does not come back as new."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update

from bot.app import Service
from bot.strangers import WHAT, span_of
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.queues import arrivals, usage
from surveys.store.queues.inbox import InboxState
from tests.fakes.context import channel_context
from tests.fakes.zalo_bot import FakeZaloBot
from tests.integration.delivering import until
from tests.integration.queue_rows import update_from
from tests.integration.rows import add_dossier, add_unit
from tests.security.running import ANYWHERE, running

HELLO = "Kính chào"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A service with a Zalo bot that polls, and what Zalo brings."""

    database: Database
    fake: FakeZaloBot

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Service]:
        """Serve from now on, without memory of what was brought before."""
        bot: dict[str, Any] = {
            "zalo_bot_token": self.fake.token,
            "zalo_bot_api_base": self.fake.root,
        }
        context = channel_context(self.database, **ANYWHERE, **bot, zalo_bot_poll_seconds=1)
        async with running(context) as (service, _):
            yield service

    def brings(self, number: int, text: str, *, hours_ago: float = 0) -> dict[str, Any]:
        """A message that was written so long ago."""
        person = self.fake.person(number, started=True)
        moment = int(time.time() * 1_000 - hours_ago * HOUR_MS)
        message = {"chat": {"id": person.id}, "message_id": f"{number} {text}", "date": moment}
        event = {"event_name": "message.text.received", "message": {**message, "text": text}}
        self.fake.state.add(event)
        return event

    async def hears(self, number: int, count: int = 1) -> None:
        """Wait for so many answers to this person."""
        await self.fake.person(number).sees_messages(count)

    async def ages(self) -> None:
        """Let what was received so far be of three hours ago."""
        async with self.database.write() as conn:
            ago = schema.inbox.c.received_ms - 3 * HOUR_MS
            await conn.execute(update(schema.inbox).values(received_ms=ago))

    async def floods(self, service: Service) -> None:
        """More than is kept has come within ten minutes, and is trimmed."""
        async with self.database.write() as conn:
            await usage.add(conn, "telegram", "7", WHAT, span_of(datetime.now(UTC)), 201_000)
        await service.trimming.trim()

    async def follows_a_dossier(self) -> None:
        """The first contact gave the proof of a dossier."""
        async with self.database.write() as conn:
            dossier = await add_dossier(conn, await add_unit(conn), "1")
            row = {"contact_id": 1, "dossier_id": dossier, "via": "link"}
            row["linked_at"] = datetime.now(UTC)
            await conn.execute(schema.contact_dossiers.insert().values(row))

    async def handled(self) -> int:
        """Wait until no update is waiting; how many are remembered."""
        its = schema.inbox.c

        async def counts() -> dict[str, int]:
            async with self.database.read() as conn:
                rows = await conn.execute(select(its.state, func.count()).group_by(its.state))
                return {str(state): int(count) for state, count in rows}

        async def are() -> bool:
            return set(await counts()) == {"done"}

        await until(are, 20)
        return (await counts())["done"]


async def test_what_was_trimmed_does_not_come_back_as_new(database: Database) -> None:
    """A Zalo server that brings a message again and again gets one answer to it. A citizen's is
    remembered, so one that was held back for hours is answered."""
    async with FakeZaloBot() as fake:
        town = Town(database=database, fake=fake)
        async with town.serving() as service:
            town.brings(1, "xin chào", hours_ago=3)
            await town.hears(1)
            again = town.brings(2, "xin chào", hours_ago=3)
            town.brings(3, "xin chào", hours_ago=3)
            await town.hears(3)
            await town.hears(2)
            await town.follows_a_dossier()
            await town.ages()
            await town.floods(service)
            assert await town.handled() == 2
        async with town.serving():
            fake.state.add(again)
            town.brings(1, "chào buổi sáng", hours_ago=3.1)
            town.brings(4, "xin chào")
            await town.hears(4)
            await town.hears(1, 2)
            await town.handled()
        assert len(fake.person(2).received) == 1


async def test_a_flood_of_one_bot_drops_nothing_of_another(database: Database) -> None:
    """Who wrote while Zalo could not be reached is answered, although strangers flooded Telegram
    meanwhile."""
    async with FakeZaloBot() as fake:
        town = Town(database=database, fake=fake)
        async with database.write() as conn:
            await arrivals.put_many(conn, [update_from("1"), update_from("2")])
            await conn.execute(update(schema.inbox).values(state=InboxState.DONE))
        await town.ages()
        async with town.serving() as service:
            await town.floods(service)
        async with town.serving():
            town.brings(1, "xin chào", hours_ago=3.5)
            await town.hears(1)
