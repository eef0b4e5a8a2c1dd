"""A week of clock, power, network and disk weather in fast motion, while citizens answer.

A seeded script (`WEATHER_SEED`, `WEATHER_CHANGES`): the clock jumps, the service is killed, the
line to Telegram breaks in every way, its files cannot grow. Citizens answer the survey they were
invited to and look dossiers up; others only read. At the end no answer is lost or doubled, nobody
was written to twice or at night, health has told the truth, and the log is short. A short week in
`make test`, longer ones with more citizens in `make soak`.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select

from surveys.store.base import schema
from tests.acceptance.support.serving import MOTCUA
from tests.acceptance.support.telegram import (
    SEND,
    THANKS,
    Town,
    code_of,
    fill_office,
    found_office,
    found_town,
    until,
)
from tests.chaos.clock import needs_clock, turned_clock
from tests.chaos.line import line_to
from tests.chaos.weather import DAY, SETTLING, Calendar, Weather
from tests.fakes.telegram import Call, FakeTelegram, Person

pytestmark = needs_clock
SEED = int(os.environ.get("WEATHER_SEED", "13"))
PEOPLE, CROWD = 4, 40
CHANGES, MANY_CHANGES = 2, int(os.environ.get("WEATHER_CHANGES", "60"))
DAYS, QUESTIONS, BACK = 7, 4, "←"
ASIDE = 0.05
"""How often a citizen looks the dossier up instead of answering."""
INVITED = 5.0
"""Seconds until somebody who was to be invited opens the link instead."""
PATIENCE = 3.0
"""Seconds until a citizen who hears nothing writes again."""
ENOUGH = float(os.environ.get("WEATHER_PATIENCE", "300"))
LOG_BYTES = 4_000
"""Most bytes of log for each change of the weather: each is told, none floods."""
NIGHT_FROM, NIGHT_TO, SATURDAY = 21, 7, 5
NEVER_CAME = ("uncertain", "expired")
OFFICE_HOURS = {"quiet_from": "21:00", "quiet_to": "07:00", "rest_days": "weekends"}
OFFICE_HOURS |= {"metrics_listen": "off"}


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who was invited, answers, and asks after the dossier now and then."""

    person: Person
    code: str
    token: str
    chance: random.Random

    async def answers(self) -> None:
        """Go on until the bot says thanks, whatever the weather. Who hears nothing (an invitation
        is not repeated if it may have come) opens the link of the receipt.
        """
        with suppress(AssertionError):
            await self.person.sees("", INVITED)
        if not self.person.received:
            await self.person.opens(self.token)
        while not has_ended(self.person):
            await self._act()

    async def _act(self) -> None:
        """Do something, and wait until something comes; else do something again."""
        before = self._screen()
        luck, asked = self.chance.random(), [one for one in self.person.received if one.labels]
        if luck < ASIDE:
            await self.person.types(self.code)
        elif not asked:
            await self.person.types("tiếp tục")
        else:
            labels = [one for one in asked[-1].labels if not one.startswith(BACK)]
            send = [one for one in labels if one.startswith(SEND)]
            await self.person.taps((send or labels)[0], asked[-1])
        with suppress(TimeoutError):
            await self.person.state.bell.until(lambda: self._screen() != before, PATIENCE)

    def _screen(self) -> list[tuple[int, str]]:
        return [(one.id, one.text) for one in self.person.received]


