"""Units of two tiers and their mergers: imported, refused after their end, counted honestly."""

import json
from pathlib import Path
from typing import Any

import pytest

from admin.closing import figures
from admin.figures.intake import read_intake
from admin.importing import Report, Source, run_import
from admin.importing.dossiers import DossierImporter
from admin.importing.facts import FactImporter
from admin.importing.importer import Importer
from admin.importing.units import UnitImporter
from admin.kit.runtime import Runtime
from admin.rating.result import read_rating
from scoring.rulebook import find_rulebook, with_choices
from surveys.errors import Refusal
from surveys.period import parse_period
from surveys.store.base.database import Database
from surveys.store.dossiers import dossiers
from surveys.store.dossiers import units as unit_store
from surveys.store.importing import undoing
from surveys.store.results.intake import Window
from surveys.store.system import imports
from tests.integration.office import counts, csv_file, office

UNITS = """Mã đơn vị,Tên đơn vị,Cấp,Từ ngày,Đến ngày,Đơn vị kế thừa,Căn cứ sáp nhập
T,Tỉnh Bình Định,Tỉnh,,,,
S1,Sở Tư pháp,Sở,,,,
TT,Trung tâm Phục vụ hành chính công,Trung tâm,,,,
A,Xã An Hòa,Xã,,30/06/2020,Xã An Mới,Nghị quyết 1
B,Thị trấn An Lão,Xã,,30/06/2020,N,Nghị quyết 1
C,Xã cũ,Xã,,30/06/2020,,
N,Xã An Mới,Phường,01/07/2020,,,"""
DOSSIERS = """Mã hồ sơ,Đơn vị,Kênh,Ngày nhận,Ngày hẹn trả,Ngày trả kết quả,Trạng thái
H56-200505-0001,Xã An Hòa,1,05/05/2020,12/05/2020,11/05/2020,10
H56-200505-0002,B,1,05/05/2020,12/05/2020,13/05/2020,10
H56-200625-0003,B,1,25/06/2020,06/07/2020,06/07/2020,10
H56-200706-0004,Xã An Hòa,1,06/07/2020,13/07/2020,13/07/2020,10
H56-200706-0005,Xã cũ,1,06/07/2020,13/07/2020,13/07/2020,10"""


