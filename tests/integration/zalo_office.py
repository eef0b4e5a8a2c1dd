"""A running service of a district that has Zalo alone, in this process, and its database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot import app
from bot.channels.zalo_oa.channel import OfficialAccount
from surveys.dossier import Status
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import links
from surveys.store.queues.outbox import OutboxState
from tests.fakes.context import KEYS, channel_context
from tests.fakes.hours import ANY_HOUR
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET, FakeZaloOA
from tests.integration.delivering import until
from tests.integration.rows import add_dossier, add_unit

RETURNED, IN_WORK = "000.17.22.H56-210503-0001", "000.17.22.H56-210503-0002"
TOKENS = {RETURNED: "r" * 22, IN_WORK: "w" * 22}
PHONE = "+84987654321"
FOUR = [("satisfaction", "very"), ("contacts", "none"), ("agencies", "none"), ("conduct", "no")]


@dataclass(kw_only=True)
class Office:
    """The service and Zalo."""

    service: app.Service
    fake: FakeZaloOA
    base: str

    @property
    def account(self) -> OfficialAccount:
        """The channel."""
        (found,) = [
            one for one in self.service.channels.channels if isinstance(one, OfficialAccount)
        ]
        return found

    async def rows(self, what: Any) -> list[Any]:  # noqa: ANN401
        """The rows of a query."""
        async with self.service.database.read() as conn:
            return list((await conn.execute(what)).all())

    async def answers(self) -> list[tuple[str, str]]:
        """Question and option of every answer ever given, oldest first."""
        its = schema.answers.c
        found = await self.rows(select(its.question, its.option).order_by(its.id))
        return [(question, option) for question, option in found]

    async def settled(self) -> None:
        """Everything that came in is handled, and everything that goes out has its end."""

        async def are_done() -> bool:
            came = {state for (state,) in await self.rows(select(schema.inbox.c.state))}
            goes = {state for (state,) in await self.rows(select(schema.outbox.c.state))}
            return came <= {"done", "set_aside"} and not goes & {
                OutboxState.DUE,
                OutboxState.SENDING,
            }

        await until(are_done)


@asynccontextmanager
async def zalo_office(database: Database, **settings: Any) -> AsyncIterator[Office]:  # noqa: ANN401
    """Serve until the block ends; the account has authorised the app."""
    async with FakeZaloOA() as fake:
        context = channel_context(
            database,
            **{
                "listen": "127.0.0.1:0",
                "metrics_listen": "same",
                **ANY_HOUR,
                "zalo_oa_app_id": APP_ID,
                "zalo_oa_app_secret": APP_SECRET,
                "zalo_oa_secret": OA_SECRET,
                "zalo_oa_id": OA_ID,
                "zalo_oa_api_base": fake.root,
                "zalo_oa_oauth_base": fake.root,
                **settings,
            },
        )
        await _fill(database, context.clock())
        service = await app.assemble(context)
        stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
        running = asyncio.create_task(
            app.run(service, service.channels.routes(), stop, port.set_result)
        )
        office = Office(service=service, fake=fake, base=f"http://127.0.0.1:{await port}")
        await office.account.zalo.chain.authorize_by_code(fake.grants(), "")
        assert await fake.hook.set_url(f"{office.base}/zalo/webhook") == 200
        try:
            yield office
        finally:
            stop.set()
            await running


async def _fill(database: Database, now: Any) -> None:  # noqa: ANN401
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        work = {"status": Status.IN_PROGRESS, "finished_at": None, "returned_at": None}
        for code, columns in ((RETURNED, {"phone_key": KEYS.phone_key(PHONE)}), (IN_WORK, work)):
            number = await add_dossier(conn, unit, code, **columns)
            await links.make(conn, number, TOKENS[code], now, timedelta(days=90))


async def survey_by_digits(office: Office, digits: str = "1111") -> None:
    """From the link to the offer to send, each answer by its digit."""
    lan = office.fake.person()
    await lan.opens(TOKENS[RETURNED])
    await lan.sees("1. Đồng ý")
    await lan.types("1")
    for number, digit in enumerate(digits, 1):
        await lan.sees(f"Câu {number}/")
        await lan.types(digit)
    await lan.sees("Gửi luôn")
