"""A quarter in simulated time, with Tết in it: two processes plan and send, and are killed.

Every returned dossier ends with one named outcome; nobody is written to at night, on a weekend or
a holiday, or asked twice a week.
"""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from admin.inviting.funnel_result import name_of
from bot.asking.timetable import timetable
from bot.settings import load_settings
from surveys.inviting import OUTCOMES, outcome
from surveys.period import Period
from surveys.store.asking import funnel
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.acceptance.support.quarter_worker import KEYS
from tests.integration.rows import add_unit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS = 22
SOAK = partial(pytest.param, marks=pytest.mark.soak)
HOURS = (time(7, 30), time(14), time(22))
"""When the processes look, the last time at night; dossiers are handed over by day."""


@dataclass(kw_only=True)
class Quarter:
    """The simulation: its database, its two processes, its luck."""

    url: str
    database: Database
    chance: random.Random
    processes: list[Process] = field(default_factory=list)
    started: int = 0
    kills: int = 0
    dossiers: int = 0
    units: list[int] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)

    async def start(self) -> None:
        """22 units, 40 chats, two processes."""
        async with self.database.write() as conn:
            self.units = [await add_unit(conn, f"XA{n:02d}") for n in range(UNITS)]
            for number in range(40):
                values = {
                    "channel": "web" if number % 8 == 0 else "telegram",
                    "bot": "7",
                    "chat_key": f"{number:064d}",
                    "address_sealed": KEYS.seal(str(number)),
                    "language": "vi",
                    "status": "active",
                    "first_seen_at": datetime(2025, 12, 1, tzinfo=ZONE),
                    "last_seen_at": datetime(2025, 12, 1, tzinfo=ZONE),
                }
                made = insert(schema.contacts).values(**values).returning(schema.contacts.c.id)
                self.contacts.append((await conn.execute(made)).scalar_one())
        self.processes = list(await asyncio.gather(self._spawn(), self._spawn()))

    async def _spawn(self) -> Process:
        module = "tests.acceptance.support.quarter_worker"
        self.started += 1
        name = f"worker-{self.started}"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, self.url, name, stdin=PIPE, stdout=PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        return process

    async def hand_over(self, now: datetime, count: int) -> None:
        """Dossiers are returned: with a phone, a chat, a company's phone, or nothing."""
        returned = now.replace(tzinfo=None)
        async with self.database.write() as conn:
            for _ in range(count):
                self.dossiers += 1
                luck = self.chance.random()
                number = self.chance.randrange(4_000) if luck > 0.1 else 0  # 0: a company
                phone = f"+8491{number:07d}" if luck < 0.7 else ""
                values: dict[str, Any] = {
                    "code": f"D{self.dossiers:06d}",
                    "unit_id": self.chance.choice(self.units),
                    "channel": "in_person",
                    "status": 10,
                    "returned_at": returned,
                    "phone_key": KEYS.phone_key(phone) if phone else None,
                    "phone_sealed": KEYS.seal(phone) if phone else None,
                }
                made = insert(schema.dossiers).values(**values).returning(schema.dossiers.c.id)
                dossier = (await conn.execute(made)).scalar_one()
                if 0.6 < luck < 0.8:
                    link = {
                        "contact_id": self.chance.choice(self.contacts),
                        "dossier_id": dossier,
                        "via": "link",
                        "linked_at": now,
                    }
                    await conn.execute(insert(schema.contact_dossiers).values(**link))

    async def look(self, now: datetime, *, kill: bool) -> None:
        """Both processes look; one may be killed on the way and is started again."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{now.isoformat()}\n".encode())
        if kill:
            await asyncio.sleep(self.chance.random() * 0.2)
            place = self.chance.randrange(2)
            self.processes[place].kill()
            await self.processes[place].wait()
            self.kills += 1
            self.processes[place] = await self._spawn()
            process = self.processes[place]
            assert process.stdin is not None
            process.stdin.write(f"{now.isoformat()}\n".encode())
        for process in self.processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"done\n"

    async def end(self) -> None:
        """Stop the processes."""
        for process in self.processes:
            process.kill()
            await process.wait()


@pytest.mark.parametrize(
    ("dossiers", "first", "last", "kill_at"),
    [
        (60, date(2026, 2, 12), date(2026, 2, 23), (30, 4)),
        SOAK(15_121, date(2025, 12, 15), date(2026, 3, 14), (5, 0)),
    ],
)
async def test_every_returned_dossier_has_one_outcome_and_nobody_is_bothered(
    database_url: str,
    database: Database,
    dossiers: int,
    first: date,
    last: date,
    kill_at: tuple[int, int],
) -> None:
    """Through Tết; a process is killed at a random moment of each look whose number, divided by
    the first of `kill_at`, leaves the second: in the short form on the mornings with most to
    send."""
    quarter = Quarter(url=database_url, database=database, chance=random.Random(7))
    await quarter.start()
    days = (last - first).days + 1
    steps = [datetime.combine(first + timedelta(n), at, ZONE) for n in range(days) for at in HOURS]
    busy = [now for now in steps if now.hour < 18 and now.weekday() < 5]
    share = -(-dossiers // len(busy))
    try:
        for number, now in enumerate(steps, 1):
            if now in busy and quarter.dossiers < dossiers:
                await quarter.hand_over(now, min(share, dossiers - quarter.dossiers))
            await quarter.look(now, kill=number % kill_at[0] == kill_at[1])
    finally:
        await quarter.end()
    assert quarter.dossiers == dossiers
    told = await _outcomes(database, first, last)
    print(f"\n{dossiers} dossiers, {quarter.kills} kills: {dict(told)}")  # noqa: T201 - a report
    assert sum(told.values()) == dossiers
    assert set(told) <= {outcome(s, r) for s, reasons in OUTCOMES.items() for r in reasons}
    assert "unplanned" not in told
    assert "expired_unsent" not in told, "somebody waited in vain for a turn"
    await _nobody_was_bothered(database)


async def _outcomes(database: Database, first: date, last: date) -> Counter[str]:
    period = Period(id="quarter", start=first, end=last)
    async with database.read() as conn:
        found = await funnel.list_outcomes(conn, period, "phieu5")
    return Counter(name_of(one, datetime.min) for one in found)  # noqa: DTZ901 - a civil time


async def _nobody_was_bothered(database: Database) -> None:
    """No message at night, on a rest day, or twice a week to one chat or number."""
    times = timetable(load_settings())
    made = schema.invitations
    query = (
        select(made, schema.contacts.c.phone_key, schema.dossiers.c.phone_key.label("of_dossier"))
        .join(schema.contacts, schema.contacts.c.id == made.c.contact_id)
        .join(schema.dossiers, schema.dossiers.c.id == made.c.dossier_id)
        .where(made.c.issued_at.is_not(None))
    )
    async with database.read() as conn:
        rows = (await conn.execute(query)).mappings().all()
        sent = (await conn.execute(select(schema.outbox))).mappings().all()
    asked: defaultdict[str, set[datetime]] = defaultdict(set)
    for row in rows:
        assert times.may_write(row["issued_at"])
        assert row["reminded_at"] is None or times.may_write(row["reminded_at"])
        asked[f"contact {row['contact_id']}"].add(row["issued_at"])
        if row["of_dossier"]:
            asked[f"phone {row['of_dossier']}"].add(row["issued_at"])
    for moments in asked.values():
        ordered = sorted(moments)
        gaps = [later - one for one, later in pairwise(ordered)]
        assert all(gap >= timedelta(days=7) for gap in gaps)
    leads = {row["lead_id"] for row in rows}
    invited = [one["invitation_id"] for one in sent if one["kind"] == "invitation"]
    assert sorted(invited) == sorted(leads)
