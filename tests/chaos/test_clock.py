"""Somebody turns the clock while citizens are served: nobody waits longer or hears twice.

One jump there and back in `make test`; all kinds, on both databases, in `make soak`. What a turned
clock leaves in the queues is tested in `test_delivery_clock`.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.support.serving import MOTCUA
from tests.acceptance.support.telegram import (
    AGREE,
    FIRST_QUESTION,
    Town,
    ends,
    fill_office,
    found_office,
    found_town,
)
from tests.chaos.clock import TurnedClock, needs_clock, turned_clock
from tests.chaos.serving import Logged, logged
from tests.fakes.telegram import FakeTelegram, Message, Person

pytestmark = needs_clock
PATIENCE = 60
"""Seconds: the library that turns the clock is slow on a busy machine."""
DAY = 86_400
JUMPS = {
    "ahead by two days and right again": (2 * DAY, 0),
    "back by two days and right again": (-2 * DAY, 0),
    "back and forth": (2 * DAY, -2 * DAY, 2 * DAY, 0),
    "ahead by twenty days": (20 * DAY, 0),
}


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram whose clock is right."""
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that every test has a copy of."""
    return found_office(tmp_path_factory.mktemp("office"), 6)


@asynccontextmanager
async def _serving(town: Town, clock: TurnedClock) -> AsyncIterator[Logged]:
    process = logged(MOTCUA, "serve", env=town.env | clock.env)
    serving = await asyncio.to_thread(process.__enter__)
    try:
        yield serving
    finally:
        await asyncio.to_thread(process.__exit__, None, None, None)


def _newest(person: Person) -> Message:
    """The question that stands open: below the old message where two days seem to have passed,
    since Telegram edits none that is older."""
    return [message for message in person.received if message.labels][-1]


async def _begins(person: Person, token: str) -> None:
    """As `begins`, with more patience."""
    await person.opens(token)
    await person.sees(AGREE, PATIENCE)
    await person.taps(AGREE)
    await person.sees(FIRST_QUESTION, PATIENCE)


async def _answers(town: Town, person: Person) -> None:
    """Tap the first answer of the open question, and wait for what comes next."""
    asked = _newest(person)
    text = asked.text
    await person.taps(asked.labels[0], asked)
    await town.telegram.until(
        lambda: (_newest(person), _newest(person).text) != (asked, text), PATIENCE
    )


async def _finish(town: Town, person: Person, left: int) -> None:
    for _ in range(left):
        await _answers(town, person)
    await ends(person)


def _said_twice(person: Person) -> list[str]:
    """The texts of the bot that the person was sent more than once."""
    texts = [re.sub(r"\s+", " ", message.text) for message in person.received]
    return [text for text in set(texts) if texts.count(text) > 1]


async def test_one_jump_there_and_back(
    office: Path, telegram: FakeTelegram, tmp_path: Path
) -> None:
    """Two days ahead, two days behind: one person goes on answering, and hears nothing twice."""
    town, clock = found_town(office, tmp_path, telegram), turned_clock(tmp_path)
    person = telegram.person()
    async with _serving(town, clock):
        await _begins(person, await town.token())
        for distance in (2 * DAY, -2 * DAY):
            await clock.turn(distance)
            await _answers(town, person)
        await town.settled()
    assert _said_twice(person) == []


@pytest.mark.soak
@pytest.mark.parametrize("jumps", list(JUMPS))
async def test_a_clock_that_jumps_silences_nobody(
    office: Path, telegram: FakeTelegram, tmp_path: Path, jumps: str
) -> None:
    """One person answers across every jump, others begin after each; all end, none hears twice."""
    await _survives(found_town(office, tmp_path, telegram), turned_clock(tmp_path), JUMPS[jumps])


@pytest.mark.soak
@pytest.mark.postgres
async def test_the_clock_of_a_process_differs_from_the_database(
    office: Path, telegram: FakeTelegram, tmp_path: Path, postgres_url: str
) -> None:
    """The server's clock is right, the service's jumps: what waits goes by the server's."""
    fill_office(tmp_path, postgres_url, 6)
    town = found_town(office, tmp_path, telegram)
    town = replace(town, motcua=replace(town.motcua, url=postgres_url))
    await _survives(town, turned_clock(tmp_path), (2 * DAY, -2 * DAY))


async def _survives(town: Town, clock: TurnedClock, jumps: tuple[int, ...]) -> None:
    first, *later = await town.tokens(1 + len(jumps), days=800)
    patient = town.telegram.person()
    people = [town.telegram.person(900 + n) for n in range(len(jumps))]
    async with _serving(town, clock):
        await _begins(patient, first)
        for distance, person, token in zip(jumps, people, later, strict=True):
            await clock.turn(distance)
            await _answers(town, patient)
            await _begins(person, token)
            await _finish(town, person, 4)
        await _finish(town, patient, 4 - len(jumps))
        await town.settled()
    assert await town.response_count() == 1 + len(jumps)
    assert [_said_twice(person) for person in (patient, *people)] == [[]] * (1 + len(jumps))
