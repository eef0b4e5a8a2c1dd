"""A template day of 500 with 1,800 returned dossiers, beside what the quota allows; and the cost of
inviting as many citizens together, beside one by one."""

from datetime import timedelta
from time import process_time

import pytest

from bot.asking import release
from surveys.store.base.database import Database
from tests.bench.telling import tell
from tests.integration.asking.conftest import Office
from tests.integration.asking.test_template_day import template_days
from tests.integration.conversation.conftest import make_house

DAILY, DOSSIERS = 500, 1_800


@pytest.mark.bench
@pytest.mark.timeout(1_800)
async def test_a_template_day_of_500(sqlite_database: Database) -> None:
    """500 + 500 + 500 + 300 over four days: all that the quota allows, nobody twice."""
    days = await template_days(sqlite_database, DAILY, DOSSIERS)
    tell(f"templates a day, of {DAILY} allowed: {' + '.join(map(str, days))} = {sum(days)}")
    assert days == [500, 500, 500, 300]


@pytest.mark.bench
@pytest.mark.timeout(1_800)
async def test_inviting_together(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor's time (this process; PostgreSQL's own is not in it) for all that are due, at
    least three times less than for citizen after citizen."""
    office = Office(house=await make_house(database, invite_per_minute=100_000, rest_days="none"))
    spent = {}
    for week, together in enumerate((1, release.TOGETHER)):
        monkeypatch.setattr(release, "TOGETHER", together)
        spent[together] = await _spent(office, week)
        office.now += timedelta(days=7)
    alone, some = spent.values()
    async with database.read() as conn:
        kind = conn.dialect.name
    tell(
        f"{DOSSIERS} citizens due on {kind}: one by one {alone:.2f} s,"
        f" together {some:.2f} s of the processor: {alone / some:.1f} times less"
    )
    assert alone / some >= 3


async def _spent(office: Office, week: int) -> float:
    """Seconds of the processor for one look at which everybody is due."""
    for number in range(DOSSIERS):
        await office.returned(f"{week}-{number}", phone=f"+849{week}{number:07d}")
    await office.look()
    begun = process_time()
    done = await office.look(hours=3)
    assert done.issued == DOSSIERS
    return process_time() - begun
