"""Files as offices send them: each is read as the person sees it, or refused for what it is."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from admin.importing import Report, Source, run_import, tell
from admin.importing.dossiers import DossierImporter
from admin.kit.output import Format
from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.dossiers import dossiers
from surveys.store.system import meta
from tests.integration.office import counts, office
from tests.integration.office_files.cases import CASES, Case
from tests.integration.office_files.writing import HEADER, book, csv, row
from tests.integration.rows import add_unit

FIRST = "000.17.22.H56-210503-0001"


@pytest.fixture
async def url(sqlite_url: str) -> str:
    """A database with one unit."""
    database = Database.open(sqlite_url)
    async with database.write() as conn:
        await add_unit(conn, "XA01", name="UBND xã An Hòa", name_key="ubnd xa an hoa")
    await database.close()
    return sqlite_url


async def _import(url: str, file: Path, **options: Any) -> Report:  # noqa: ANN401
    async with office(url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        (report,) = await run_import(runtime, (importer, Source(file=file, **options)))
        tell(runtime, Format.TABLE, report)
    return report


async def _stored(url: str, code: str) -> Any:  # noqa: ANN401 - a row of the database
    database = Database.open(url)
    async with database.read() as conn:
        found = await dossiers.find(conn, code)
    await database.close()
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_becomes_of_a_file(
    case: Case, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """These counts of rows accepted and rejected, these words printed; a refused file changes
    nothing.
    """
    (file := tmp_path / case.name).write_bytes(case.content)
    if case.refused:
        with pytest.raises(Refusal) as refused:
            await _import(url, file, **case.options)
        assert refused.value.code == case.refused
        assert await _stored(url, FIRST) is None
        return
    report = await _import(url, file, **case.options)
    assert (report.accepted, report.rejected) == (case.accepted, case.rejected)
    told = capsys.readouterr().err
    assert [piece for piece in case.said if piece not in told] == []
    found = report.as_json()
    assert {name: found[name] for name in case.json} == dict(case.json)
    for name, value in case.stored.items():
        assert getattr(await _stored(url, FIRST), name) == value


REJECTED = [HEADER, row(1), [row(2)[0], "=1+1", *row(2)[2:]], [row(3)[0], "@lạ", *row(3)[2:]]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_rejected_rows_come_back_as_they_came_and_import_when_mended(
    kind: str, url: str, tmp_path: Path
) -> None:
    """In the format of the file, for its owner only; nothing in it is computed by a spreadsheet."""
    file = tmp_path / f"so.{kind}"
    file.write_bytes(csv(REJECTED, ";") if kind == "csv" else book(REJECTED))
    assert counts(await _import(url, file)) == {"new": 1, "changed": 0, "same": 0, "rejected": 2}
    rejects = tmp_path / f"so.{kind}.rejected.{kind}"
    assert rejects.stat().st_mode & 0o777 == 0o600
    if kind == "csv":
        text = rejects.read_text("utf-8-sig")
        assert ";'=1+1;" in text
        assert ";'@lạ;" in text
        rejects.write_text(text.replace("'=1+1", "XA01").replace("'@lạ", "XA01"), "utf-8")
    else:
        _mend(rejects)
    report = await _import(url, rejects)
    assert counts(report) == {"new": 2, "changed": 0, "same": 0, "rejected": 0}
    assert report.as_json()["unknown_columns"] == []


def _mend(file: Path) -> None:
    import openpyxl

    made = openpyxl.load_workbook(file)
    assert [made.active.cell(n, 2).data_type for n in (2, 3)] == ["s", "s"]
    assert [made.active.cell(n, 2).value for n in (2, 3)] == ["=1+1", "@lạ"]
    for number in (2, 3):
        made.active.cell(number, 2).value = "XA01"
    made.save(file)


async def test_an_error_cell_leaves_what_is_stored(url: str, tmp_path: Path) -> None:
    """The poorer file is named, the returned dossier stays returned."""
    (file := tmp_path / "so.csv").write_bytes(csv([HEADER, row(1)]))
    await _import(url, file)
    file.write_bytes(csv([HEADER, row(1, days=("03/05/2021", "10/05/2021", "#N/A", "#N/A"))]))
    assert counts(await _import(url, file))["rejected"] == 1
    assert (await _stored(url, FIRST)).status == 10


async def test_a_mapping_says_what_their_statuses_mean(url: str, tmp_path: Path) -> None:
    """By number or by name; then there is no note."""
    days = ("03/05/2021", "10/05/2021", "", "")
    (file := tmp_path / "so.csv").write_bytes(csv([HEADER, row(1, days=days, status="Đã hủy")]))
    (mapping := tmp_path / "igate.yaml").write_text("statuses:\n  ĐÃ HUỶ: 8\n", "utf-8")
    report = await _import(url, file, mapping=mapping)
    assert dict(report.warnings) == {}
    assert (await _stored(url, FIRST)).status == 8


async def test_a_mapping_is_remembered(url: str, tmp_path: Path) -> None:
    """For the next file it fits; told each time, and left aside when told so."""
    header = ("Mã hồ sơ", "Đơn vị", "Kênh", "Ngày nhận", "Hạn cuối cùng", *HEADER[5:])
    (file := tmp_path / "so.csv").write_bytes(csv([header, row(1, unit="Xã Hòa")]))
    mapping = tmp_path / "igate.yaml"
    mapping.write_text("due_at: Hạn cuối cùng\nunits:\n  Xã Hòa: XA01\n", "utf-8")
    assert counts(await _import(url, file, mapping=mapping))["new"] == 1
    file.write_bytes(csv([header, row(2, unit="XÃ HÒA")]))
    report = await _import(url, file)
    assert counts(report)["new"] == 1
    assert report.as_json()["saved_mapping"]["due_at"] == "Hạn cuối cùng"
    assert (await _stored(url, row(2)[0])).due_at == datetime(2021, 5, 10)
    aside = await _import(url, file, no_saved_mapping=True)
    assert (aside.rejected, aside.as_json()["saved_mapping"]) == (1, None)
    file.write_bytes(csv([HEADER, row(3, unit="xã hòa")]))
    assert counts(await _import(url, file))["new"] == 1


async def test_a_unit_of_a_remembered_mapping_that_does_not_exist_is_named(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older version saved it unchecked. It is told and not used; the rest of the mapping is."""
    units = {"Xã Hòa": "XA01", "Xã Cũ": "NOPE"}
    tree = {"file": "igate.yaml", "saved_on": "2021-05-01", "mapping": {"units": units}}
    database = Database.open(url)
    async with database.write() as conn:
        await meta.write(conn, "mapping:dossiers", json.dumps(tree))
    await database.close()
    (file := tmp_path / "so.csv").write_bytes(
        csv([HEADER, row(1, unit="Xã Hòa"), row(2, unit="Xã Cũ")])
    )
    report = await _import(url, file)
    assert (report.accepted, report.rejected) == (1, 1)
    assert report.as_json()["saved_mapping"]["units"] == {"Xã Hòa": "XA01"}
    assert report.as_json()["saved_mapping"]["unknown_units"] == {"Xã Cũ": "NOPE"}
    told = capsys.readouterr().err
    assert "“Xã Cũ” (NOPE)" in told
    assert "mang mã hoặc tên “Xã Cũ”" in told


