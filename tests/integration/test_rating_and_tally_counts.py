"""What rating and tally count, on both databases, compared with figures computed by hand."""

from datetime import datetime

from sqlalchemy import update

from surveys.period import parse_period
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import facts, scores
from surveys.store.dossiers.facts import Fact
from surveys.store.dossiers.scores import ScoreRow, Stage
from surveys.store.results import evidence, ratings, tallies
from surveys.store.results.tallies import Dimension
from surveys.tally import Cell
from tests.integration.rows import NOW, add_dossier, add_unit, answer

Q2 = parse_period("2021-Q2")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _district(database: Database) -> None:
    """Two communes; XA01 has 4 returned dossiers (one late, one in the next quarter)."""
    async with database.write() as conn:
        one = await add_unit(conn, "XA01")
        two = await add_unit(conn, "XA02")
        await add_unit(conn, "XA99", valid_to=_day("2020-12-31").date())
        first = _day("2021-03-15T00:00")
        last = _day("2021-06-14T23:59:59")
        ids = [
            await add_dossier(conn, one, "D1", returned_at=first, finished_at=first),
            await add_dossier(conn, one, "D2", returned_at=last, finished_at=last),
            await add_dossier(conn, one, "D3", channel="online"),
            await add_dossier(conn, one, "D4", returned_at=_day("2021-06-15T00:00")),
            await add_dossier(conn, two, "D5", returned_at=None, finished_at=None),
        ]
        await evidence.refresh(conn, ids)
        await answer(conn, ids[0], "satisfaction", "very")
        await answer(conn, ids[0], "contacts", "none", revision=2)
        await answer(conn, ids[2], "satisfaction", "very", simulated=True)
        await answer(conn, ids[2], "satisfaction", "unsatisfied", revision=2)
        await answer(conn, ids[3], "satisfaction", "very")
        await conn.execute(schema.invitations.insert(), [_invited(ids[0], None), _invited(ids[2])])


def _invited(dossier_id: int, delivered_at: datetime | None = NOW) -> dict[str, object]:
    return {
        "dossier_id": dossier_id,
        "form": "phieu5",
        "state": "issued",
        "made_at": NOW,
        "issued_at": NOW,
        "delivered_at": delivered_at,
    }


async def test_units_are_counted_by_the_day_of_return(database: Database) -> None:
    """Both ends of the period belong to it; received goes by its own day."""
    await _district(database)
    async with database.read() as conn:
        one, two = await ratings.count_by_unit(conn, Q2)
    assert (one.code, one.received, one.online, one.dossiers) == ("XA01", 4, 1, 3)
    assert (one.late, one.responses, one.simulated) == (1, 2, 1)
    assert one.outcomes["1"] == {"early": 1, "same_day": 1, "late": 1}
    assert one.outcomes["3"] == {"none": 1}
    assert one.outcomes["7"] == {}
    assert (two.code, two.received, two.dossiers, two.outcomes["1"]) == ("XA02", 1, 0, {})


async def test_every_valid_response_of_a_dossier_counts(database: Database) -> None:
    """Two forms about one dossier are two responses; one without a choice is not a response."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        for form in ("phieu4", "phieu5"):
            await answer(conn, dossier, "satisfaction", "very", form=form)
        await answer(conn, dossier, "comment", None, text="tốt", form="zalo-rating")
        (unit,) = await ratings.count_by_unit(conn, Q2)
    assert (unit.dossiers, unit.responses) == (1, 2)


async def test_a_unit_that_is_gone_counts_while_it_has_dossiers(database: Database) -> None:
    """Units not valid in the period appear only with dossiers in it."""
    await _district(database)
    async with database.read() as conn:
        assert len(await ratings.count_by_unit(conn, parse_period("2020-Q1"))) == 3
    async with database.write() as conn:
        gone = schema.units.update().where(schema.units.c.code == "XA01")
        await conn.execute(gone.values(valid_to=_day("2019-12-31").date()))
        found = await ratings.count_by_unit(conn, Q2)
    assert [unit.code for unit in found] == ["XA01", "XA02"]


async def test_outcomes_by_officer(database: Database) -> None:
    """Only dossiers that name who handled them are an official's."""
    await _district(database)
    async with database.write() as conn:
        table = schema.dossiers
        await conn.execute(update(table).where(table.c.code == "D1").values(officer="Hoa"))
        found = await ratings.count_by_officer(conn, Q2)
    assert list(found) == [("XA01", "Hoa")]
    assert found["XA01", "Hoa"]["1"] == {"early": 1}


