"""Who a criterion is about, which promise counts and what ends a dossier: named policies."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from admin.closing.pages import find_page
from admin.rating.dossier_pages import _read
from admin.rating.result import read_rating
from scoring.rulebook import find_rulebook, with_choices
from scoring.supported import Attribution
from surveys.criteria import outcome_name, outcomes
from surveys.dossier import Status
from surveys.period import parse_period
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.results import evidence, promises
from surveys.store.results.dossier_pages import Wanted
from tests.integration.rows import add_dossier, add_unit, answer

LATE = datetime(2021, 5, 12)
Q2 = parse_period("2021-Q2")


@pytest.fixture(autouse=True)
async def province(database: Database) -> None:
    """A commune with a dossier of its own, one that the centre received, one promised again, one
    that was withdrawn after its day."""
    async with database.write() as conn:
        commune = await add_unit(conn, "XA01")
        centre = await add_unit(conn, "TT01", level="tinh", block="trung_tam")
        own = await add_dossier(conn, commune, "D1")
        there = await add_dossier(conn, commune, "D2", received_by_id=centre)
        again = await add_dossier(
            conn, commune, "D3", rescheduled_to=LATE, finished_at=LATE, returned_at=LATE
        )
        gone = await add_dossier(
            conn, commune, "D4", status=int(Status.WITHDRAWN), finished_at=LATE, returned_at=LATE
        )
        for dossier, contacts in ((own, "none"), (there, "many")):
            await answer(conn, dossier, "contacts", contacts)
            await answer(conn, dossier, "conduct", "no")
        await answer(conn, there, "extra_cost", "no")
        await evidence.refresh(conn, [own, there, again, gone])


async def rated(
    database: Database, book: str = "tt01-2018", **choices: str
) -> dict[str, dict[str, Any]]:
    """The units of the quarter as `motcua rate` prints them, by code."""
    async with database.read() as conn:
        rulebook = with_choices(find_rulebook(book), choices)
        result = await read_rating(conn, rulebook, Q2)
    return {unit.code: unit.as_json() for unit in result.rating.units}


def _points(unit: dict[str, Any], criterion: str) -> tuple[str, int] | None:
    found = unit["criteria"][criterion]
    return None if found is None else (found["points"], found["n"])


async def test_contacts_are_the_receivers_and_time_the_resolvers(
    database: Database,
) -> None:
    """A unit that only receives has no time, and its desk's answers; the policy can say else."""
    units = await rated(database)
    assert _points(units["XA01"], "1") == ("0.7", 3)
    assert (_points(units["XA01"], "3"), _points(units["TT01"], "3")) == (("2.0", 1), ("0.0", 1))
    assert (_points(units["XA01"], "7"), _points(units["TT01"], "7")) == (("1.0", 1), ("1.0", 1))
    assert (units["TT01"]["state"], _points(units["TT01"], "1")) == ("insufficient", None)
    units = await rated(database, attribution="resolver")
    assert (_points(units["XA01"], "3"), units["TT01"]["state"]) == (("1.0", 2), "no_dossiers")
    units = await rated(database, attribution="receiver")
    assert (_points(units["XA01"], "1"), _points(units["TT01"], "1")) == (("0.5", 2), ("1.0", 1))


async def test_the_first_promise_counts_unless_the_policy_says_else(
    database: Database,
) -> None:
    """D3 came on its second day: late by the first, on the day by the last."""
    assert _points((await rated(database))["XA01"], "1") == ("0.7", 3)
    units = await rated(database, due_basis="current")
    assert _points(units["XA01"], "1") == ("1.0", 3)


async def test_what_was_withdrawn_counts_only_by_policy(database: Database) -> None:
    """Neither among the dossiers nor as late."""
    assert (await rated(database))["XA01"]["dossiers"] == 3
    units = await rated(database, exclude_states="none")
    assert (units["XA01"]["dossiers"], _points(units["XA01"], "1")) == (4, ("0.5", 4))


