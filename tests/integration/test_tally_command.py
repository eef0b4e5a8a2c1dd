"""`motcua tally`: the contract's shape, the same rows in every kind of file, safe to publish."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from admin.kit.texts import load_texts
from admin.reporting.result_files import write_tally
from admin.tallying.result import Tally, parse_by, read_tally
from admin.tallying.together import added_up
from admin.tallying.view import Show, TallyView
from surveys.errors import Refusal
from surveys.form import shipped_forms
from surveys.period import parse_period
from surveys.store.base.database import Database
from surveys.store.dossiers import units
from surveys.store.results import free_texts
from surveys.store.results.tallies import Dimension
from surveys.store.system import form_versions
from tests.fakes.context import KEYS
from tests.integration.rows import NOW, add_dossier, add_unit, answer

Q2 = parse_period("2021-Q2")


def _write(tally: Tally, file: Path, show: Show | None = None, **more: Any) -> int:  # noqa: ANN401
    view = TallyView(texts=load_texts("vi"), tally=tally)
    names = {"XA01": "Xã An Hòa"}
    return write_tally(view, file, office="UBND", unit_names=names, show=show, force=True, **more)


async def _answered(database: Database, *, simulated: bool = False) -> None:
    """XA01: 7 very, 1 unsatisfied; XA02: nobody."""
    async with database.write() as conn:
        await form_versions.register(conn, shipped_forms(), NOW)
        unit = await add_unit(conn, "XA01")
        await add_unit(conn, "XA02")
        for number in range(8):
            dossier = await add_dossier(conn, unit, f"D{number}")
            option = "unsatisfied" if number == 7 else "very"
            await answer(conn, dossier, "satisfaction", option, simulated=simulated)


async def test_the_shape_of_the_contract(database: Database) -> None:
    """Every unit has every option of the default form; nobody's choice is 0."""
    await _answered(database)
    async with database.read() as conn:
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
    found = tally.as_json()
    options = sum(len(q.options) for form in tally.forms for q in form.questions)
    figures = ["period", "rows", "response", "questions", "quota", "whole"]
    assert list(found) == [*figures, "names", "counters"]
    assert found["rows"][:3] == [
        {"unit": "XA01", "form": "phieu5", "question": "satisfaction", "option": o, "count": n}
        for o, n in (("very", 7), ("satisfied", 0), ("unsatisfied", 1))
    ]
    assert len(found["rows"]) == 2 * options
    assert found["response"] == [
        {"unit": u, "returned": n, "issued": 0, "delivered": 0, "answered": n, "valid": n}
        for u, n in (("XA01", 8), ("XA02", 0))
    ]


async def test_every_kind_of_file_has_the_same_rows(database: Database, tmp_path: Path) -> None:
    """JSON, CSV and XLSX differ in nothing but their writing."""
    await _answered(database)
    async with database.read() as conn:
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
    for suffix in ("json", "csv", "xlsx"):
        assert _write(tally, tmp_path / f"t.{suffix}") == len(tally.cells)
    rows = json.loads((tmp_path / "t.json").read_text("utf-8"))["rows"]
    with (tmp_path / "t.csv").open(encoding="utf-8") as stream:
        as_csv = [{**row, "count": int(row["count"])} for row in csv.DictReader(stream)]
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    keys, *values = book.get_sheet_by_name("rows").to_python()
    assert rows == as_csv == [dict(zip(keys, value, strict=True)) for value in values]
    assert book.sheet_names[:2] == ["rows", "response"]


