"""From a typed digit at the Official Account to the next question, beside a bare echo."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from pathlib import Path

import pytest

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.phones import settings_of, zalo_oa_of
from tests.acceptance.support.telegram import KEY, Served, found_office
from tests.bench.processes import serving
from tests.bench.telling import tell
from tests.fakes.zalo_oa import FakeZaloOA, Person

PEOPLE, PER_SECOND, QUESTIONS = 200, 50, 4
PATIENCE_SECONDS = 120

Act = Callable[[Person], Awaitable[object]]


@pytest.mark.bench
async def test_a_typed_digit_is_as_quick_as_an_echo(tmp_path: Path) -> None:
    """At 50 a second, from the digit to the next question at Zalo: p99 within ten times that of a
    bot that only echoes and keeps nothing. The best of four rounds on both sides."""
    async with FakeZaloOA() as fake:
        fake.state.per_minute, fake.hook.pause_factor = 1_000_000, 0.05
        bare = await _echoed(fake)
    async with FakeZaloOA() as fake:
        fake.state.per_minute, fake.hook.pause_factor = 1_000_000, 0.05
        ours = await _surveyed(fake, tmp_path)
    ratio = _p99(ours) / _p99(bare)
    tell(
        f"typed digit at {PER_SECOND}/s: p99 {_p99(ours) * 1_000:.1f} ms;"
        f" bare echo: p99 {_p99(bare) * 1_000:.1f} ms; {ratio:.1f} x"
    )
    assert ratio <= 10


async def _echoed(fake: FakeZaloOA) -> Sequence[float]:
    access, _ = fake.pair()
    people = _people(fake)
    async with serving("tests.bench.echo", after=(fake.root, access)) as port:
        await fake.hook.set_url(f"http://127.0.0.1:{port}/zalo/webhook")
        return await _best(fake, people)


async def _surveyed(fake: FakeZaloOA, folder: Path) -> Sequence[float]:
    """The rounds of people in front of their first question."""
    (folder / "office").mkdir()
    office = await asyncio.to_thread(found_office, folder / "office", PEOPLE)
    far_end = zalo_oa_of(fake)
    url = f"sqlite:///{office}"
    settings = settings_of(far_end, key=KEY)
    town = Served(motcua=Motcua(folder=folder, url=url, settings=settings))
    await asyncio.to_thread(far_end.authorise, town.motcua)
    async with town.serving() as served:
        assert far_end.after_start is not None
        await far_end.after_start(served.address)
        people = _people(fake)
        for person, token in zip(people, await town.tokens(PEOPLE), strict=True):
            await person.opens(token)
            await asyncio.sleep(1 / PER_SECOND)
        await _all_see(people, "1. Đồng ý")
        for person in people:
            await person.types("1")
            await asyncio.sleep(1 / PER_SECOND)
        await _all_see(people, "Câu 1/")
        return await _best(fake, people)


def _people(fake: FakeZaloOA) -> list[Person]:
    return [fake.person(10_000 + number) for number in range(PEOPLE)]


async def _all_see(people: Sequence[Person], text: str) -> None:
    for person in people:
        await person.sees(text, PATIENCE_SECONDS)


async def _best(fake: FakeZaloOA, people: Sequence[Person]) -> Sequence[float]:
    """The latencies of the round that the rest of the machine disturbed least."""
    return min([await _round(fake, people) for _ in range(QUESTIONS)], key=_p99)


async def _round(fake: FakeZaloOA, people: Sequence[Person]) -> Sequence[float]:
    """Every citizen types a digit, at this many a second, and is answered."""
    loop, first = asyncio.get_running_loop(), len(fake.state.asked)
    begun, acted = loop.time(), dict[str, float]()
    for number, person in enumerate(people):
        await asyncio.sleep(begun + number / PER_SECOND - loop.time())
        acted[person.id] = time.monotonic()
        await person.types("1")
    answered: dict[str, float] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(answered) < len(people):
            await asyncio.sleep(0.05)
            answered = {one.citizen: one.at for one in fake.state.asked[first:]}
    return sorted(answered[one] - acted[one] for one in acted)


def _p99(latencies: Sequence[float]) -> float:
    return latencies[ceil(len(latencies) * 0.99) - 1]