async def test_a_tally_counts_the_answers_that_stand(database: Database) -> None:
    """Changed answers are counted once, in their current form; other periods are not counted."""
    await _district(database)
    async with database.read() as conn:
        found = await tallies.count_cells(conn, Q2, [Dimension.UNIT])
        everybody = await tallies.count_cells(conn, Q2, [])
    assert set(found) == {
        _cell("satisfaction", "very", 1),
        _cell("satisfaction", "unsatisfied", 1, simulated=1),
        _cell("contacts", "none", 1),
    }
    assert {cell.group for cell in everybody} == {()}


def _cell(question: str, option: str, count: int, simulated: int = 0) -> Cell:
    return Cell(
        group=("XA01",),
        form="phieu5",
        question=question,
        option=option,
        count=count,
        simulated=simulated,
    )


async def test_how_far_the_survey_went(database: Database) -> None:
    """Returned, issued, delivered, answered and valid, unit by unit."""
    await _district(database)
    async with database.read() as conn:
        (one,) = await tallies.count_reach(conn, Q2, [Dimension.UNIT])
        groups = await tallies.list_groups(conn, Q2, [Dimension.UNIT])
        versions = await tallies.list_versions(conn, Q2)
    assert (one.group, one.returned, one.issued, one.delivered) == (("XA01",), 3, 2, 1)
    assert (one.answered, one.valid, one.simulated) == (2, 2, 1)
    assert groups == {("XA01",), ("XA02",)}
    assert versions == {("phieu5", "1")}


async def test_tallies_can_be_split_otherwise(database: Database) -> None:
    """By block, level, channel and procedure; the reach goes by what a dossier has."""
    await _district(database)
    by = [Dimension.CHANNEL, Dimension.BLOCK, Dimension.PROCEDURE, Dimension.LEVEL]
    async with database.read() as conn:
        found = await tallies.count_cells(conn, Q2, by)
        (reach,) = await tallies.count_reach(conn, Q2, by)
        assert await tallies.list_groups(conn, Q2, by) == set()
        assert await tallies.list_groups(conn, Q2, []) == {()}
        assert await tallies.list_groups(conn, Q2, [Dimension.LEVEL]) == {("xa",)}
    assert {cell.group for cell in found} == {("xa", "xa", "", "web")}
    assert (reach.group, reach.returned) == (("xa", "xa", ""), 3)


async def test_facts_and_scores_are_replaced_by_key(database: Database) -> None:
    """The last value of a unit, period and fact is current; so are points, stage by stage."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        for value in ("0.4", "0.5"):
            new = Fact(unit_id=unit, period=Q2.id, fact="onspot_share", value=value)
            await facts.put(conn, [new], None)
        for stage, points in ((Stage.SELF, "2"), (Stage.APPRAISED, "1"), (Stage.APPRAISED, "1.5")):
            row = ScoreRow(unit_id=unit, period=Q2.id, stage=stage, criterion="5", points=points)
            await scores.put(conn, [row], None)
        assert (await facts.list_by_period(conn, [Q2.id]))[Q2.id] == {
            "XA01": {"onspot_share": "0.5"}
        }
        assert await facts.list_by_period(conn, ["2021-Q3"]) == {"2021-Q3": {}}
        assert await facts.find_stored(conn, [Q2.id]) == {(unit, Q2.id, "onspot_share"): "0.5"}
        appraised = await scores.list_by_period(conn, Q2.id, Stage.APPRAISED)
        stored = await scores.find_stored(conn, [Q2.id])
    assert {code: {k: str(v) for k, v in found.items()} for code, found in appraised.items()} == {
        "XA01": {"5": "1.5"}
    }
    assert stored[unit, Q2.id, "self", "5"] == ("2", "")
