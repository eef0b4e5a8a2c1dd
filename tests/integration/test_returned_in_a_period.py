"""One meaning of "returned in a period" for every command; the survey quota follows it."""

from datetime import datetime

import pytest

from surveys.dossier import ENDED, Status
from surveys.inviting import Choice, Way
from surveys.period import parse_period
from surveys.store.asking import invitations, planning, returned
from surveys.store.asking.invitations import InvitationState
from surveys.store.asking.planning import Plan
from surveys.store.asking.returned import Returned
from surveys.store.base.database import Database
from surveys.store.results import evidence, ratings, tallies
from surveys.store.results.tallies import Dimension
from surveys.tally import quota
from tests.integration.rows import NOW, add_dossier, add_unit

Q2 = parse_period("2021-Q2")
FORM = "phieu5"
EDGES = [
    (datetime(2021, 3, 14, 23, 59, 59), 0),
    (datetime(2021, 3, 15), 1),
    (datetime(2021, 6, 14, 23, 59, 59), 1),
    (datetime(2021, 6, 15), 0),
    (None, 0),
]


async def _counted(database: Database) -> dict[str, int]:
    async with database.read() as conn:
        [rated] = await ratings.count_by_unit(conn, Q2)
        tallied = await tallies.count_reach(conn, Q2, [Dimension.UNIT])
        invited = await invitations.count_by_unit(conn, Q2, FORM)
        return {
            "rate": rated.dossiers,
            "tally": sum(one.returned for one in tallied),
            "invite": sum(one.returned for one in invited),
            "candidates": await returned.count_of_period(conn, Q2, FORM, has_phones=False),
        }


async def test_a_dossier_with_a_return_date_is_returned_whatever_its_status(
    database: Database,
) -> None:
    """Four dossiers, two of them "in progress" and "supplement": everybody counts four."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        statuses = (Status.RETURNED, Status.FINISHED, Status.IN_PROGRESS, Status.SUPPLEMENT)
        made = [await add_dossier(conn, unit, f"D{s}", status=int(s)) for s in statuses]
        await evidence.refresh(conn, made)
    assert await _counted(database) == dict.fromkeys(("rate", "tally", "invite", "candidates"), 4)
    async with database.write() as conn:
        found = await returned.list_of_period(conn, Q2, FORM, 0, 10, has_phones=False)
        await planning.save(conn, [_waiting(one) for one in found], FORM, NOW)
        [counts] = await invitations.count_by_unit(conn, Q2, FORM)
    assert (counts.queued, quota(counts.returned, 10)) == (4, 1)


@pytest.mark.parametrize("status", ENDED)
async def test_a_dossier_that_ended_without_a_result_is_never_returned(
    database: Database, status: Status
) -> None:
    """Withdrawn, stopped, closed unfinished, not accepted: nobody counts it, whatever its dates."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        made = await add_dossier(conn, unit, "D1", status=int(status))
        await evidence.refresh(conn, [made])
    assert set((await _counted(database)).values()) == {0}


def _waiting(one: Returned) -> Plan:
    return Plan(
        dossier_id=one.dossier_id,
        simulated=False,
        state=InvitationState.QUEUED,
        choice=Choice(way=Way.RECEIPT),
    )


@pytest.mark.parametrize(("returned_at", "count"), EDGES)
async def test_a_period_holds_both_of_its_ends(
    sqlite_database: Database, returned_at: datetime | None, count: int
) -> None:
    """From the first moment of its first day to the last of its last, for everybody alike."""
    async with sqlite_database.write() as conn:
        unit = await add_unit(conn)
        made = await add_dossier(conn, unit, "D1", returned_at=returned_at)
        await evidence.refresh(conn, [made])
    assert set((await _counted(sqlite_database)).values()) == {count}
