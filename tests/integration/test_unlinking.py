"""After the unlinking time the answers belong to no dossier; the rating and the tally stay."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from surveys.criteria import outcome_name
from surveys.outcomes import ComplaintState
from surveys.period import Period, Preset, parse_period
from surveys.store.asking import invitations
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.dossiers.half_months import half_month
from surveys.store.personal_data import unlinking
from surveys.store.results import complaints, evidence, ratings, tallies
from surveys.store.results.tallies import Dimension
from tests.integration.rows import NOW, add_dossier, add_unit, answer, evidence_of

CLOSED = datetime(2021, 6, 15)
SPRING = parse_period("2021-Q2", Preset.ADMINISTRATIVE)
SAID = (
    {"satisfaction": "very", "contacts": "none", "agencies": "one_stop", "conduct": "no"},
    {"satisfaction": "unsatisfied", "contacts": "many", "contacts_own_fault": "yes"},
    {"satisfaction": "satisfied", "publicity": "poor", "conduct": "yes"},
    {"satisfaction": "very", "agencies": "many", "agencies_field_check": "yes"},
)


async def filled(conn: Connection) -> list[int]:
    """Four answered dossiers of one unit; the third has a complaint."""
    unit = await add_unit(conn)
    numbers = []
    for place, said in enumerate(SAID):
        number = await add_dossier(conn, unit, f"D{place}", due_at=datetime(2021, 5, 9 + place))
        numbers.append(number)
        await evidence.refresh(conn, [number])
        for question, option in said.items():
            await answer(conn, number, question, option)
    response = await answer(conn, numbers[2], "comment", None, text="Bắt tôi chờ cả buổi")
    await complaints.open_(
        conn, response_id=response, kind="conduct", reference="AAAA2222", now=NOW, due_on=CLOSED
    )
    return numbers


async def figures(conn: Connection, period: Period) -> tuple[Any, ...]:
    """All that ratings and tallies are made of."""
    by = {Dimension.UNIT, Dimension.CHANNEL}
    cells = sorted(await tallies.count_cells(conn, period, by), key=repr)
    reach = await tallies.count_reach(conn, period, {Dimension.UNIT})
    versions = await tallies.list_versions(conn, period)
    return await ratings.count_by_unit(conn, period), cells, reach, versions


async def decide(conn: Connection, state: ComplaintState) -> None:
    """The officer's decision about the complaint."""
    values = {"state": state, "decided_at": NOW, "reason": "Đã xác minh"}
    await conn.execute(schema.complaints.update().values(**values))
    await evidence.refresh(conn, (await conn.execute(select(schema.dossiers.c.id))).scalars())


async def test_the_rating_is_the_same_before_and_after(database: Database) -> None:
    """Counts, tallies and reach are equal, and the evidence still follows from what is kept."""
    async with database.write() as conn:
        numbers = await filled(conn)
        await decide(conn, ComplaintState.UPHELD)
        before = await figures(conn, SPRING)
        assert await unlinking.cut_ties(conn, CLOSED, Random(1)) == 4
        assert await unlinking.cut_ties(conn, CLOSED, Random(1)) == 0
        assert await figures(conn, SPRING) == before
        assert await evidence.find_disagreements(conn) == []
        await evidence.rebuild(conn)
        assert await figures(conn, SPRING) == before
        assert (await evidence_of(conn, numbers[2]))["conduct"] != 0
        for number in numbers:
            assert await invitations.is_answered(conn, number, "phieu5"), "nobody is asked again"


async def test_no_row_ties_an_answer_to_a_dossier(database: Database) -> None:
    """What is left has no dossier, no contact, no moment, and not the order in which it came."""
    async with database.write() as conn:
        await filled(conn)
        await decide(conn, ComplaintState.REFUTED)
        await unlinking.cut_ties(conn, CLOSED, Random(3))
        for table in (schema.responses, schema.answers, schema.complaints):
            assert (await conn.execute(select(table))).all() == []
        rows = (await conn.execute(select(schema.loose_responses))).mappings().all()
        assert {row["half_month"] for row in rows} == {date(2021, 5, 1)}
        columns = {
            column.name
            for table in (schema.loose_responses, schema.loose_answers)
            for column in table.c
        }
        assert not columns & {"dossier_id", "contact_id", "answered_at", "finished_at", "revision"}
        query = select(schema.loose_answers.c.option).where(
            schema.loose_answers.c.question == "satisfaction"
        )
        said = list((await conn.execute(query.order_by(schema.loose_answers.c.id))).scalars())
        assert sorted(said) == sorted(one["satisfaction"] for one in SAID)
        assert said != [one["satisfaction"] for one in SAID]
        past = await complaints.find_past(conn, "AAAA2222")
        assert past is not None
        assert past.state == ComplaintState.REFUTED


async def test_what_waits_for_an_officer_stays(database: Database) -> None:
    """A pending complaint keeps its answers until it is decided; a later period is untouched."""
    async with database.write() as conn:
        numbers = await filled(conn)
        await conn.execute(
            schema.dossiers.update()
            .where(schema.dossiers.c.id == numbers[3])
            .values(returned_at=CLOSED + timedelta(days=1))
        )
        assert await unlinking.cut_ties(conn, CLOSED, Random(1)) == 2
        left = set((await conn.execute(select(schema.responses.c.dossier_id))).scalars())
        assert left == {numbers[2], numbers[3]}


async def test_dates_that_change_later_still_count(database: Database) -> None:
    """The time of chỉ số 7 is the system's: a corrected date counts, the answer stays as it was."""
    async with database.write() as conn:
        numbers = await filled(conn)
        await decide(conn, ComplaintState.UPHELD)
        await unlinking.cut_ties(conn, CLOSED, Random(1))
        late = {"due_at": datetime(2021, 5, 1)}
        await conn.execute(schema.dossiers.update().values(**late))
        await evidence.refresh(conn, numbers)
        rows = [await evidence_of(conn, number) for number in numbers]
        assert [outcome_name("7", row["conduct"]) for row in rows] == [
            *("late", "missing", "complaint", "missing")
        ]


def test_half_months_are_parts_of_every_period() -> None:
    """Administrative and calendar quarters and months begin with one."""
    for preset in Preset:
        for name in ("2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4", "2021-05", "2021-H1", "2021"):
            start = parse_period(name, preset).start
            assert half_month(start) == start