async def test_answers_are_attributed_in_shares_too(database: Database) -> None:
    """NĐ 118/2025/NĐ-CP điểm c is the receiver's, điểm e stays the resolver's."""
    units = await rated(database, "nd118-2025")
    shares = {code: unit["criteria"]["c"]["share"] for code, unit in units.items()}
    assert shares == {"XA01": "100.00", "TT01": "0.00"}
    assert (units["XA01"]["criteria"]["e"]["denominator"], units["TT01"]["criteria"]["e"]) == (
        "1",
        None,
    )
    units = await rated(database, "nd118-2025", attribution="receiver")
    assert (units["XA01"]["criteria"]["e"], units["TT01"]["criteria"]["e"]["numerator"]) == (
        None,
        "1",
    )


async def listed(
    database: Database, unit: str, criterion: str, book: str, **choices: str
) -> dict[str, str]:
    """Dossier → outcome, on the pages that `motcua explain` shows, two by two."""
    rulebook = with_choices(find_rulebook(book), choices)
    role = rulebook.measures(criterion) is Attribution.RECEIVER
    counted = (metric := rulebook.metric_of(criterion)) and metric.shown_by()
    wanted = Wanted(units=(unit,), criterion=counted or criterion, as_receiver=role)
    shown: dict[str, str] = {}
    async with database.read() as conn:
        rating = await read_rating(conn, rulebook, Q2)
        for offset in (0, 2, 4):
            found = await find_page(conn, rating, wanted, limit=2, offset=offset)
            for one in await _read(conn, found, found.page.ids):
                code = outcomes(one.record).of(wanted.criterion)
                shown[one.code] = outcome_name(wanted.criterion, code)
    assert found.page.whole == len(shown)
    return shown


async def test_the_dossiers_listed_are_those_counted(database: Database) -> None:
    """A receiver's dossiers for contacts, a resolver's for time, by the promise that counts."""
    assert set(await listed(database, "TT01", "3", "tt01-2018")) == {"D2"}
    assert set(await listed(database, "XA01", "3", "tt01-2018")) == {"D1"}
    first = await listed(database, "XA01", "1", "tt01-2018")
    assert first == {"D1": "same_day", "D2": "same_day", "D3": "late"}
    last = await listed(database, "XA01", "1", "tt01-2018", due_basis="current")
    assert last == dict.fromkeys(("D1", "D2", "D3"), "same_day")
    ended = await listed(database, "XA01", "1", "tt01-2018", exclude_states="none")
    assert ended == first | {"D4": "late"}


async def test_a_second_supplement_is_late_where_the_rulebook_says_so(database: Database) -> None:
    """QĐ 766/QĐ-TTg, as the programs reproduce it: asked twice is late whatever the days; the days
    waited are taken off. In what `rate` shows beside and in what `explain` lists; the other
    rulebooks go by the days."""
    early = datetime(2021, 5, 7)
    rows: dict[str, dict[str, Any]] = {
        "S1": {"supplements": 1, "finished_at": early},
        "S2": {"supplements": 2, "finished_at": early},
        "S3": {"supplements": 1, "supplement_days": 3, "finished_at": LATE, "returned_at": LATE},
        "S4": {"supplement_days": 2, "finished_at": LATE, "returned_at": LATE},
        "S5": {"supplement_days": 1, "finished_at": LATE, "returned_at": LATE},
    }
    async with database.write() as conn:
        unit = await add_unit(conn, "XA08")
        made = [await add_dossier(conn, unit, code, **row) for code, row in rows.items()]
        await evidence.refresh(conn, made)
    book = "qd766-2022"
    ruled = {"S1": "early", "S2": "late", "S3": "early", "S4": "same_day", "S5": "late"}
    assert await listed(database, "XA08", "on_time", book) == ruled
    plain = {"supplements": "by_days", "supplement_time": "kept"}
    by_days = dict.fromkeys(("S1", "S2"), "early") | dict.fromkeys(("S3", "S4", "S5"), "late")
    assert await listed(database, "XA08", "on_time", book, **plain) == by_days
    assert await listed(database, "XA08", "1", "tt01-2018") == by_days
    assert await listed(database, "XA08", "dossier_satisfaction", book) == ruled
    assert await beside(database, "XA08") == Decimal("0.6")
    assert await beside(database, "XA08", **plain) == Decimal("0.4")


