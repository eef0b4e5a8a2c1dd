"""The flow of dossiers: each one counts once, where its dates and its status put it."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from surveys.intake import Intake
from surveys.period import parse_period
from surveys.store.base.database import Database
from surveys.store.base.schema import dossiers, units
from surveys.store.results import intake
from surveys.store.results.intake import Window

PERIOD = parse_period("2021-Q2")
WINDOW = Window(period=PERIOD, as_of=PERIOD.end, near_days=3)


def _at(text: str) -> datetime | None:
    return datetime.fromisoformat(f"2021-{text} 10:00:00") if text else None


CASES: tuple[tuple[str, dict[str, Any], dict[str, int]], ...] = (
    # received, due, finished, returned, status; what it adds
    ("03-15 04-10 04-09 04-12 10", {}, {"direct": 1, "early": 1}),
    ("06-14 06-14 06-14 - 9", {"channel": "online"}, {"online": 1, "same_day": 1}),
    ("04-01 04-10 - 04-11 10", {"channel": "post"}, {"post": 1, "late": 1}),
    ("03-01 03-20 03-16 - 9", {}, {"carried_over": 1, "early": 1}),
    ("03-01 03-20 03-14 - 9", {}, {}),  # resolved before the period
    ("06-15 06-20 06-16 - 9", {}, {}),  # received after it
    ("05-01 06-13 - - 4", {}, {"direct": 1, "overdue": 1}),
    ("05-01 06-14 - - 4", {}, {"direct": 1, "in_time": 1, "near_due": 1}),
    ("05-01 06-18 06-20 - 9", {}, {"direct": 1, "in_time": 1}),  # resolved later
    ("05-01 - - - 5", {}, {"direct": 1, "in_time": 1}),
    ("05-01 - 05-02 - 9", {}, {"direct": 1, "unknown": 1}),
    ("05-01 05-09 - - 10", {}, {"direct": 1, "unknown": 1}),  # ended on a day nobody wrote
    ("03-01 03-09 - - 10", {}, {}),
    ("05-01 05-02 05-20 - 7", {}, {"direct": 1, "stopped": 1}),
    ("05-01 05-02 - - 3", {}, {"direct": 1, "stopped": 1}),
    (
        "05-01 05-20 05-15 - 9",
        {"original_due_at": _at("05-10"), "apology_at": _at("05-10")},
        {"direct": 1, "late": 1, "late_apologised": 1, "rescheduled": 1},
    ),
    (
        "05-01 05-10 - - 4",
        {"apology_at": _at("05-11"), "received_by_id": 1},
        {"direct": 1, "overdue": 1, "overdue_apologised": 1, "elsewhere": 1},
    ),
)


@pytest.mark.parametrize("procedure", [False, True])
async def test_every_dossier_counts_once(database: Database, procedure: bool) -> None:
    """By unit and by procedure, on both databases; received = resolved + pending + stopped."""
    async with database.write() as conn:
        unit = {"code": "X", "name": "Xã", "name_key": "xa", "level": "xa", "block": "xa"}
        await conn.execute(insert(units).values(id=1, **unit))
        for place, (dates, more, _) in enumerate(CASES):
            received, due, finished, returned, status = dates.split()
            row = {
                "code": f"C{place}",
                "unit_id": 1,
                "channel": "in_person",
                "status": int(status),
                "received_at": _at(received),
                "due_at": _at(due.strip("-")),
                "finished_at": _at(finished.strip("-")),
                "returned_at": _at(returned.strip("-")),
            }
            await conn.execute(insert(dossiers).values(**(row | more)))
    async with database.read() as conn:
        count = intake.count_by_procedure if procedure else intake.count_by_unit
        found: dict[Any, Intake] = dict(await count(conn, WINDOW))
    wanted: dict[str, int] = {}
    for _, _, adds in CASES:
        for name, number in adds.items():
            wanted[name] = wanted.get(name, 0) + number
    assert found == {None if procedure else 1: Intake(**wanted)}
    [whole] = found.values()
    assert whole.difference == 0


async def test_a_period_that_is_not_over_counts_to_its_day(database: Database) -> None:
    """What was resolved after the last day that counts is pending."""
    async with database.write() as conn:
        unit = {"code": "X", "name": "Xã", "name_key": "xa", "level": "xa", "block": "xa"}
        await conn.execute(insert(units).values(id=1, **unit))
        row = {"code": "C", "unit_id": 1, "channel": "online", "status": 9}
        days = {"received_at": _at("04-01"), "due_at": _at("04-20"), "finished_at": _at("04-18")}
        await conn.execute(insert(dossiers).values(**row, **days))
    async with database.read() as conn:
        window = Window(period=PERIOD, as_of=date(2021, 4, 17), near_days=3)
        assert await intake.count_by_unit(conn, window) == {
            1: Intake(online=1, in_time=1, near_due=1)
        }
