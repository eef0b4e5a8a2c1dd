"""Which version of the form a dossier gets, and in which order this person sees its options."""

from datetime import datetime

from surveys.interview.state import is_turned
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.conversation.conftest import make_house
from tests.integration.conversation.person import House

THEN, NOW = datetime(2025, 6, 30, 9), datetime(2025, 7, 1, 9)


async def test_the_day_of_the_return_decides(small_house: House) -> None:
    """Decree 118/2025 is in force from 01/7/2025: returned before, asked by the first version."""
    for number, day, version in ((1, THEN, "1"), (2, NOW, "2")):
        small_house.now = small_house.now.replace(year=2026)
        await small_house.dossier(
            f"000.17.22.H56-250503-000{number}", f"{number}" * 22, returned_at=day
        )
        person = small_house.person(str(number))
        await person.opens(f"{number}" * 22)
        await person.types("đồng ý")
        rows = await small_house.rows(schema.interviews)
        assert rows[-1]["state"]["version"] == version


async def test_the_order_shown_is_stored_with_the_answer(small_house: House) -> None:
    """Two people, two orders; typed 1 is the first line each of them saw."""
    small_house.now = small_house.now.replace(year=2026)
    said: dict[bool, str] = {}
    for number in range(1, 9):
        token = f"{number}" * 22
        await small_house.dossier(f"000.17.22.H56-250503-000{number}", token, returned_at=NOW)
        person = small_house.person(str(number))
        await person.opens(token)
        await person.types("đồng ý")
        await person.types("1")
        (answer,) = [
            row
            for row in await small_house.rows(schema.answers)
            if row["response_id"] == number and row["question"] == "satisfaction"
        ]
        said[answer["turned"]] = answer["option"]
        assert answer["turned"] is is_turned("phieu5", str(number))
    assert said == {False: "very", True: "unsatisfied"}


async def test_the_basis_told_is_that_of_the_day(sqlite_database: Database) -> None:
    """What is kept ends with the act in force when the result was returned; a social network is
    named with the authority's own decision, our page without."""
    house = await make_house(sqlite_database, channel_decision="Quyết định 12/QĐ-UBND")
    house.now = house.now.replace(year=2026)
    for number, day, channel, act in (
        (1, THEN, "telegram", "Nghị định 61/2018/NĐ-CP, Điều 27, 29 và 31"),
        (2, NOW, "web", "Nghị định 118/2025/NĐ-CP, Điều 29, 31, 33 và 34"),
    ):
        token = f"{number}" * 22
        await house.dossier(f"000.17.22.H56-250503-000{number}", token, returned_at=day)
        person = house.person(str(number), channel)
        await person.opens(token)
        told = await person.taps("Chúng tôi giữ gì?")
        assert f"• Căn cứ: {act}." in told
        assert ("Quyết định 12/QĐ-UBND" in told) is (channel == "telegram")
