"""The daily quota of a template: so many a day, the rest on the following days, nobody twice."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from bot.channels.zalo.vendor import Zalo
from bot.channels.zalo_template.channel import ZaloTemplateChannel
from bot.sealing import open_message
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.fakes.context import KEYS, channel_context
from tests.fakes.zalo_template import FakeZaloTemplate
from tests.integration.asking.conftest import MONDAY, ZONE, Office, PhoneChannel
from tests.integration.conversation.conftest import make_house
from tests.integration.rows import add_dossier, add_unit

AT_ONCE = 16


@dataclass(kw_only=True)
class Deployment:
    """An office whose citizens are known by their phone numbers only."""

    office: Office
    channel: ZaloTemplateChannel
    fake: FakeZaloTemplate

    async def returns(self, count: int) -> None:
        """So many dossiers of as many citizens are handed over now."""
        handed = self.office.now.astimezone(ZONE).replace(tzinfo=None)
        async with self.office.house.database.write() as conn:
            unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
            for number in range(count):
                phone = f"+8491{number:07d}"
                self.fake.phone(phone.lstrip("+"))
                keys = {"phone_key": KEYS.phone_key(phone), "phone_sealed": KEYS.seal(phone)}
                await add_dossier(conn, unit, f"D{number:05d}", returned_at=handed, **keys)

    async def spends_a_day(self) -> None:
        """From morning to evening: plan, queue, send; a quota that is asked for now and then."""
        for hour in (9, 13, 19):
            today = self.office.now.astimezone(ZONE).replace(hour=hour, minute=0)
            self.office.now = self.office.house.now = today.astimezone(MONDAY.tzinfo)
            await self.office.planner.ask_quotas()
            await self.office.planner.look()
            await self.sends()
        self.office.now += timedelta(days=1)

    async def sends(self) -> None:
        """What the dispatcher does, at the office's time instead of the database's."""
        database = self.office.house.database
        async with database.read() as conn:
            due = schema.outbox.c.state == "due"
            rows = (await conn.execute(select(schema.outbox).where(due))).mappings().all()
            contacts = (await conn.execute(select(schema.contacts))).mappings().all()
        addresses = {one["id"]: KEYS.unseal(one["address_sealed"]) for one in contacts}
        for start in range(0, len(rows), AT_ONCE):
            batch = rows[start : start + AT_ONCE]
            sending = [
                self.channel.send(addresses[row["contact_id"]], open_message(KEYS, row["message"]))
                for row in batch
            ]
            await asyncio.gather(*sending)
        async with database.write() as conn:
            sent = schema.outbox.c.id.in_([row["id"] for row in rows])
            await conn.execute(update(schema.outbox).where(sent).values(state="sent"))


async def deployed(database: Database, fake: FakeZaloTemplate, offices: list[Office]) -> Deployment:
    """The planner and the channel over one database and one clock."""
    given: dict[str, Any] = {**fake.settings, "metrics_listen": "off"}
    context = channel_context(database, clock=fake.state.clock, **given)
    await Zalo.of(context).chain.authorize_by_refresh_token(fake.state.refresh)
    channel = ZaloTemplateChannel(context)
    house = await make_house(database, invite_per_minute=100_000, rest_days="none")
    # The office plans with any channel that reaches by phone; this one is a real one.
    offices.append(Office(house=house, sms=cast(PhoneChannel, channel)))
    return Deployment(office=offices[0], channel=channel, fake=fake)


async def template_days(database: Database, daily: int, dossiers: int) -> list[int]:
    """How many templates arrived on each day; asserts that nobody got two."""
    offices: list[Office] = []
    clock = lambda: offices[0].now if offices else MONDAY  # noqa: E731
    async with FakeZaloTemplate(clock=clock, daily=daily) as fake:
        deployment = await deployed(database, fake, offices)
        await deployment.returns(dossiers)
        for _ in range(6):
            await deployment.spends_a_day()
        await deployment.channel.close()
        phones = fake.state.phones.values()
        assert [len(one.received) for one in phones] == [1] * dossiers, "each once"
        refused = [call for call in fake.calls("/message/template") if not call.effect]
        assert refused == [], "nothing was tried beyond the quota"
        return list(fake.state.sent_on.values())


@pytest.mark.parametrize(("daily", "dossiers"), [(20, 72)])
async def test_the_rest_goes_out_on_the_following_days(
    database: Database, daily: int, dossiers: int
) -> None:
    """20 + 20 + 20 + 12 over four days; nobody twice, and nothing is tried beyond the quota."""
    assert await template_days(database, daily, dossiers) == [20, 20, 20, 12]
