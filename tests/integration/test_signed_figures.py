"""Signed figures are kept and read back whole, on both databases and by later versions."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from admin.closing import freezing
from admin.rating.result import read_rating
from admin.tallying import counts
from admin.tallying.result import read_tally
from scoring.rulebook import shipped_rulebooks
from surveys.errors import Refusal
from surveys.form import shipped_forms
from surveys.period import parse_period
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.dossiers import units
from surveys.store.pushing import counters
from surveys.store.pushing.counters import Rating
from surveys.store.results import closing_evidence, closings, evidence
from surveys.store.results.closings import pack
from surveys.store.results.tallies import Dimension
from surveys.store.system import form_versions
from tests.integration.office import NOW
from tests.integration.rows import add_dossier, add_unit, answer

Q2 = parse_period("2021-Q2")
SIGNED = Path(__file__).parent / "signed"


async def _district(conn: Connection) -> None:
    for number, block in ((1, "xa"), (2, "xa"), (3, "phong")):
        unit = await add_unit(conn, f"U{number}", block=block)
        for count in range(number * 2):
            dossier = await add_dossier(conn, unit, f"D{number}-{count}")
            if count % 2:
                await answer(conn, dossier, "contacts", "none", simulated=number == 2)
                await answer(conn, dossier, "agencies", "many")
    await add_unit(conn, "U4")
    await evidence.rebuild(conn)


async def test_a_rating_is_read_back_whole(database: Database) -> None:
    """By every shipped rulebook: figures, evidence, warnings as they were said."""
    async with database.write() as conn:
        await _district(conn)
        for book in shipped_rulebooks():
            result = await read_rating(conn, book, Q2)
            again = freezing.rating_from(freezing.rating_text(result))
            assert again.rating.as_json({}, "en") == result.rating.as_json({}, "en")
            assert again.rating.units == result.rating.units
            assert again.attention == result.attention
            assert again.rulebook == book.model_copy(update={"place": again.rulebook.place})
            assert "/" not in again.rulebook.place.file
            assert again.read == result.read


async def _rated_at_a_counter(conn: Connection) -> None:
    """Five taps in a row at a counter of U3, the last two of them a flood; one after the period."""
    await form_versions.register(conn, shipped_forms(), NOW)
    unit, _ = (await units.list_all(conn))["U3"]
    number = await counters.make(conn, "t", unit, "Quầy 1", NOW, timedelta(days=400))
    rating = Rating(
        counter_id=number,
        form="counter",
        form_version="1",
        question="satisfaction",
        option="very",
        day=Q2.end,
        at_s=0,
        visitor="",
        network="",
    )
    for tap in range(5):
        one = replace(rating, visitor=str(tap), at_s=tap)
        await counters.rate(conn, one, most_of_counter=3, most_of_network=9)
    late = replace(rating, day=Q2.end + timedelta(days=1), at_s=99_999)
    await counters.rate(conn, late, most_of_counter=3, most_of_network=9)


async def test_a_signed_tally_splits_as_todays(database: Database) -> None:
    """By any dimensions, with the groups that have no answer, and ratings given at counters."""
    async with database.write() as conn:
        await _district(conn)
        await _rated_at_a_counter(conn)
        read = await counts.read_counts(conn, Q2, "phieu5", 10)
        kept = counts.from_text(counts.as_text(read), Q2)
        for width in range(len(Dimension) + 1):
            for by in combinations(Dimension, width):
                assert kept.split(by) == await read_tally(conn, Q2, by, "phieu5", 10), by
    (of_unit,) = kept.split(()).counters
    assert (of_unit.unit, of_unit.rated, of_unit.flood) == ("U3", 3, 2)
    cells = kept.split((Dimension.UNIT, Dimension.CHANNEL)).cells
    found = {cell.group: cell.count for cell in cells if cell.form == "counter" and cell.count}
    assert found == {("U3", "counter"): 3}


def test_a_closing_of_an_earlier_version_is_read() -> None:
    """What the first version kept is printed by this one, to the digit."""
    rating = freezing.rating_from((SIGNED / "rating-format1.json").read_text("utf-8"))
    first, second = rating.rating.units
    assert (str(first.total), first.grade and first.grade.id) == ("9.3", "kha")
    assert second.total is None
    assert first.evidence.facts["publicity"] == "both"
    assert rating.rulebook.id == "tt01-2018"
    codes = [one.code for one in rating.rating.warnings]
    assert codes.count("criterion_scored_by_nobody") == 3
    assert all(one.message("vi") and one.message("en") for one in rating.rating.warnings)
    tally = counts.from_text((SIGNED / "tally-format1.json").read_text("utf-8"), Q2)
    (reach,) = tally.split(()).reach
    assert (reach.returned, reach.issued, reach.valid) == (3, 7, 2)


async def test_only_one_of_two_closings_at_once(database: Database) -> None:
    """The second finds the period closed, whoever was faster."""
    part = pack("rating", "{}")
    manifest = {"parts": [part.told], "files": []}
    signing: dict[str, Any] = {"manifest": manifest, "parts": [part], "officer": "hoa", "at": NOW}
    async with database.write() as conn:
        made = await closings.close(conn, Q2, **signing)
    assert (made.number, made.is_closed) == (1, True)
    with pytest.raises(Refusal, match=r"closing\.closed_before"):
        async with database.write() as conn:
            await closings.close(conn, Q2, **signing)
    evening = made.at.replace(hour=20).astimezone(timezone(timedelta(hours=7)))
    refusal = closings.closed_before(replace(made, at=evening.astimezone(UTC)), evening)
    assert refusal.params["at"] == evening.date()  # the day of the office, not of Greenwich
    async with database.write() as conn:
        await closings.reopen(conn, Q2, reason="x", officer="hoa", at=NOW)
        again = await closings.close(conn, Q2, **signing)
        assert (again.number, again.turn) == (2, 3)
        assert await closings.find_faults(conn, {made.digest}) == []
        assert await closings.find_faults(conn, set()) == ["2021-Q2 (1)", "2021-Q2 (2)"]


async def test_dossiers_are_kept_part_by_part(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part covers a range of numbers; together they are today's dossiers."""
    monkeypatch.setattr(closing_evidence, "AT_ONCE", 5)
    async with database.write() as conn:
        await _district(conn)
        packed = [one async for one in closing_evidence.read_packed(conn, Q2, {})]
        assert [count for _, count in packed] == [4, 5, 3]
        parts = [part for part, _ in packed]
        manifest = {"parts": [part.told for part in parts], "files": []}
        made = await closings.close(conn, Q2, manifest=manifest, parts=parts, officer="hoa", at=NOW)
        kept = [one async for rows, _ in closing_evidence.read_kept(conn, made) for one in rows]
        assert kept == await closing_evidence.list_between(conn, Q2, 0, None, {})
