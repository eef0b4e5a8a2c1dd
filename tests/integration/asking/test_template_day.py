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
from tests.integration.queue_rows import migrated
from tests.integration.rows import add_dossier, add_unit

AT_ONCE = 16
CITIZENS = 8


@dataclass(kw_only=True)
class Deployment:
    """An office whose citizens are known by their phone numbers only."""

    office: Office
    channel: ZaloTemplateChannel
    fake: FakeZaloTemplate

    async def returns(self, count: int, first_code: int = 0) -> None:
        """So many dossiers of as many citizens, always the same ones, are handed over now."""
        handed = self.office.now.astimezone(ZONE).replace(tzinfo=None)
        async with self.office.house.database.write() as conn:
            unit = await add_unit(conn, f"XA{first_code}", name="UBND xã An Hòa")
            for number in range(count):
                phone = f"+8491{number:07d}"
                self.fake.phone(phone.lstrip("+"))
                keys = {"phone_key": KEYS.phone_key(phone), "phone_sealed": KEYS.seal(phone)}
                code = f"D{first_code + number:05d}"
                await add_dossier(conn, unit, code, returned_at=handed, **keys)

    async def spends_a_day(self) -> None:
        """From morning to evening: plan, queue, send; a quota that is asked for now and then."""
        for hour in (9, 13, 19):
            today = self.office.now.astimezone(ZONE).replace(hour=hour, minute=0)
            self.office.now = self.office.house.now = today.astimezone(MONDAY.tzinfo)
            await self.office.planner.ask_quotas()
            await self.office.planner.look()
            await self.sends()
        self.office.now += timedelta(days=1)

    async def sends(self, *, loses: bool = False) -> None:
        """What the dispatcher does, at the office's time instead of the database's; with `loses`
        another sender may have been first."""
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
            await asyncio.gather(*sending, return_exceptions=loses)
        async with database.write() as conn:
            sent = schema.outbox.c.id.in_([row["id"] for row in rows])
            await conn.execute(update(schema.outbox).where(sent).values(state="sent"))


async def deployed(
    database: Database,
    fake: FakeZaloTemplate,
    offices: list[Office],
    *,
    is_authorised: bool = False,
) -> Deployment:
    """The planner and the channel over one database and one clock."""
    given: dict[str, Any] = {**fake.settings, "metrics_listen": "off"}
    context = channel_context(database, clock=fake.state.clock, **given)
    if not is_authorised:
        await Zalo.of(context).chain.authorize_by_refresh_token(fake.state.refresh)
    channel = ZaloTemplateChannel(context)
    house = await make_house(database, invite_per_minute=100_000, rest_days="none")
    # The office plans with any channel that reaches by phone; this one is a real one.
    offices.append(Office(house=house, sms=cast(PhoneChannel, channel)))
    return Deployment(office=offices[-1], channel=channel, fake=fake)


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


@pytest.mark.postgres
async def test_two_senders_at_once_write_to_each_citizen_once(postgres_url: str) -> None:
    """Two services plan, queue and send the same messages at the same moment; a second dossier of
    everybody in the same week waits: one template a citizen a week."""
    offices: list[Office] = []
    clock = lambda: offices[0].now if offices else MONDAY  # noqa: E731
    async with (
        migrated(postgres_url) as one,
        migrated(postgres_url) as two,
        FakeZaloTemplate(clock=clock) as fake,
    ):
        first = await deployed(one, fake, offices)
        second = await deployed(two, fake, [offices[0]], is_authorised=True)
        both = (first, second)
        for first_code in (0, CITIZENS):
            await first.returns(CITIZENS, first_code)
            second.office.now = first.office.now = first.office.now + timedelta(hours=1)
            await asyncio.gather(*(one.office.planner.ask_quotas() for one in both))
            await asyncio.gather(*(one.office.planner.look() for one in both))
            await asyncio.gather(*(one.sends(loses=True) for one in both))
        await asyncio.gather(*(one.channel.close() for one in both))
        phones = fake.state.phones.values()
        assert [len(phone.received) for phone in phones] == [1] * CITIZENS
        taken = [call for call in fake.calls("/message/template") if call.effect]
        assert len(taken) == CITIZENS


@pytest.mark.parametrize(("daily", "dossiers"), [(20, 72)])
async def test_the_rest_goes_out_on_the_following_days(
    database: Database, daily: int, dossiers: int
) -> None:
    """20 + 20 + 20 + 12 over four days; nobody twice, and nothing is tried beyond the quota."""
    assert await template_days(database, daily, dossiers) == [20, 20, 20, 12]
