"""Citizens who are read, decided and written together get what they get one by one."""

import shutil
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.asking import release
from bot.channels.base import Capacity
from surveys.store.asking import turns
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.asking.conftest import Office
from tests.integration.conversation.conftest import KEYS, make_house
from tests.integration.queue_rows import migrated
from tests.statements import noted

NUMBERS = [*(f"+849123456{n:02d}" for n in range(14)), "+842438256000"]
"""The last one is no mobile number."""
CHANNELS = ("telegram", "telegram", "web", "zalo_bot")
Story = list[Any]


class Town:
    """A random fortnight of an office: many citizens, who share chats and numbers."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.chance = office, Random(seed)
        self.codes = 0

    async def fortnight(self) -> Story:
        """Live it; what was planned, sent and noted on the way."""
        if self.chance.random() < 0.7:
            per_day = self.chance.randrange(2, 9)
            self.office.sms.capacity = Capacity(per_day=per_day, left_today=per_day)
        told: Story = []
        for _ in range(14):
            await self.morning()
            await self.office.planner.ask_quotas()
            for _ in range(3):
                await self.office.look(hours=self.chance.choice([2, 3, 5]))
            told.append((await self.plans(), await self.messages(), await self.turns()))
            self.office.now += timedelta(hours=12)
        return told

    async def morning(self) -> None:
        """Dossiers are handed over, chats opened, numbers shared, messages refused."""
        for _ in range(self.chance.randrange(9)):
            self.codes += 1
            phone = self.chance.choice([*NUMBERS, "", ""])
            unit = self.chance.choice(["XA01", "XA02", "XA03"])
            number = await self.office.returned(f"D{self.codes:03d}", unit=unit, phone=phone)
            for _ in range(self.chance.choice([0, 0, 1, 1, 2])):
                address, channel = str(self.chance.randrange(9)), self.chance.choice(CHANNELS)
                await self.office.chat(number, address, channel)
        for happens in (self.shares_number, self.refuses, self.is_lost):
            if self.chance.random() < 0.5:
                await happens(await self.somebody())

    async def somebody(self) -> int | None:
        """A contact."""
        places = {place: number for number, place in (await self.places()).items()}
        return places[self.chance.choice(sorted(places))] if places else None

    async def places(self) -> dict[int | None, str]:
        """Contacts by number; the numbers are each database's own."""
        rows = await self.office.house.rows(schema.contacts)
        return {row["id"]: f"{row['channel']} {row['chat_key']}" for row in rows}

    async def shares_number(self, contact: int | None) -> None:
        """In a chat."""
        key = KEYS.phone_key(self.chance.choice(NUMBERS))
        await self._change(contact, phone_key=key)

    async def is_lost(self, contact: int | None) -> None:
        """Blocks the bot, or comes back."""
        await self._change(contact, status=self.chance.choice(["blocked", "active"]))

    async def refuses(self, contact: int | None) -> None:
        """Says no to surveys, or yes again."""
        row = {"purpose": "survey", "given": self.chance.random() < 0.5, "text_version": "1"}
        row |= {"language": "vi", "channel": "telegram", "at": self.office.now}
        if contact is not None:
            async with self.office.house.database.write() as conn:
                await conn.execute(insert(schema.consents).values(contact_id=contact, **row))

    async def plans(self) -> list[tuple[Any, ...]]:
        """Every invitation, with all that was decided."""
        names = ("state", "way", "channel", "bot", "due_at", "reason", "issued_at")
        rows = await self.office.house.rows(schema.invitations)
        places, dossiers = {None: ""} | await self.places(), await self.dossiers()
        return [
            (
                row["dossier_id"],
                places[row["contact_id"]],
                dossiers.get(row["lead_id"]),
                *(row[name] for name in names),
            )
            for row in sorted(rows, key=lambda row: row["id"])
        ]

    async def messages(self) -> list[dict[str, Any]]:
        """Everything queued, in order."""
        places, dossiers = await self.places(), await self.dossiers()
        found = await self.office.sent()
        for one in found:
            one["contact"] = places[one["contact"]]
            if one["facts"]:
                one["facts"]["invitation"] = dossiers[int(one["facts"]["invitation"])]
        return found

    async def dossiers(self) -> dict[int | None, int]:
        """Invitation → dossier."""
        rows = await self.office.house.rows(schema.invitations)
        return {row["id"]: row["dossier_id"] for row in rows}

    async def turns(self) -> list[tuple[Any, ...]]:
        """Who was asked when."""
        rows = await self.office.house.rows(schema.citizen_turns)
        chats = {turns.of_contact(n): place for n, place in (await self.places()).items() if n}
        keys = [(row["citizen_key"], row["asked_at"]) for row in rows]
        return sorted((chats.get(key, key), at) for key, at in keys)

    async def _change(self, contact: int | None, **columns: object) -> None:
        async with self.office.house.database.write() as conn:
            which = schema.contacts.c.id == contact
            await conn.execute(update(schema.contacts).where(which).values(**columns))


async def _lived(database: Database, seed: int) -> Story:
    return await Town(Office(house=await make_house(database)), seed).fortnight()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.postgres
async def test_together_is_as_one_by_one(
    sqlite_database: Database,
    postgres_url: str,
    sqlite_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """The same plans, messages in the same order, and turns, day by day, on both databases."""
    async with migrated(postgres_url) as server:
        together = [await _lived(one, seed) for one in (sqlite_database, server)]
    monkeypatch.setattr(release, "TOGETHER", 1)
    shutil.copyfile(sqlite_template, tmp_path / "single.sqlite")
    async with migrated(f"sqlite:///{tmp_path}/single.sqlite") as other:
        for day, (alone, *found) in enumerate(
            zip(await _lived(other, seed), *together, strict=True)
        ):
            assert found == [alone, alone], day
    assert any(sent for _, sent, _ in together[0])


async def test_thirty_citizens_cost_as_many_statements_as_three(
    small_office: Office,
) -> None:
    """So that a day of templates keeps nobody waiting for the database."""
    said: dict[int, int] = {}
    for count in (3, 27):
        for number in range(count):
            await small_office.returned(f"{count}-{number}", phone=f"+84912{count:02d}{number:04d}")
        await small_office.look()
        with noted() as statements:
            done = await small_office.look(hours=3)
        assert done.issued == count
        said[count] = len(statements)
        async with small_office.house.database.read() as conn:
            assert (await conn.execute(select(schema.outbox.c.id))).first() is not None
    assert said[27] <= said[3] + 2, said
