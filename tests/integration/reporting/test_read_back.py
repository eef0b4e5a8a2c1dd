"""The figures of a report are the same in the document, the annexes and the JSON."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.reporting.reading import (
    figures_of,
    leaves,
    lines_of,
    sheets_of,
    tables_of,
)

CRITERIA = range(1, 10)


def _point(text: str) -> str | None:
    return None if text == "–" else str(Decimal(text.replace(",", ".")).normalize())


def _same(cell: object, figure: str | None) -> bool:
    """Whether a cell has the figure of the JSON; a blank is unknown."""
    return cell == (None if figure is None else float(Decimal(figure)))


def test_the_annexes_have_every_unit_with_its_points(report: Path) -> None:
    """Annexes II and on: unit by unit, criterion by criterion; the last row has the means."""
    rating, sheets = figures_of(report)["rating"], sheets_of(report)
    grades = {grade["id"]: grade["name"] for grade in rating["grades"]}
    numbers = ("II", "III", "IV", "V", "VI")
    for block, number in zip(rating["blocks"], numbers, strict=False):
        *rows, last = sheets[f"Phụ lục {number}"]
        units = [unit for unit in rating["units"] if unit["block"] == block["id"]]
        assert [row["Mã"] for row in rows] == [unit["code"] for unit in units]
        for row, unit in zip(rows, units, strict=True):
            points = [_same(row[f"CS{n}"], unit["values"][str(n)]) for n in CRITERIA]
            assert all(points), (row, unit)
            assert _same(row["Tổng điểm"], unit["total"])
            assert unit["grade"] is None or row["Xếp loại"] == grades[unit["grade"]]
            assert (row["Nhận"], row["Trả"]) == (unit["received"], unit["dossiers"])
        assert all(_same(last[f"CS{n}"], block["criteria"][str(n)]) for n in CRITERIA)
        assert _same(last["Tổng điểm"], block["mean"])


def test_annex_one_counts_the_four_states(report: Path) -> None:
    """Units of every block: scored, no dossiers, not scored, insufficient; the area last."""
    rating = figures_of(report)["rating"]
    *rows, whole = sheets_of(report)["Phụ lục I"]
    titles = {
        "no_dossiers": "Chưa phát sinh hồ sơ",
        "not_scored": "Chưa chấm điểm",
        "insufficient": "Thiếu thông tin",
        "scored": "Đã chấm",
    }
    for row, block in zip(rows, rating["blocks"], strict=True):
        assert {state: row[title] for state, title in titles.items()} == block["states"]
        assert row["Số đơn vị"] == block["units"] == sum(block["states"].values())
    assert whole["Số đơn vị"] == len(rating["units"])
    assert _same(whole["Bình quân"], rating["aggregates"][rating["rules"]["printed"]])
    assert {grade["name"]: whole[grade["name"]] for grade in rating["grades"]} == {
        grade["name"]: sum(one["grades"][grade["id"]] for one in rating["blocks"])
        for grade in rating["grades"]
    }


def test_self_scores_stand_next_to_appraised_ones(report: Path) -> None:
    """Tự chấm and thẩm định of every unit that has any."""
    rating = figures_of(report)["rating"]
    rows = {row["Mã"]: row for row in sheets_of(report)["Tự chấm, thẩm định"]}
    given = [unit for unit in rating["units"] if unit["own"] or unit["appraised"]]
    assert given
    assert set(rows) == {unit["code"] for unit in given}
    for unit in given:
        row = rows[unit["code"]]
        for n in CRITERIA:
            assert _same(row[f"CS{n} tự chấm"], unit["own"].get(str(n)))
            assert _same(row[f"CS{n} thẩm định"], unit["appraised"].get(str(n)))


def test_the_flow_of_dossiers_is_in_the_annex(report: Path) -> None:
    """Every unit's counts; blocks and the area are their sums."""
    intake, rows = figures_of(report)["intake"], sheets_of(report)["Tiếp nhận, giải quyết"]
    titles = {"early": "Trước hạn", "late": "Quá hạn", "carried_over": "Kỳ trước chuyển qua"}
    by_code = {row["Mã"]: row for row in rows if row["Mã"]}
    for unit in intake["units"]:
        for key, title in titles.items():
            assert by_code[unit["code"]][title] == unit["counts"][key]
    for title in titles.values():
        units = sum(row[title] for row in by_code.values())
        blocks = [row[title] for row in rows if not row["Mã"]]
        assert sum(blocks[:-1]) == blocks[-1] == units


@pytest.mark.parametrize("kind", ["quarter", "year", "onestop"])
def test_every_printed_sentence_is_in_the_document(reports: dict[str, Path], kind: str) -> None:
    """What the template prints is a field of the JSON, and every number of the document is one of
    its figures."""
    lines, figures = lines_of(reports[kind]), figures_of(reports[kind])
    assert not [line for line in lines if "{" in line or "}" in line]
    known = set(leaves(figures["printed"]))
    numbers = {n for one in known for n in re.findall(r"\d+(?:[.,]\d+)*", one)}
    for line in lines:
        body = re.sub(r"^(\d+\. |[IVX]+\. )", "", line)
        unknown = set(re.findall(r"\d+(?:[.,]\d+)*", body)) - numbers
        assert unknown <= {str(n) for n in CRITERIA} | {"1", "2", "3", "4"}, line
    wanted = _sentences(figures["printed"], kind)
    assert [one for one in wanted if not any(one in line for line in lines)] == []


def _sentences(printed: dict[str, Any], kind: str) -> list[str]:
    """What a kind of report must say."""
    found: list[str] = list(printed["han_che"])
    if kind == "onestop":
        found += [printed["mot_cua"]["cau"], printed["mot_cua"]["cau_can_doi"]]
        found += [u["cau"] for block in printed["mot_cua"]["khoi"] for u in block["don_vi"]]
        return found
    found += [printed["diem"]["cau"], printed["lay_y_kien"]["cau_hai_long"]]
    found += [one["cau"] for one in printed["so_sanh"]]
    blocks = printed["khoi"]
    if kind == "quarter":
        return found + [block["cau_tom_tat"] for block in blocks]
    found += [line for block in blocks for line in block["muc_co"]]
    return found + [year["cau"] for year in printed["chuoi_nam"]]


def test_the_tables_of_the_document(report: Path) -> None:
    """Blocks with their states, criteria with their means."""
    rating = figures_of(report)["rating"]
    states, criteria = tables_of(report)[1:3]
    for row, block in zip(states[1:], rating["blocks"], strict=True):
        counts = [block["units"], block["scored"]]
        counts += [block["states"][k] for k in ("no_dossiers", "not_scored", "insufficient")]
        assert row[1:6] == [str(count) for count in counts]
        mean = block["mean"]
        assert _point(row[6]) == (None if mean is None else str(Decimal(mean).normalize()))
    for row, one in zip(criteria[1:], rating["criteria"], strict=True):
        assert row[0] == f"{one['id']}. {one['name']}"
        assert _point(row[1]) == str(Decimal(one["mean"]).normalize())
