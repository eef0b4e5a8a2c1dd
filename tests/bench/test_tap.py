"""A tap from the finger to the next question, compared with a bare echo bot in the same run."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.support.telegram import (
    AGREE,
    FIRST_QUESTION,
    Town,
    found_office,
    found_town,
)
from tests.bench.processes import serving
from tests.bench.telling import tell
from tests.fakes.telegram import FakeTelegram, Limits, Person

PEOPLE = 200
PER_SECOND = 50
QUESTIONS = 4
CROWD = 400
"""Who tap at once, where throughput is asked for."""
PATIENCE_SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")

Act = Callable[[Person], Awaitable[object]]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram that never says "too many": the bot's own rate limit is not what is measured."""
    async with FakeTelegram(limits=Limits.off()) as fake:
        yield fake


@dataclass(frozen=True, slots=True)
class Round:
    """Acts of people, and when each was answered; seconds."""

    acted: dict[int, float]
    answered: dict[int, float]

    @property
    def latencies(self) -> list[float]:
        """How long each waited."""
        return [self.answered[one] - self.acted[one] for one in self.acted]

    @property
    def took(self) -> float:
        """From the first act to the last answer."""
        return max(self.answered.values()) - min(self.acted.values())


@pytest.mark.bench
async def test_a_tap_is_as_quick_as_an_echo(telegram: FakeTelegram, tmp_path: Path) -> None:
    """At 50 taps a second, from the tap to the next question at Telegram: p99 within ten times
    that of a bot that only echoes and keeps nothing."""
    echoes = await _echoed(telegram)
    town = await _town(telegram, tmp_path, PEOPLE)
    async with town.serving():
        people = await _asked(town, PEOPLE)
        taps = [await _round(telegram, people, _taps, PER_SECOND) for _ in range(QUESTIONS)]
    ours, bare = _best(taps), _best(echoes)
    ratio = _percentile(ours, 99) / _percentile(bare, 99)
    tell(
        f"tap at {PER_SECOND}/s: p50 {_ms(ours, 50)}, p99 {_ms(ours, 99)};"
        f" bare echo: p50 {_ms(bare, 50)}, p99 {_ms(bare, 99)}; p99 {ratio:.1f} x"
    )
    assert len(await town.answers()) == PEOPLE * QUESTIONS
    assert ratio <= 10


@pytest.mark.bench
async def test_taps_a_second_on_one_core(telegram: FakeTelegram, tmp_path: Path) -> None:
    """How many taps a second the served process takes on SQLite, held to one core: stated."""
    town = await _town(telegram, tmp_path, CROWD)
    async with town.serving() as served:
        people = await _asked(town, CROWD)
        number = served.process.pid
        os.sched_setaffinity(number, {min(os.sched_getaffinity(number))})
        before = _cpu_seconds(number)
        rounds = [await _round(telegram, people, _taps, 0) for _ in range(QUESTIONS)]
        spent = _cpu_seconds(number) - before
    count = CROWD * QUESTIONS
    best = max(CROWD / one.took for one in rounds)
    tell(
        f"{count} taps on one core, SQLite: {best:.0f}/s in the best round;"
        f" {spent / count * 1_000:.2f} ms of processor time a tap, which is {count / spent:.0f}/s"
    )
    assert len(await town.answers()) == count


async def _town(telegram: FakeTelegram, folder: Path, count: int) -> Town:
    home = folder / "office"
    home.mkdir()
    office = await asyncio.to_thread(found_office, home, count)
    return found_town(office, folder, telegram, hook=True, telegram_per_second="1000")


async def _asked(town: Town, count: int) -> list[Person]:
    """People in front of their first question."""
    people = [town.telegram.person(10_000 + number) for number in range(count)]
    tokens = await town.tokens(count)
    await asyncio.gather(*(one.opens(token) for one, token in zip(people, tokens, strict=True)))
    await _all(town.telegram, people, lambda one: AGREE in one.received[-1].labels)
    await asyncio.gather(*(one.taps(AGREE) for one in people))
    await _all(town.telegram, people, lambda one: FIRST_QUESTION in one.received[-1].text)
    return people


async def _echoed(telegram: FakeTelegram) -> list[Round]:
    """The same number of rounds with the echo bot."""
    people = [telegram.person(100 + number, started=True) for number in range(PEOPLE)]
    async with (
        serving("tests.bench.echo", after=(telegram.root, telegram.token)) as port,
        aiohttp.ClientSession() as session,
    ):
        hook = {"url": f"http://127.0.0.1:{port}/hook"}
        address = f"{telegram.root}/bot{telegram.token}/setWebhook"
        async with session.post(address, json=hook) as done:
            assert done.status == 200
        return [await _round(telegram, people, _types, PER_SECOND) for _ in range(QUESTIONS)]


async def _round(
    telegram: FakeTelegram, people: Sequence[Person], act: Act, per_second: float
) -> Round:
    """Every citizen acts once, at this many per second (0: all at once), and is answered."""
    loop, first = asyncio.get_running_loop(), len(telegram.transcript.calls)
    acted: dict[int, float] = {}
    begun = loop.time()
    for number, person in enumerate(people):
        if per_second:
            await asyncio.sleep(begun + number / per_second - loop.time())
        acted[person.id] = telegram.state.clock()
        await act(person)
    answered: dict[int, float] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(answered) < len(people):
            await asyncio.sleep(0.05)
            calls = telegram.transcript.calls[first:]
            answered = {one.chat: one.at for one in calls if one.is_message and one.chat}
    return Round(acted, answered)


async def _taps(person: Person) -> object:
    message = person.received[-1]
    return await person.taps(message.labels[0], message)


async def _types(person: Person) -> object:
    return await person.types("Tôi hài lòng")


async def _all(
    telegram: FakeTelegram, people: Iterable[Person], condition: Callable[[Person], bool]
) -> None:
    everybody = list(people)
    await telegram.until(
        lambda: all(one.received and condition(one) for one in everybody), PATIENCE_SECONDS
    )


def _best(rounds: Iterable[Round]) -> list[float]:
    """The latencies of the round that the rest of the machine disturbed least."""
    return min((sorted(one.latencies) for one in rounds), key=lambda one: _percentile(one, 99))


def _percentile(values: Sequence[float], percent: int) -> float:
    return values[ceil(len(values) * percent / 100) - 1]


def _ms(values: Sequence[float], percent: int) -> str:
    return f"{_percentile(values, percent) * 1_000:.1f} ms"


def _cpu_seconds(number: int) -> float:
    """What the process has used of all processors (proc(5), utime and stime)."""
    fields = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