@pytest.mark.parametrize("key", ["XA01", "ubnd xã An Hòa"])
async def test_a_code_or_name_of_a_unit_wins_over_a_mapping(
    key: str, url: str, tmp_path: Path
) -> None:
    """A mapping cannot move the dossiers of one unit to another."""
    database = Database.open(url)
    async with database.write() as conn:
        await add_unit(conn, "XA02", name="Xã Phú Thành", name_key="xa phu thanh")
    await database.close()
    (file := tmp_path / "so.csv").write_bytes(csv([HEADER, row(1, unit=key)]))
    (mapping := tmp_path / "igate.yaml").write_text(f"units: {{{key}: XA02}}", "utf-8")
    assert counts(await _import(url, file, mapping=mapping))["new"] == 1
    assert (await _stored(url, FIRST)).unit == "XA01"


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("units: {Xã Hòa: NOPE}", "sheets.mapping_no_unit", {"key": "Xã Hòa"}),
        ("units: {XA01: NOPE}", "sheets.mapping_no_unit_likely", {"key": "XA01", "likely": "XA01"}),
        ("units: {H: Xa An Hoa}", "sheets.mapping_no_unit_likely", {"key": "H", "likely": "XA01"}),
        ("statuses: {Lạ: 99}", "sheets.mapping_status", {"key": "Lạ", "status": "99"}),
        ("statuses: {Lạ: 0}", "sheets.mapping_status", {"key": "Lạ", "status": "0"}),
        ("statuses: {Lạ: bừa}", "sheets.mapping_status", {"key": "Lạ", "status": "bừa"}),
    ],
)
async def test_a_mapping_to_nothing_is_refused(
    text: str, code: str, named: dict[str, str], url: str, tmp_path: Path
) -> None:
    """With the file and the key; it is not remembered for the next file."""
    (file := tmp_path / "so.csv").write_bytes(csv([HEADER, row(1)]))
    (mapping := tmp_path / "igate.yaml").write_text(text, "utf-8")
    with pytest.raises(Refusal) as refused:
        await _import(url, file, mapping=mapping)
    assert (refused.value.code, refused.value.params["file"]) == (code, "igate.yaml")
    assert named.items() <= refused.value.params.items()
    assert (await _import(url, file)).as_json()["saved_mapping"] is None
