"""`motcua invite --dry-run` says how many citizens the template reaches on which day."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from surveys.store.asking import quotas
from surveys.store.asking.quotas import DailyQuota
from surveys.store.base.database import Database
from tests.acceptance.support.command import Motcua
from tests.acceptance.support.telegram import KEY, found_office
from tests.fakes.zalo_template.state import APP_ID, APP_SECRET, TEMPLATE

SETTINGS = {
    "key": KEY,
    "zalo_oa_app_id": APP_ID,
    "zalo_oa_app_secret": APP_SECRET,
    "zalo_template_id": TEMPLATE,
    "zalo_template_basis": "Quyết định 12/QĐ-UBND",
}
LINE = re.compile(r"(\d\d/\d\d/\d{4}), qua Zalo \(mẫu tin\): (\d+) lời mời")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five returned dossiers with a phone number each."""
    return found_office(tmp_path_factory.mktemp("office"), count=5)


async def test_a_dry_run_spreads_the_quota_over_the_days(office: Path) -> None:
    """Two a day: two, two and one on three days that follow each other; nothing is written."""
    url = f"sqlite:///{office}"
    now = datetime.now(UTC)
    quota = DailyQuota(
        channel="zalo_template",
        bot=APP_ID,
        per_day=2,
        left_today=2,
        day=now.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date(),
        asked_at=now,
    )
    database = Database.open(url)
    async with database.write() as conn:
        await quotas.save(conn, quota)
    await database.close()
    motcua = Motcua(folder=office.parent, url=url, settings=SETTINGS)
    for _ in range(2):
        done = motcua("invite", "2021-Q2", "--dry-run")
        assert done.code == 0, done.err
        told = [(datetime.strptime(day, "%d/%m/%Y"), int(n)) for day, n in LINE.findall(done.err)]  # noqa: DTZ007
        assert [count for _, count in told] == [2, 2, 1]
        assert told == sorted(told), "in the order of the days"
        assert len({day for day, _ in told}) == 3
