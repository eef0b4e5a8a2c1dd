"""The same citizens on every channel, with a real `motcua serve` between: one suite over all."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.phones import FAR_ENDS, FarEnd, Phone, settings_of
from tests.acceptance.support.serving import Running
from tests.acceptance.support.telegram import (
    AGREE,
    KEY,
    SEND,
    THANKS,
    Served,
    code_of,
    found_office,
)

HAPPY = [
    ("satisfaction", "very", None),
    ("contacts", "none", None),
    ("agencies", "none", None),
    ("conduct", "no", None),
]
PEOPLE = 4
KILLS = 6
DURABLE = [name for name in FAR_ENDS if name != "zalo_bot"]
"""A Zalo bot that polls is told each update once: one that a dying process was given is lost, and
the citizen types it again. docs/zalo.md says so; the webhook has no such gap."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """An office on one channel."""

    far_end: FarEnd
    town: Served

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Running]:
        """The bot serves, and its server knows where."""
        async with self.town.serving() as served:
            if self.far_end.after_start:
                await self.far_end.after_start(served.address)
            yield served


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that every test has a copy of."""
    return found_office(tmp_path_factory.mktemp("office"), count=PEOPLE)


@pytest.fixture(params=FAR_ENDS)
async def place(
    request: pytest.FixtureRequest, office: Path, tmp_path: Path
) -> AsyncIterator[Place]:
    """The office on each channel."""
    async with FAR_ENDS[request.param]() as far_end:
        shutil.copy(office, tmp_path / "motcua.sqlite")
        motcua = Motcua(
            folder=tmp_path,
            url=f"sqlite:///{tmp_path}/motcua.sqlite",
            settings=settings_of(far_end, key=KEY),
        )
        await asyncio.to_thread(far_end.authorise, motcua)
        yield Place(far_end=far_end, town=Served(motcua=motcua))


async def answers_all(phone: Phone, token: str) -> None:
    """From the link to the thanks, each step after the answer to the one before."""
    await phone.opens(token)
    await phone.sees(AGREE)
    await phone.chooses(AGREE)
    for number in range(1, len(HAPPY) + 1):
        await phone.sees(f"Câu {number}/")
        await phone.chooses_first()
    await phone.sees(SEND)
    await phone.chooses(SEND)
    await phone.sees(THANKS)


async def test_a_survey_a_look_up_and_a_farewell(place: Place) -> None:
    """Everything a citizen can do works on every channel, and nothing is said twice."""
    phone = place.far_end.phone(1001)
    async with place.serving():
        await answers_all(phone, await place.town.token())
        await phone.types(code_of(1))
        await phone.sees("đã trả")
        await phone.types("/xoa")
        await phone.sees("Xóa hết")
        await phone.chooses("Xóa hết")
        await phone.sees("Tạm biệt")
        await place.town.settled()
    assert await place.town.answers(latest=False) == HAPPY
    assert len(phone.heard) == len(set(phone.heard))


@pytest.mark.parametrize("place", [name for name in FAR_ENDS if name != "telegram"], indirect=True)
async def test_half_a_character_stops_nobody(place: Place) -> None:
    """A phone that cuts a text within an emoji is answered, and so is whoever writes next."""
    cut, next_ = place.far_end.phone(1001), place.far_end.phone(1002)
    async with place.serving():
        await cut.types("xin chào \ud83d")
        await next_.types("xin chào")
        await next_.sees("Kính chào")
        await cut.sees("Kính chào")
        await place.town.settled()


async def test_repeats_and_disorder_change_nothing(place: Place) -> None:
    """Several citizens at once, their updates twice and in any order: each answer once."""
    tokens = await place.town.tokens(PEOPLE)
    place.far_end.disturb()
    phones = [place.far_end.phone(2_000 + number) for number in range(PEOPLE)]
    async with place.serving():
        await asyncio.gather(*map(answers_all, phones, tokens))
        await place.town.settled()
    assert await place.town.response_count() == PEOPLE
    assert sorted(await place.town.answers(latest=False)) == sorted(HAPPY * PEOPLE)


@pytest.mark.parametrize("place", DURABLE, indirect=True)
async def test_killed_after_any_answer_it_goes_on(place: Place) -> None:
    """A power cut while an answer is on its way: after the start the next question is there, and
    the answer once."""
    phone = place.far_end.phone(1001)
    async with place.serving():
        await phone.opens(await place.town.token())
        await phone.sees(AGREE)
        await phone.chooses(AGREE)
        await phone.sees("Câu 1/")
        await place.town.settled()
    for number in (2, 3):
        async with place.serving() as served:
            await phone.chooses_first()
            await asyncio.sleep(0.2 * (number - 1))
            await asyncio.to_thread(served.kill)
        async with place.serving():
            await phone.sees(f"Câu {number}/")
            await place.town.settled()
    assert await place.town.answers(latest=False) == HAPPY[:2]


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("place", DURABLE, indirect=True)
async def test_killed_again_and_again(place: Place) -> None:
    """Citizens answer, their updates twice and in any order, while the service is killed again and
    again: everybody gets to the end, and each answer is there once."""
    chance = Random(12)
    tokens = await place.town.tokens(PEOPLE)
    place.far_end.disturb()
    phones = [place.far_end.phone(3_000 + number) for number in range(PEOPLE)]
    citizens = asyncio.gather(*map(answers_all, phones, tokens))
    for _ in range(KILLS):
        async with place.serving() as served:
            await asyncio.wait({citizens}, timeout=chance.uniform(0.5, 3.0))
            await asyncio.to_thread(served.kill)
    async with place.serving():
        await citizens
        await place.town.settled()
    assert await place.town.response_count() == PEOPLE
    assert sorted(await place.town.answers(latest=False)) == sorted(HAPPY * PEOPLE)
