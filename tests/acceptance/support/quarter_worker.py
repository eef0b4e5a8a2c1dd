"""A process that plans and delivers in simulated time: reads moments, answers when it is done.

python -m tests.acceptance.support.quarter_worker DATABASE_URL
"""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.asking.context import asking_context
from bot.asking.draw import Draw
from bot.asking.planner import Planner
from bot.channels import registry
from bot.channels.base import Channel, Limits, Traits
from bot.conversation.context import ConversationContext
from bot.messages import Incoming, Outgoing
from bot.settings import load_settings
from bot.texts import load_texts
from surveys.form import shipped_forms
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.queues import claims, delivery_results
from surveys.store.queues.delivery_results import DeliveryResult
from surveys.store.queues.outbox import Lane, OutboxState

KEYS = Keyring(bytes(range(32)))
BOTS = (("telegram", "7"), ("web", "7"), ("by_number", "main"))
PER_MINUTE = 500
AT_ONCE = 200
LEASE_MS = 60_000


class ByNumber(Channel):
    """Reaches by phone."""

    name = "by_number"
    bot = "main"
    limits = Limits(per_second=1_000.0, per_chat_second=1_000.0, chat_burst=100)
    traits = Traits(reaches_by_phone=True, has_buttons=False, remote=True)

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:  # noqa: ARG002
        """Nobody writes to it."""
        return None

    async def send(self, address: str, message: Outgoing) -> str:  # noqa: ARG002
        """Accepted."""
        return "1"


class Worker:
    """One process: its time is what it is told."""

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.name = name
        self.now = datetime.now(UTC)
        channel = ByNumber()
        talk = ConversationContext(
            keyring=KEYS,
            forms=shipped_forms(),
            texts=load_texts(),
            settings=load_settings(invite_per_minute=PER_MINUTE),
            traits={**registry.all_traits(), channel.name: channel.traits},
        )
        context = asking_context(talk, [channel], lambda: "x" * 22)
        self.planner = Planner(
            database,
            replace(context, link=None),
            Draw(context=context, seed=lambda: "seed"),
            clock=lambda: self.now,
            told=lambda: None,
        )

    async def step(self, now: datetime) -> None:
        """Plan and send once, then deliver what is queued."""
        self.now = now
        while not await self._looked():
            pass
        for bot in BOTS:
            while await self._deliver(*bot):
                pass

    async def _looked(self) -> bool:
        """Look; False if another process held the planner's lock for too long, as the service
        looks again."""
        try:
            await self.planner.look()
        except DBAPIError:
            return False
        return True

    async def _deliver(self, channel: str, bot: str) -> int:
        """Claim, send and record, in two transactions as the dispatcher does."""
        async with self.database.write() as conn:
            found = await claims.claim(
                conn, channel, bot, Lane.BROADCAST, AT_ONCE, owner=self.name, lease_ms=LEASE_MS
            )
        sent = [DeliveryResult(message=one, state=OutboxState.SENT) for one in found]
        async with self.database.write() as conn:
            await delivery_results.record_results(conn, sent, self.now)
        return len(found)


async def main(url: str, name: str) -> None:
    """Answer every moment on standard input with a line."""
    database = Database.open(url)
    worker = Worker(database, name)
    print("ready", flush=True)  # noqa: T201 - how it talks to its parent
    while line := await asyncio.to_thread(sys.stdin.readline):
        await worker.step(datetime.fromisoformat(line.strip()))
        print("done", flush=True)  # noqa: T201
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