async def _import(runtime: Runtime, folder: Path, importer: Importer[Any], text: str) -> Report:
    file = csv_file(folder, *text.splitlines())
    (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report


async def _imported(url: str, folder: Path) -> Report:
    """The units, and the dossiers; what became of the dossiers."""
    async with office(url) as runtime:
        zone = runtime.settings.zone
        report = await _import(runtime, folder, UnitImporter(zone), UNITS)
        assert counts(report)["new"] == 7
        importer = DossierImporter(zone, runtime.keyring(), runtime.today)
        return await _import(runtime, folder, importer, DOSSIERS)


async def test_units_know_their_kind_and_their_successor(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Level and block from the word for the kind; a later file without the column keeps both."""
    await _imported(database_url, tmp_path)
    async with office(database_url) as runtime:
        again = "Mã đơn vị,Tên đơn vị,Cấp,Đến ngày\nA,Xã An Hòa,Xã,30/06/2020"
        report = await _import(runtime, tmp_path, UnitImporter(runtime.settings.zone), again)
    assert counts(report)["same"] == 1
    async with database.read() as conn:
        listed = {code: unit for code, (_, unit) in (await unit_store.list_all(conn)).items()}
    assert {code: (unit.level, unit.block) for code, unit in listed.items()} == {
        "T": ("tinh", "so"),
        "S1": ("tinh", "so"),
        "TT": ("tinh", "trung_tam"),
        **dict.fromkeys(("A", "B", "C", "N"), ("xa", "xa")),
    }
    assert (listed["A"].successor, listed["A"].merged_by) == ("N", "Nghị quyết 1")


async def test_the_flow_of_a_merged_unit_is_its_successors(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """From the day after its last day, also in a period before the merger; apart by choice."""
    await _imported(database_url, tmp_path)
    found = {}
    for name, summed in (("2020-Q3", True), ("2020-Q3", False), ("2020-Q2", True)):
        period = parse_period(name)
        window = Window(period=period, as_of=period.end)
        async with database.read() as conn:
            figures = await read_intake(conn, window, with_procedures=False, summed=summed)
        counts = {one.code: one.counts.received for one in figures.units if one.counts.received}
        whole = sum(counts.values())
        assert figures.whole.received == whole
        found[name, summed] = counts
        merged = {one.code: one.includes for one in figures.units if one.includes}
        assert merged == ({"N": ("A", "B")} if (name, summed) == ("2020-Q3", True) else {})
    assert found["2020-Q3", True] == {"N": 2}
    assert found["2020-Q3", False] == {"B": 1, "N": 1}
    assert found["2020-Q2", True] == {"A": 1, "B": 1}


async def test_after_its_end_a_unit_is_its_successor_or_refused(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """By the day of reception: told with row and name; without a successor the row is refused."""
    report = await _imported(database_url, tmp_path)
    assert counts(report) == {"new": 4, "changed": 0, "same": 0, "rejected": 1}
    detail = report.details["merged_unit"]
    assert (list(detail.words), detail.rows) == (["Xã An Hòa"], ["5"])
    async with office(database_url) as runtime:
        text = (
            "Đơn vị,Kỳ,Số liệu,Giá trị\nA,2020-Q4,complaints_total,1\nA,2020-Q2,complaints_total,1"
        )
        facts = await _import(runtime, tmp_path, FactImporter(runtime), text)
    assert counts(facts) == {"new": 1, "changed": 0, "same": 0, "rejected": 1}
    assert "units.ended_merged" in json.dumps(list(map(str, facts.reasons)))


async def test_a_receiver_that_was_merged_is_its_successor(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """By the day of reception; one that ended without a successor received nothing, and is told."""
    await _imported(database_url, tmp_path)
    rows = """Mã hồ sơ,Đơn vị giải quyết,Đơn vị tiếp nhận,Ngày nhận,Ngày hẹn trả,Ngày trả kết quả
H56-200706-0011,S1,Xã An Hòa,06/07/2020,13/07/2020,13/07/2020
H56-200605-0012,S1,Xã An Hòa,05/06/2020,12/06/2020,12/06/2020
H56-200706-0013,N,B,06/07/2020,13/07/2020,13/07/2020
H56-200706-0014,S1,Xã cũ,06/07/2020,13/07/2020,13/07/2020"""
    async with office(database_url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        report = await _import(runtime, tmp_path, importer, rows)
    assert counts(report)["new"] == 4
    assert report.details["unknown_receiver"].rows == ["5"]
    async with database.read() as conn:
        received = [await dossiers.find(conn, row.split(",")[0]) for row in rows.splitlines()[1:]]
    assert [one and one.received_by for one in received] == ["N", "A", None, None]


async def test_a_year_counts_predecessors_with_their_successor(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Or apart by policy; the period before the merger compares with the same whole."""
    await _imported(database_url, tmp_path)
    book = find_rulebook("tt01-2018")
    async with office(database_url) as runtime, database.read() as conn:
        summed = await read_rating(conn, book, parse_period("2020"))
        alone = await read_rating(
            conn, with_choices(book, {"mergers": "apart"}), parse_period("2020")
        )
        quarter = await read_rating(conn, book, parse_period("2020-Q3"))
        compared = await figures.with_past(conn, runtime, quarter)
        before = await read_rating(conn, book, parse_period("2020-Q2"))
    units = {unit.code: unit.as_json() for unit in summed.rating.units}
    assert (units["N"]["dossiers"], units["N"]["includes"]) == (4, ["A", "B"])
    assert units["N"]["criteria"]["1"] == {"points": "1.0", "n": 4}
    assert "A" not in units
    apart = {unit.code: unit.evidence.dossiers for unit in alone.rating.units}
    assert (apart["A"], apart["B"], apart["N"]) == (1, 2, 1)
    assert [unit.code for unit in quarter.rating.units if unit.evidence.includes] == ["N"]
    assert compared.past is not None
    assert "N" in {change.code for change in compared.past[0].comparison.units}
    assert {"A", "B"} <= {unit.code for unit in before.rating.units}


SPLIT = """Mã đơn vị,Tên đơn vị,Cấp,Từ ngày,Đến ngày,Đơn vị kế thừa
O,Xã cũ,Xã,,31/03/2020,X
X,Xã chia,Xã,,30/06/2020,P; Xã Tây
P,Xã Đông,Xã,01/07/2020,,
Q,Xã Tây,Xã,01/07/2020,,"""
OF_SPLIT = """Mã hồ sơ,Đơn vị,Kênh,Ngày nhận,Ngày hẹn trả,Ngày trả kết quả,Trạng thái
H56-200205-0001,O,1,05/02/2020,12/02/2020,11/02/2020,10
H56-200505-0002,X,1,05/05/2020,12/05/2020,13/05/2020,10
H56-200705-0003,Xã Đông,1,05/07/2020,12/07/2020,10/07/2020,10
H56-200705-0004,Q,1,05/07/2020,12/07/2020,12/07/2020,10
H56-200706-0005,X,1,06/07/2020,13/07/2020,13/07/2020,10"""


async def test_a_unit_that_was_split_is_added_to_none_of_its_parts(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """With what was merged into it before; nothing counts twice, the rating and the comparison say
    why, and a later dossier of it is refused with the parts."""
    async with office(database_url) as runtime:
        zone = runtime.settings.zone
        assert counts(await _import(runtime, tmp_path, UnitImporter(zone), SPLIT))["new"] == 4
        again = await _import(runtime, tmp_path, UnitImporter(zone), SPLIT)
        assert counts(again)["same"] == 4
        importer = DossierImporter(zone, runtime.keyring(), runtime.today)
        report = await _import(runtime, tmp_path, importer, OF_SPLIT)
        assert counts(report)["new"] == 4
        assert "units.ended_split" in json.dumps(list(map(str, report.reasons)))
        async with database.read() as conn:
            year = await read_rating(conn, find_rulebook("tt01-2018"), parse_period("2020"))
            quarter = await read_rating(conn, find_rulebook("tt01-2018"), parse_period("2020-Q4"))
            compared = await figures.with_past(conn, runtime, quarter)
    units = {unit.code: unit.as_json() for unit in year.rating.units}
    assert {code: unit["dossiers"] for code, unit in units.items()} == {"X": 2, "P": 1, "Q": 1}
    assert (units["X"]["includes"], units["X"]["split_into"]) == (["O"], ["Xã Đông", "Xã Tây"])
    assert [one.code for one in year.rating.warnings if "unit" in one.code][-1] == "unit_split"
    assert compared.past is not None
    (note,) = compared.past[0].splits
    assert note.params["parts"] == ["Xã Đông", "Xã Tây"]


async def test_a_split_can_be_corrected_and_the_correction_undone(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """One successor instead of two parts, and back."""
    header = SPLIT.splitlines()[0]
    async with office(database_url) as runtime:
        zone = runtime.settings.zone
        await _import(runtime, tmp_path, UnitImporter(zone), SPLIT)
        one = f"{header}\nX,Xã chia,Xã,,30/06/2020,P"
        assert counts(await _import(runtime, tmp_path, UnitImporter(zone), one))["changed"] == 1
        assert await _taken_over(database) == ("P", ())
        async with database.write() as conn:
            found = await imports.find(conn, 2)
            assert found is not None
            await undoing.undo(conn, found, runtime.keyring())
    assert await _taken_over(database) == (None, ("P", "Q"))


async def _taken_over(database: Database) -> tuple[str | None, tuple[str, ...]]:
    async with database.read() as conn:
        unit = (await unit_store.list_all(conn))["X"][1]
    return unit.successor, unit.split_into


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("X,Xã X,Xã,,,X,", "units.successor_without_end"),
        ("X,Huyện X,Huyện,01/01/2026,,,", "units.level_ended"),
        ("X,Xã X,Xã,,30/06/2025,Không có,", "units.unknown"),
    ],
)
async def test_a_merger_that_cannot_be_is_refused(
    database: Database, database_url: str, tmp_path: Path, row: str, code: str
) -> None:
    """With the row; nothing of it is kept."""
    async with office(database_url) as runtime:
        text = f"{UNITS.splitlines()[0]}\n{row}"
        report = await _import(runtime, tmp_path, UnitImporter(runtime.settings.zone), text)
    assert counts(report)["rejected"] == 1
    assert code in json.dumps(list(map(str, report.reasons)))


async def test_mergers_in_a_circle_are_refused(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """The whole file, by the codes."""
    async with office(database_url) as runtime:
        header = UNITS.splitlines()[0]
        text = f"{header}\nZ,Z,Xã,,,,\nX,X,Xã,,30/06/2025,Z;Y,\nY,Y,Xã,,30/06/2025,X,"
        with pytest.raises(Refusal, match=r"units\.merged_in_circle") as refused:
            await _import(runtime, tmp_path, UnitImporter(runtime.settings.zone), text)
    assert refused.value.params["codes"] == "X → Y → X"
