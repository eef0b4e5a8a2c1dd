"""A planner with a clock of its own, a chat and a channel that reaches by phone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.asking.context import AskingContext, asking_context
from bot.asking.draw import Draw
from bot.asking.planner import Planner, Round
from bot.channels.base import Capacity, Channel, Limits, Traits
from bot.messages import Incoming, Outgoing
from bot.sealing import open_message
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens import contacts, linked_dossiers
from surveys.store.citizens.linked_dossiers import Via
from tests.integration.conversation.conftest import KEYS, make_house
from tests.integration.conversation.person import House
from tests.integration.rows import add_dossier, add_unit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=ZONE).astimezone(UTC)
"""An ordinary Monday morning."""


class PhoneChannel(Channel):
    """Writes to numbers that never wrote to it."""

    name = "by_number"
    bot = "main"
    limits = Limits(per_second=1_000.0, per_chat_second=1_000.0, chat_burst=100)
    traits = Traits(reaches_by_phone=True, has_buttons=False, remote=True)

    def __init__(self) -> None:
        self.capacity: Capacity | None = None

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:  # noqa: ARG002
        """Nobody writes to it."""
        return None

    async def send(self, address: str, message: Outgoing) -> str:  # noqa: ARG002
        """Accepted."""
        return "1"

    async def daily_capacity(self) -> Capacity | None:
        """As the test says."""
        return self.capacity


@dataclass(kw_only=True)
class Office:
    """One deployment, its clock and its planner; `sms` reaches by phone once it is `plugged`."""

    house: House
    now: datetime = MONDAY
    sms: PhoneChannel = field(default_factory=PhoneChannel)
    plugged: bool = True
    numbers: Any = field(default_factory=lambda: count(1))
    context: AskingContext = field(init=False)
    planner: Planner = field(init=False)

    def __post_init__(self) -> None:
        """Start."""
        self.restart()

    def restart(self, **settings: object) -> None:
        """A new process, with these settings changed."""
        talk = self.house.conversation.context
        talk = replace(
            talk,
            settings=replace(talk.settings, **settings),  # type: ignore[arg-type]
            traits={**talk.traits, self.sms.name: self.sms.traits},
        )
        self.house.conversation = replace(self.house.conversation, context=talk)
        channels = [self.sms] if self.plugged else []
        self.context = asking_context(talk, channels, lambda: f"{next(self.numbers):022d}")
        self.planner = Planner(
            self.house.database,
            self.context,
            Draw(context=self.context, seed=lambda: "seed"),
            clock=lambda: self.now,
            told=lambda: None,
            by_phone=channels,
        )

    async def look(self, **passes: float) -> Round:
        """Let time pass; then one round."""
        self.now += timedelta(**passes)
        self.house.now = self.now
        return await self.planner.look()

    async def days(self, number: int) -> None:
        """So many days pass, with a look every six hours."""
        for _ in range(number * 4):
            await self.look(hours=6)

    async def returned(
        self, code: str, *, unit: str = "XA01", phone: str = "", **columns: object
    ) -> int:
        """A dossier handed over now (unless `columns` say otherwise)."""
        async with self.house.database.write() as conn:
            found = await conn.scalar(select(schema.units.c.id).where(schema.units.c.code == unit))
            number = found or await add_unit(conn, unit, name=f"UBND {unit}")
            told: dict[str, Any] = {"returned_at": self.now.astimezone(ZONE).replace(tzinfo=None)}
            if phone:
                told |= {"phone_key": KEYS.phone_key(phone), "phone_sealed": KEYS.seal(phone)}
            return await add_dossier(conn, number, code, **(told | columns))

    async def change(self, code: str, **columns: object) -> None:
        """The one-stop software says something else about a dossier."""
        async with self.house.database.write() as conn:
            which = schema.dossiers.c.code == code
            await conn.execute(update(schema.dossiers).where(which).values(**columns))

    async def chat(self, dossier_id: int, address: str = "1", channel: str = "telegram") -> int:
        """A chat that opened the link of this dossier."""
        async with self.house.database.write() as conn:
            contact = await contacts.meet(
                conn,
                channel=channel,
                bot="7",
                chat_key=KEYS.chat_key(channel, "7", address),
                address_sealed=KEYS.seal(address),
                language="vi",
                now=self.now,
            )
            await linked_dossiers.link(conn, contact.id, [dossier_id], Via.LINK, self.now)
            return contact.id

    async def outcomes(self) -> dict[str, str]:
        """Code → state, with the reason if there is one."""
        codes = {row["id"]: row["code"] for row in await self.house.rows(schema.dossiers)}
        rows = await self.house.rows(schema.invitations)
        return {
            codes[row["dossier_id"]]: f"{row['state']} {row['reason'] or ''}".strip()
            for row in rows
        }

    async def sent(self) -> list[dict[str, Any]]:
        """Everything queued, as `kind`, `channel`, `contact`, `text`, `facts`, `state`."""
        rows = await self.house.rows(schema.outbox)
        return [
            {
                "kind": row["kind"],
                "channel": row["channel"],
                "contact": row["contact_id"],
                "state": row["state"],
                "text": (message := open_message(KEYS, row["message"])).text,
                "facts": dict(message.facts),
                "buttons": len(message.buttons),
            }
            for row in rows
            if row["kind"] != "reply"
        ]

    async def due(self, code: str) -> datetime:
        """When the dossier's invitation is planned for."""
        codes = {row["code"]: row["id"] for row in await self.house.rows(schema.dossiers)}
        rows = await self.house.rows(schema.invitations)
        (found,) = [row["due_at"] for row in rows if row["dossier_id"] == codes[code]]
        moment: datetime = found
        return moment.astimezone(ZONE)


@pytest.fixture
async def office(database: Database) -> Office:
    """On SQLite and on PostgreSQL."""
    return Office(house=await make_house(database))


@pytest.fixture
async def small_office(sqlite_database: Database) -> Office:
    """Where the kind of database makes no difference."""
    return Office(house=await make_house(sqlite_database))