@dataclass(frozen=True, slots=True)
class Week:
    """A town in the weather. Every other one of the invited answers, the others only read."""

    town: Town
    weather: Weather
    people: list[Person]
    tokens: list[str]

    @property
    def talkers(self) -> list[Person]:
        """Who answers."""
        return self.people[::2]

    @property
    def readers(self) -> list[Person]:
        """Who does not."""
        return self.people[1::2]

    async def invite(self) -> None:
        """Invite everybody, by the clock of the service."""
        env = self.weather.env
        process = await asyncio.create_subprocess_exec(
            MOTCUA, "invite", "2021-Q2", env=env, stdout=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() == 0

    async def passes(self, changes: int, *, full_disk: bool) -> None:
        """Let it be Monday morning, then everything happen until everybody has answered."""
        calendar = self.weather.calendar
        await asyncio.sleep(SETTLING)
        await calendar.turn(calendar.until_hour(9))
        answering = [asyncio.create_task(one.answers()) for one in self._citizens()]
        for number in range(changes):
            await self.weather.blow()
            if full_disk and number % 10 == 5:
                await self.weather.happen(self.weather.full_disk)
            await calendar.turn(calendar.ahead + DAYS * DAY // changes)
        _, late = await asyncio.wait(answering, timeout=ENOUGH)
        assert not late, self._picture()
        await asyncio.gather(*answering)
        await self._calms_down()

    def _citizens(self) -> list[Citizen]:
        codes = (code_of(number) for number in count(1, 2))
        who = zip(self.talkers, codes, self.tokens[::2], strict=False)
        return [Citizen(*one, random.Random(one[0].id)) for one in who]

    async def _calms_down(self) -> None:
        """A quiet office day, on which everything that was to be sent is sent."""
        calendar = self.weather.calendar
        await calendar.turn(_on_monday(calendar, 9))
        with suppress(TimeoutError):
            await until(self._is_settled, ENOUGH)
        assert await self._is_settled(), f"{await self.town.states()} {self._picture()}"
        assert len([one for one in self.people if not one.received]) <= await self._missing()

    async def _missing(self) -> int:
        """How many invitations may not have come: unknown to the bot, or out of date."""
        state = schema.outbox.c.state.in_(NEVER_CAME)
        query = select(func.count()).where(state, schema.outbox.c.kind == "invitation")
        async with self.town.database() as opened, opened.read() as conn:
            return await conn.scalar(query) or 0

    def _picture(self) -> str:
        """What those see who have not ended, and the end of the log."""
        late = [one for one in self.talkers if not has_ended(one)]
        return "\n".join([*(one.picture() for one in late[:3]), self.weather.log[-3_000:]])

    async def _is_settled(self) -> bool:
        came, goes = await self.town.states()
        return came == {"done"} and goes <= {"sent", "cancelled", *NEVER_CAME}

    def started(self, person: Person) -> list[Call]:
        """What the bot wrote to this person by itself: what came before any act of theirs."""
        calls = self.town.telegram.calls("sendMessage", person.id)
        own = [one.at for one in person.screen if not one.from_bot]
        acts = [*own, *(tap.at for tap in person.taps_made)]
        return [call for call in calls if call.effect and call.at < min(acts, default=call.at + 1)]

    def at_night(self) -> list[str]:
        """When the bot wrote by itself at night or on a weekend."""
        found = []
        for person in self.people:
            for call in self.started(person):
                shown = self.weather.calendar.shown(call.at)
                if all(one.weekday() >= SATURDAY or _is_night(one.hour) for one in shown):
                    found.append(" or ".join(str(one) for one in shown))
        return found

    def twice(self) -> list[str]:
        """What the bot told a reader twice."""
        found = []
        for person in self.readers:
            texts = [str(call.params["text"]) for call in self.started(person)]
            found += [text for text in set(texts) if texts.count(text) > 1]
        return found

    async def answers(self) -> dict[int, int]:
        """How many answers each response has."""
        latest = (schema.answers.c.response_id, func.count())
        query = select(*latest).where(schema.answers.c.latest).group_by(latest[0])
        async with self.town.database() as opened, opened.read() as conn:
            return {row[0]: row[1] for row in await conn.execute(query)}


def has_ended(person: Person) -> bool:
    """Whether the bot has said thanks."""
    return any(THANKS in one.text for one in person.received)


def _is_night(hour: int) -> bool:
    return hour >= NIGHT_FROM or hour < NIGHT_TO


def _on_monday(calendar: Calendar, hour: int) -> int:
    """How far ahead the clock has to be to show this hour of the next Monday."""
    today = calendar.shown(time.monotonic())[-1].weekday()
    return calendar.until_hour(hour, 7 - today)


def _town(folder: Path, telegram: FakeTelegram, people: int, **settings: str) -> Town:
    office = folder / "office"
    office.mkdir()
    town = found_town(found_office(office, people), folder, telegram)
    chosen = {**town.motcua.settings, **settings}
    return replace(town, motcua=replace(town.motcua, settings=chosen))


@asynccontextmanager
async def _week(
    town: Town, folder: Path, people: int, *, trusts_clock: bool = True
) -> AsyncIterator[Week]:
    """Begins in the night to Monday, with a service that runs."""
    known, tokens = await town.acquainted(people), await town.tokens(people, days=800)
    async with line_to(int(town.telegram.root.rpartition(":")[2])) as line:
        settings = {**town.motcua.settings, "telegram_api_base": line.root}
        town = replace(town, motcua=replace(town.motcua, settings=settings))
        calendar, chance = Calendar(turned_clock(folder)), random.Random(SEED)
        weather = Weather(
            town=town, line=line, calendar=calendar, chance=chance, trusts_clock=trusts_clock
        )
        calendar.set(_on_monday(calendar, 3))
        await weather.start()
        try:
            yield Week(town, weather, known, tokens)
        finally:
            await weather.kill()


async def _survives(week: Week, changes: int, *, full_disk: bool) -> None:
    await week.invite()
    await week.passes(changes, full_disk=full_disk)
    assert week.weather.told == []
    assert week.twice() == []
    if week.weather.trusts_clock:
        assert week.at_night() == []
    assert min((await week.answers()).values()) >= QUESTIONS
    assert await week.town.response_count() == len(week.talkers)
    assert week.weather.log_bytes < LOG_BYTES * (2 + week.weather.changes)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram whose clock is right."""
    async with FakeTelegram() as fake:
        yield fake


async def test_a_short_week(telegram: FakeTelegram, tmp_path: Path) -> None:
    """A few changes of the weather."""
    town = _town(tmp_path, telegram, PEOPLE, **OFFICE_HOURS)
    async with _week(town, tmp_path, PEOPLE) as week:
        await _survives(week, CHANGES, full_disk=False)


@pytest.mark.soak
async def test_a_long_week(telegram: FakeTelegram, tmp_path: Path) -> None:
    """Many changes, and a disk that is full now and then."""
    town = _town(tmp_path, telegram, CROWD, **OFFICE_HOURS)
    async with _week(town, tmp_path, CROWD) as week:
        await _survives(week, MANY_CHANGES, full_disk=True)


@pytest.mark.soak
@pytest.mark.postgres
async def test_a_long_week_on_a_server(
    telegram: FakeTelegram, tmp_path: Path, postgres_url: str
) -> None:
    """On PostgreSQL, whose clock is another machine's and right: power and network."""
    town = _town(tmp_path, telegram, CROWD)
    fill_office(tmp_path, postgres_url, CROWD)
    town = replace(town, motcua=replace(town.motcua, url=postgres_url))
    async with _week(town, tmp_path, CROWD, trusts_clock=False) as week:
        await _survives(week, MANY_CHANGES, full_disk=False)
