"""A template day of 500 with 1,800 returned dossiers, beside what the quota allows."""

import pytest

from surveys.store.base.database import Database
from tests.bench.telling import tell
from tests.integration.asking.test_template_day import template_days

DAILY, DOSSIERS = 500, 1_800


@pytest.mark.bench
@pytest.mark.timeout(1_800)
async def test_a_template_day_of_500(sqlite_database: Database) -> None:
    """500 + 500 + 500 + 300 over four days: all that the quota allows, nobody twice."""
    days = await template_days(sqlite_database, DAILY, DOSSIERS)
    tell(f"templates a day, of {DAILY} allowed: {' + '.join(map(str, days))} = {sum(days)}")
    assert days == [500, 500, 500, 300]
