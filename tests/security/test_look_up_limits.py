"""Guessing dossier codes: by erasing the chat, with new cookies, with many chats."""

import logging

import pytest

from surveys.store.base.database import Database
from surveys.store.citizens import look_up_counts
from tests.integration.conversation.conftest import make_house
from tests.integration.conversation.person import CODE, Person
from tests.integration.conversation.test_second_proof import FILED

TOO_MANY, UNKNOWN = "sau 60 phút", "không thấy"
MINE = "000.17.22.H56-210503-0777"
SHOWN = "Nơi tiếp nhận"
UNKNOWN_CODE = "000.17.22.H56-210503-9999"


async def _guesses(person: Person, count: int) -> list[bool]:
    """Whether each of this many codes was looked up."""
    said = [await person.types(f"000.17.22.H56-210503-{7000 + n}") for n in range(count)]
    assert all(TOO_MANY in one or UNKNOWN in one for one in said)
    return [UNKNOWN in one for one in said]


async def test_an_erasure_sets_no_limit_back(database: Database) -> None:
    """The same chat comes back as a stranger, with the same hour."""
    house = await make_house(database, look_ups_per_hour=3)
    person = house.person()
    assert await _guesses(person, 4) == [True] * 3 + [False]
    await person.types("/xoa")
    await person.taps("Xóa hết")
    assert await _guesses(person, 2) == [False] * 2
    house.wait(minutes=61)
    assert await _guesses(person, 1) == [True]


async def test_new_cookies_set_no_limit_back(database: Database) -> None:
    """The address has its share of the hour; another address has its own."""
    house = await make_house(database, look_ups_per_hour_address=3)
    found = [
        await _guesses(house.person(f"cookie-{n}", "web", network="192.0.2.1"), 1) for n in range(5)
    ]
    assert found == [[True]] * 3 + [[False]] * 2
    assert await _guesses(house.person("x", "web", network="192.0.2.2"), 1) == [True]
    assert await _guesses(house.person("y"), 1) == [True]


@pytest.mark.parametrize("limit", ["look_ups_per_hour_bot", "look_ups_per_hour_total"])
async def test_many_chats_are_braked_and_an_alarm_is_logged(
    database: Database, caplog: pytest.LogCaptureFixture, limit: str
) -> None:
    """Once; a citizen with a proved link is still shown the dossier."""
    house = await make_house(database, **{limit: 5})
    await house.dossier(MINE)
    owner = house.person("owner")
    await owner.opens()
    found = [await _guesses(house.person(f"chat-{n}"), 1) for n in range(8)]
    assert found == [[True]] * 5 + [[False]] * 3
    alarms = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert [one.getMessage().startswith("look-ups are braked: 5 ") for one in alarms] == [True]
    assert "nộp tại" in await owner.types(MINE)


@pytest.mark.parametrize("limit", ["look_ups_per_hour_bot", "look_ups_per_hour_total"])
async def test_a_wide_attack_locks_no_owner_out(database: Database, limit: str) -> None:
    """Strangers share the hour. Who proved a dossier is asked for the usual four digits of another;
    an owner who is new gives the whole number. Missing dossiers are asked for in the same words."""
    house = await make_house(database, look_up_proof=True, **{limit: 5})
    await house.dossier(MINE, "y" * 22, **FILED)
    await house.dossier(CODE, **FILED)
    known, new, guesser = house.person("known"), house.person("new"), house.person("guesser")
    await known.opens()
    await new.types(MINE)
    for number in range(6):
        await house.person(f"chat-{number}").types(f"000.17.22.H56-210503-{7000 + number}")
    assert "4 số cuối" in await known.types(MINE)
    assert SHOWN in await known.types("5678")
    said = [(await new.types(code)).replace(code, "MÃ") for code in (UNKNOWN_CODE, MINE)]
    assert said[0] == said[1]
    assert "đủ số điện thoại" in said[0]
    assert SHOWN in await new.types("0912 345 678")
    await guesser.types(MINE)
    assert "đủ số điện thoại" in await guesser.types("5678")
    assert "không khớp" in await guesser.types("0912 345 679")
    house.wait(minutes=61)
    assert SHOWN in await _proves(house.person("later"), "5678")


async def _proves(person: Person, digits: str) -> str:
    await person.types(MINE)
    return await person.types(digits)


async def test_an_owner_is_never_locked_out(sqlite_database: Database) -> None:
    """Of the own dossier, whatever was asked for before."""
    house = await make_house(sqlite_database)
    await house.dossier(CODE)
    person = house.person()
    await person.opens()
    await _guesses(person, 21)
    assert TOO_MANY not in await person.types(CODE)


async def test_a_clock_that_was_ahead_limits_nobody(database: Database) -> None:
    """What it wrote down is in the future, and goes with the rest."""
    house = await make_house(database, look_ups_per_hour=1)
    house.wait(days=2)
    await _guesses(house.person(), 1)
    house.wait(days=-2)
    assert await _guesses(house.person(), 2) == [True, False]
    async with database.write() as conn:
        assert await look_up_counts.forget(conn, int(house.now.timestamp())) == 1