async def beside(database: Database, code: str, **choices: str) -> Decimal | None:
    """The share on time of our own dossiers, as shown beside the portal's."""
    async with database.read() as conn:
        book = with_choices(find_rulebook("qd766-2022"), choices)
        result = await read_rating(conn, book, Q2)
    (mine,) = [one for one in result.rating.units if one.code == code]
    found = mine.scores["on_time"].finding.measure
    return found and found.beside


async def test_petitions_sent_through_us_are_shown_beside_the_portals(database: Database) -> None:
    """QĐ 766/QĐ-TTg: answered by its day or not yet due; answered and not disputed; as dislikes by
    policy. They never count."""
    async with database.write() as conn:
        dossier = await conn.scalar(select(schema.dossiers.c.id).order_by("id").limit(1))
        sent = datetime(2021, 5, 20, tzinfo=UTC)
        for number, (state, due, changed, disputed) in enumerate(SENT):
            row = {
                "reference": f"AAAAAAA{number}",
                "state": state,
                "dossier_id": dossier,
                "begun_at": sent,
                "sent_at": sent,
                "due_on": due,
                "changed_at": changed,
                "disputed_at": disputed,
            }
            await conn.execute(schema.petitions.insert().values(**row))
    unit = (await rated(database, "qd766-2022"))["XA01"]
    assert unit["criteria"]["petition_on_time"] is None
    async with database.read() as conn:
        result = await read_rating(conn, find_rulebook("qd766-2022"), Q2)
        strict = with_choices(find_rulebook("qd766-2022"), {"dislikes": "petition"})
        other = await read_rating(conn, strict, Q2)
    (mine,) = [one for one in result.rating.units if one.code == "XA01"]
    beside = {
        name: mine.scores[name].finding.measure
        for name in ("petition_on_time", "petition_satisfied")
    }
    assert [one and one.beside for one in beside.values()] == [Decimal("0.5"), Decimal("0.5")]
    (disliked,) = [one for one in other.rating.units if one.code == "XA01"]
    before, after = (one.scores["dossier_satisfaction"].finding.measure for one in (mine, disliked))
    assert before is not None
    assert after is not None
    assert before.beside != after.beside


SENT = [
    ("answered", date(2021, 6, 10), datetime(2021, 6, 1, tzinfo=UTC), None),
    (
        "answered",
        date(2021, 6, 10),
        datetime(2021, 6, 11, tzinfo=UTC),
        datetime(2021, 6, 12, tzinfo=UTC),
    ),
    ("sent", date(2021, 6, 20), None, None),
    ("sent", date(2021, 6, 1), None, None),
    ("withdrawn", date(2021, 6, 20), None, None),
]
"""State, due day, day of the answer, day of the dispute."""


async def test_a_second_promise_is_checked_against_the_decree(database: Database) -> None:
    """At most one, with an apology a day before the first promised day; each counted by itself."""
    day, before = datetime(2021, 5, 10), datetime(2021, 5, 9)
    async with database.write() as conn:
        unit = await add_unit(conn, "XA09")
        for number, (apology, times) in enumerate(((before, 1), (day, 1), (None, 2))):
            code = f"P{number}"
            await add_dossier(
                conn, unit, code, rescheduled_to=LATE, apology_at=apology, reschedules=times
            )
    async with database.read() as conn:
        found = {one.code: one for one in await promises.count_rescheduled(conn, Q2)}
        result = await read_rating(conn, find_rulebook("tt01-2018"), Q2)
    assert (found["XA09"].count, found["XA09"].again) == (3, 1)
    assert (found["XA09"].without_apology, found["XA09"].late_apology) == (1, 1)
    assert found["XA01"].count == 1
    assert result.rescheduled == tuple(found.values())
