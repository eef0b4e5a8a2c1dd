"""`motcua invitations` says who is asked when and why not, and what became of it."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from openpyxl import load_workbook

import admin
from surveys.inviting import OUTCOMES, outcome
from surveys.store.asking import planner_state
from surveys.store.asking.planner_state import PlannerState
from surveys.store.base.database import Database
from tests.acceptance.support.command import Motcua
from tests.integration.conversation.conftest import KEYS
from tests.integration.rows import add_dossier, add_unit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
async def motcua(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> Motcua:
    """Two dossiers returned just now, one of them with a phone, one returned long ago."""
    now = datetime.now(ZONE).replace(tzinfo=None)
    phone = {"phone_key": KEYS.phone_key("+84912345678"), "phone_sealed": KEYS.seal("+84912345678")}
    async with sqlite_database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        await add_dossier(conn, unit, "D1", returned_at=now, **phone)
        await add_dossier(conn, unit, "D2", returned_at=now)
        await add_dossier(conn, unit, "D3", returned_at=now - timedelta(days=40))
    command = Motcua(folder=tmp_path, url=sqlite_url)
    assert command("db", "upgrade").code == 0
    return command


def period() -> str:
    """The last 60 days."""
    today = datetime.now(ZONE).date()
    return f"{today - timedelta(days=60)}..{today}"


def test_each_returned_dossier_has_one_outcome_with_its_sentence(motcua: Motcua) -> None:
    """Not planned yet, or too old to be asked about automatically; the funnel counts them all."""
    told = motcua.json("--lang", "en", "invitations", "status", period())
    counts = {row["outcome"]: row["count"] for row in told["outcomes"]}
    assert counts == {"unplanned": 2, "unplanned_late": 1}
    (row,) = told["funnel"]["unit"]
    assert (row["group"], row["returned"], row["sent"]) == ("XA01", 3, 0)
    planned = motcua.json("--lang", "en", "invitations", "plan", period())
    assert {row["outcome"]: row["count"] for row in planned} == counts
    assert all(row["meaning"].endswith(".") for row in planned)


def test_the_status_is_written_as_a_workbook(motcua: Motcua, tmp_path: Path) -> None:
    """For the desk: a summary with totals and a chart, outcomes and funnels in words, notes."""
    file = tmp_path / "status.xlsx"
    done = motcua("invitations", "status", period(), "--out", str(file))
    assert done.code == 0, done.err
    book = load_workbook(file)
    assert book.sheetnames[:3] == ["Tổng hợp", "Kết cục", "Theo đơn vị"]
    assert book.sheetnames[-1] == "Ghi chú"
    cells = [cell.value for page in book for row in page.iter_rows() for cell in row]
    assert {"UBND xã An Hòa", "XA01 UBND xã An Hòa", "Chưa có kênh"} <= set(cells)
    assert not {"unplanned", "unplanned_late"} & set(cells)
    lines = [[cell.value for cell in row] for row in book["Tổng hợp"].iter_rows()]
    assert [line[1] for line in lines if line[0] == "Tổng cộng"] == [3]


def test_people_read_tables(motcua: Motcua) -> None:
    """With titles and sentences; a plan without any planner says so."""
    shown = motcua("invitations", "plan", period())
    assert shown.code == 0, shown.err
    assert "Vừa trả, chưa lập kế hoạch" in shown.out.replace("\n", " ")
    assert "Chưa có motcua serve nào" in shown.err
    assert "Theo đơn vị" in motcua("invitations", "status", period()).out


@pytest.mark.parametrize(
    ("looked", "steady", "said"),
    [(60, 90, "xem lần cuối lúc"), (0, 3, "Đồng hồ máy vừa nhảy"), (1, 90, "")],
)
async def test_the_plan_says_why_nothing_is_sent(
    motcua: Motcua, sqlite_database: Database, looked: int, steady: int, said: str
) -> None:
    """No process has looked for long, or the clock jumped; minutes ago."""
    now = datetime.now(ZONE)
    state = PlannerState(
        looked_at=now - timedelta(minutes=looked), steady_since=now - timedelta(minutes=steady)
    )
    async with sqlite_database.write() as conn:
        await planner_state.lock(conn)
        await planner_state.write(conn, state)
    told = motcua("invitations", "plan", period()).err
    assert said in told.replace("\n", " ")
    assert bool(told) is bool(said)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_outcome_there_is_has_a_sentence(language: str) -> None:
    """And there is no sentence without an outcome."""
    file = Path(admin.__file__).parent / "locales" / language / "invitations.yaml"
    said = set(yaml.safe_load(file.read_text("utf-8"))["invitations"]["outcomes"])
    assert said == {outcome(s, reason) for s, reasons in OUTCOMES.items() for reason in reasons}