async def test_questions_of_several_forms_are_added_up(database: Database, tmp_path: Path) -> None:
    """What two forms both ask counts together: in the JSON, on the screen, in the workbook."""
    await _answered(database)
    async with database.write() as conn:
        unit, _ = (await units.list_all(conn))["XA01"]
        for number in (8, 9):
            dossier = await add_dossier(conn, unit, f"D{number}")
            await answer(conn, dossier, "satisfaction", "very", form="phieu4")
            await answer(conn, dossier, "waiting", "short", form="phieu4")
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
    view = TallyView(texts=load_texts("vi"), tally=tally)
    together = {(one["unit"], one["question"]): one for one in view.as_json()["together"]}
    found = together["XA01", "satisfaction"]
    assert sorted(found["forms"]) == ["phieu4", "phieu5"]
    assert found["counts"] == {"very": 9, "satisfied": 0, "unsatisfied": 1}
    assert found["shares"]["very"] == "90.0"
    assert together["XA01", "waiting"]["forms"] == ["phieu4"]
    assert any("cộng lại" in str(getattr(block, "title", "")) for block in view.blocks())
    _write(tally, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    lines = [row for row in book.get_sheet_by_name("Câu trả lời").to_python() if row[0] == "XA01"]
    assert [row[5] for row in lines[:3]] == [9, 0, 1]
    by_form = book.get_sheet_by_name("Theo mẫu phiếu").to_python()
    assert {row[2] for row in by_form if row[0] == "XA01"} == {"phieu4", "phieu5"}
    published = TallyView(texts=load_texts("vi"), tally=tally.published(5))
    assert "together" not in published.as_json()


async def test_a_question_has_the_words_of_its_form(database: Database, tmp_path: Path) -> None:
    """Two forms word a question differently: one that nobody answered lends no words."""
    words: dict[str, set[str]] = {"phieu4": set(), "phieu5": set()}
    for form in shipped_forms():
        if form.id in words and (asked := form.question("satisfaction")):
            words[form.id].add(asked.text["vi"])
    (paper,), online = words["phieu4"], words["phieu5"]
    assert paper not in online
    async with database.write() as conn:
        await form_versions.register(conn, shipped_forms(), NOW)
        dossier = await add_dossier(conn, await add_unit(conn, "XA01"), "D1")
        await answer(conn, dossier, "satisfaction", "very", form="phieu4")
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
    _write(tally, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    told = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names[2:]])
    assert paper in told
    assert not [one for one in online if one in told]
    assert added_up(tally).names("vi")["satisfaction"]["text"] == paper
    async with database.write() as conn:
        dossier = await add_dossier(conn, (await units.list_all(conn))["XA01"][0], "D2")
        await answer(conn, dossier, "satisfaction", "very")
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
    _write(tally, tmp_path / "both.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "both.xlsx"))
    rows = book.get_sheet_by_name("Theo mẫu phiếu").to_python()
    said = {str(row[2]): row[3] for row in rows if row[3] in {paper, *online}}
    assert said["phieu4"] == paper
    assert said["phieu5"] in online


async def test_ids_or_labels_by_choice(database: Database, tmp_path: Path) -> None:
    """A CSV in words with unit names and shares; a workbook by ids."""
    await _answered(database)
    async with database.read() as conn:
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
    _write(tally, tmp_path / "t.csv", Show.LABELS)
    text = (tmp_path / "t.csv").read_bytes().decode("utf-8")
    assert text.startswith("\ufeffĐơn vị,Tên đơn vị,Phiếu,Câu hỏi,Trả lời,Số phiếu,Tỷ lệ\n")
    (first, *_) = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    assert list(first.values())[:2] == ["XA01", "Xã An Hòa"]
    assert list(first.values())[4:] == ["Rất hài lòng", "7", "87.5"]
    _write(tally, tmp_path / "t.xlsx", Show.IDS)
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    line = next(r for r in book.get_sheet_by_name("Câu trả lời").to_python() if r[0] == "XA01")
    assert line[3:5] == ["satisfaction", "very"]


async def test_comments_are_on_a_sheet_of_their_own(database: Database, tmp_path: Path) -> None:
    """By unit and question, without dossier or day; what was set aside is left out."""
    await _answered(database)
    async with database.write() as conn:
        unit, _ = (await units.list_all(conn))["XA02"]
        dossier = await add_dossier(conn, unit, "D10")
        await answer(conn, dossier, "comment", None, text="=Chờ lâu quá")
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
        said = await free_texts.list_by_period(conn, Q2, KEYS)
    _write(tally, tmp_path / "t.xlsx", comments=said)
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    rows = book.get_sheet_by_name("Ý kiến viết bằng lời").to_python()
    assert [row for row in rows if row[0] == "XA02"] == [
        ["XA02", "", "phieu5", rows[-1][3], "=Chờ lâu quá"]
    ]
    assert "D10" not in str(rows)


async def test_a_published_tally_hides_the_few(database: Database, tmp_path: Path) -> None:
    """One unsatisfied citizen is not shown, and cannot be derived from the rest."""
    await _answered(database)
    async with database.read() as conn:
        tally = (await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)).published(5)
    found = tally.as_json()
    assert found["hidden_below"] == 5
    assert [row["count"] for row in found["rows"][:3]] == [None, None, None]
    assert all(row["count"] is None or row["count"] >= 5 for row in found["rows"])
    assert (found["response"][0]["answered"], found["response"][1]["answered"]) == (8, None)
    _write(tally, tmp_path / "t.csv")
    assert "satisfaction,very,\n" in (tmp_path / "t.csv").read_text("utf-8")
    _write(tally, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert [row[-1] for row in book.get_sheet_by_name("rows").to_python()[1:4]] == ["", "", ""]


async def test_a_name_is_no_formula(database: Database, tmp_path: Path) -> None:
    """What a spreadsheet would compute, if it were typed in, stays text."""
    async with database.write() as conn:
        await answer(
            conn,
            await add_dossier(conn, await add_unit(conn, "=1+1", name="x"), "D1"),
            "satisfaction",
            "very",
        )
        tally = await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)
    _write(tally, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.get_sheet_by_name("response").to_python()[1][0] == "=1+1"


async def test_simulated_responses_are_marked(database: Database) -> None:
    """Whatever does not come from people says so, in the whole and in each row."""
    await _answered(database, simulated=True)
    async with database.read() as conn:
        found = (await read_tally(conn, Q2, [Dimension.UNIT], "phieu5", 10)).as_json()
    assert found["simulated"] == 8
    assert [row["simulated"] for row in found["rows"][:3]] == [7, 0, 1]
    assert [row["simulated"] for row in found["response"]] == [8, 0]


def test_what_a_tally_can_be_split_by() -> None:
    """Dimensions come in one order; the question is always there; others are refused."""
    assert parse_by(" question, unit ,block") == (Dimension.BLOCK, Dimension.UNIT)
    assert parse_by("question") == ()
    with pytest.raises(Refusal, match=r"tally\.by"):
        parse_by("unit,weather")


async def test_a_file_is_written_whole_or_not_at_all(database: Database, tmp_path: Path) -> None:
    """An unknown kind of file is refused and leaves no file."""
    async with database.read() as conn:
        tally = await read_tally(conn, Q2, [], "phieu5", 10)
    with pytest.raises(Refusal, match=r"reporting\.suffix"):
        _write(tally, tmp_path / "t.docx")
    assert [file.name for file in os.scandir(tmp_path) if "docx" in file.name] == []
