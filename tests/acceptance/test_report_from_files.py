"""The figures of a report, read back from every file, are those counted from the office's files.

Nothing here asks the product for a figure: the flow is counted row by row, the oracle rates.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import html

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.district import District, drawn
from tests.acceptance.support.files import STYLES, write
from tests.acceptance.support.flow_reckoning import (
    FlowReckoner,
    add_hard_cases,
    read_rows,
    sums,
)
from tests.acceptance.support.office import taken_in
from tests.acceptance.support.reckoning import DAYS, Reckoner, tally
from tests.integration.reporting.reading import figures_of, lines_of, sheets_of, tables_of

PERIOD = "2021-Q2"
PAST = {"kỳ trước": "2021-Q1", "cùng kỳ năm trước": "2020-Q2"}
GRADES = {
    "xuat_sac": "Xuất sắc",
    "tot": "Tốt",
    "kha": "Khá",
    "trung_binh": "Trung bình",
    "yeu": "Yếu",
}
HIDDEN = "*"
SATISFACTION = {"very": "Rất hài lòng", "satisfied": "Hài lòng", "unsatisfied": "Chưa hài lòng"}
STATES = ("scored", "no_dossiers", "not_scored", "insufficient")
COLUMNS = {
    "Tiếp nhận": "received",
    "Mới tiếp nhận": "new",
    "Trực tuyến": "online",
    "Trực tiếp": "direct",
    "Bưu chính": "post",
    "Kỳ trước chuyển qua": "carried_over",
    "Đã giải quyết": "resolved",
    "Trước hạn": "early",
    "Đúng hạn": "same_day",
    "Quá hạn": "late",
    "Không rõ hạn": "unknown",
    "Đang giải quyết": "pending",
    "Trong hạn": "in_time",
    "Đang quá hạn": "overdue",
    "Gần đến hạn": "near_due",
    "Không nhận, rút, dừng": "stopped",
    "Đã xin lỗi": "apologised",
    "Hẹn lại": "rescheduled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A district, its reports, and what they must say."""

    district: District
    folder: Path
    flow: Mapping[str, Counter[str]]
    rating: Mapping[str, Any]

    def summed(self, block: str | None = None) -> Counter[str]:
        """The flow of the units of a block, or of all."""
        units = [u.code for u in self.district.units if block in (None, u.block)]
        return sum((self.flow[code] for code in units), Counter())


@pytest.fixture(scope="module", params=[5, 29])
def reported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """A quarter drawn from a seed: its report, its one-stop report, its public page."""
    folder, seed = tmp_path_factory.mktemp("drawn"), int(request.param)
    district = drawn(seed, busiest=35)
    motcua = Motcua(folder=folder, url="sqlite:///motcua.sqlite")
    files = write(district, STYLES[0], folder)
    add_hard_cases(files.dossiers, Random(seed))
    assert motcua("db", "upgrade").code == 0
    taken = taken_in(motcua, files)
    assert not any(one["rejected"] for one in taken.values())
    for line in (
        ("--out", "quy", "--public", "trang"),
        ("--out", "mot-cua", "--kind", "onestop"),
    ):
        done = motcua("report", PERIOD, *line)
        assert done.code == 0, done.err
    first, last = DAYS[PERIOD]
    reckoner = FlowReckoner(rows=read_rows(files.dossiers), first=first, last=last)
    return Reported(
        district=district,
        folder=folder,
        flow=reckoner.by_unit({unit.name: unit.code for unit in district.units}),
        rating=Reckoner(district=district, period=PERIOD).rating(),
    )


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _share(part: int, whole: int) -> str:
    """A percentage as a document writes it: one digit, half up, without a last 0."""
    return f"{_percent(part, whole).normalize():f}".replace(".", ",") + "%"


def _numbers(text: str) -> list[int]:
    """The whole numbers of a text, without shares and numbers within brackets of a word."""
    bare = re.sub(r"\d+(?:,\d+)?%|\(3 ngày\)", "", text)
    return [int(one.replace(".", "")) for one in re.findall(r"\d[\d.]*", bare.replace("..", "."))]


def _line(lines: list[str], beginning: str) -> str:
    return next(line for line in lines if line.startswith(beginning))


def test_the_hard_cases_are_there(reported: Reported) -> None:
    """Every count occurs, so that none is compared as 0 with 0."""
    assert set(reported.summed()) >= {
        *("online", "direct", "post", "carried_over", "early", "same_day", "late", "unknown"),
        *("in_time", "overdue", "stopped", "rescheduled", "near_due"),
        *("late_apologised", "overdue_apologised"),
    }


def test_the_flow_in_the_json(reported: Reported) -> None:
    """Every count of every unit, in both reports."""
    for kind in ("quy", "mot-cua"):
        units = figures_of(reported.folder / kind)["intake"]["units"]
        told = {unit["code"]: Counter(unit["counts"]) for unit in units}
        assert {code: +counts for code, counts in told.items()} == dict(reported.flow)


def test_the_flow_in_the_workbook(reported: Reported) -> None:
    """Units, blocks and the area, with their shares; received = resolved + pending + stopped."""
    rows = sheets_of(reported.folder / "mot-cua")["Tiếp nhận, giải quyết"]
    blocks = iter(sorted({unit.block for unit in reported.district.units}))
    for row in rows:
        is_whole = row["Đơn vị"] == "Toàn địa bàn"
        block = None if row["Mã"] or is_whole else next(blocks)
        counts = reported.flow[row["Mã"]] if row["Mã"] else reported.summed(block)
        known = Counter({**counts, **sums(counts)})
        assert {title: row[title] for title in COLUMNS} == {
            title: known[name] for title, name in COLUMNS.items()
        }, row["Đơn vị"]
        assert known["received"] == known["resolved"] + known["pending"] + known["stopped"]
        for title, part, whole in (
            ("Trễ trên tiếp nhận", "late", "received"),
            ("Trực tuyến trên mới nhận", "online", "new"),
        ):
            wanted = _percent(known[part], known[whole]) if known[whole] else None
            assert row[title] == (None if wanted is None else float(wanted / 100)), row["Đơn vị"]
    assert next(blocks, None) is None


def test_the_flow_in_the_document(reported: Reported) -> None:
    """The sentences of the area and the line of every unit."""
    lines = lines_of(reported.folder / "mot-cua")
    area = reported.summed()
    known = Counter({**area, **sums(area)})
    for beginning, names in (
        ("- Tổng số hồ sơ đã tiếp nhận", "received new online direct post carried_over"),
        ("- Số hồ sơ đang giải quyết", "pending in_time overdue near_due"),
    ):
        assert _numbers(_line(lines, beginning)) == [known[name] for name in names.split()]
    assert _numbers(_line(lines, "- Số hồ sơ đã giải quyết"))[:4] == [
        known[name] for name in ("resolved", "early", "same_day", "late")
    ]
    shares = re.findall(r"[\d,]+%", _line(lines, "- Tỷ lệ đúng hạn"))
    assert shares == [
        _share(known["on_time"], known["resolved"]),
        _share(known["on_time"], known["received"]),
        _share(known["late"], known["received"]),
    ]
    assert _share(known["online"], known["new"]) in _line(lines, "Trong kỳ có")
    assert _numbers(next(line for line in lines if " hồ sơ quá hạn, " in line)) == [
        known["late"] + known["overdue"],
        known["apologised"],
        known["rescheduled"],
    ]
    for unit in reported.district.units:
        counts = reported.flow[unit.code]
        if sums(counts)["received"]:
            shown = ("late", "in_time", "overdue", "online", "post")
            wanted = [sums(counts)["received"], sums(counts)["on_time"]]
            wanted += [counts[name] for name in shown if counts[name]]
            told = _line(lines, f"+ {unit.name}: ").removeprefix(f"+ {unit.name}: ")
            assert _numbers(told) == wanted, told


def test_grades_and_points_in_the_annexes(reported: Reported) -> None:
    """Points, total, grade or state of every unit; the means of blocks and criteria."""
    sheets = sheets_of(reported.folder / "quy")
    annexes = [rows for name, rows in sheets.items() if name.startswith("Phụ lục ")]
    rows = {row["Mã"]: row for listed in annexes[1:] for row in listed if row["Mã"]}
    for unit in reported.rating["units"]:
        row = rows[unit["code"]]
        points = {n: one and float(one["points"]) for n, one in unit["criteria"].items()}
        assert {n: row[f"CS{n}"] for n in points} == points
        assert row["Tổng điểm"] == (None if unit["total"] is None else float(unit["total"]))
        assert (row["Nhận"], row["Trả"]) == (unit["received"], unit["dossiers"])
        assert row["Phiếu"] == unit["responses"]
        if unit["grade"]:
            assert row["Xếp loại"] == GRADES[unit["grade"]]
    whole = sheets["Phụ lục I"][-1]
    means = reported.rating["overall"]["criteria"]
    assert {n: whole[f"CS{n}"] for n in means} == {n: m and float(m) for n, m in means.items()}


def test_grades_in_the_document(reported: Reported) -> None:
    """States and means by block, means by criterion, the leading mean, those answered."""
    folder = reported.folder / "quy"
    units = reported.rating["units"]
    states, criteria = tables_of(folder)[1:3]
    for row, block in zip(states[1:], reported.rating["blocks"], strict=True):
        found = Counter(unit["state"] for unit in units if unit["block"] == block["block"])
        assert row[1:6] == [str(block["units"]), *(str(found[state]) for state in STATES)]
        assert _read(row[6]) == _plain(block["mean"])
    means = reported.rating["overall"]["criteria"]
    assert {row[0].split(".")[0]: _read(row[1]) for row in criteria[1:]} == {
        number: _plain(mean) for number, mean in means.items()
    }
    lines = lines_of(folder)
    leading = reported.rating["overall"]["sum_of_criterion_means"]
    assert _read(re.findall(r"[\d,]+", _line(lines, "Điểm số bình quân"))[0]) == _plain(leading)
    returned = sum(unit["dossiers"] for unit in units)
    answered = sum(unit["responses"] for unit in units)
    asked = _line(lines, "- Trong kỳ có ")
    assert _numbers(asked) == [returned, answered, answered]
    assert _share(answered, returned) in asked


def test_the_comparisons_in_the_document(reported: Reported) -> None:
    """With the last period and the same one a year ago: the means of then and now."""
    lines = lines_of(reported.folder / "quy")
    now = reported.rating["overall"]["sum_of_criterion_means"]
    for words, period in PAST.items():
        past = Reckoner(district=reported.district, period=period).rating()
        leading = past["overall"]["sum_of_criterion_means"]
        line = _line(lines, f"- So với {words}")
        if leading is None:
            returned = sum(unit["dossiers"] for unit in past["units"])
            assert f"(kỳ so sánh {returned})" in line
        else:
            before, after = re.findall(r"\(từ ([\d,]+) (?:lên|xuống) ([\d,]+)\)", line)[0]
            assert (_read(before), _read(after)) == (_plain(leading), _plain(now))


def test_the_public_page(reported: Reported) -> None:
    """Grade, total, received and returned of every unit, where they are not hidden."""
    text = (reported.folder / "trang" / "index.html").read_text("utf-8")
    tables = html.fromstring(text).xpath("//section[@aria-labelledby='h-units']//table")
    cells = {
        row.xpath("string(th)"): [cell.text_content() for cell in row.xpath("td")]
        for row in tables[0].xpath(".//tbody/tr")
    }
    shown = 0
    for unit in reported.rating["units"]:
        grade, total, received, returned, answered = cells[unit["name"]]
        assert not unit["grade"] or grade in (GRADES[unit["grade"]], "ẩn")
        assert (received, returned) == (str(unit["received"]), str(unit["dossiers"]))
        assert answered == "ẩn" or int(answered) == unit["responses"]
        if unit["total"] and total != "ẩn":
            assert total == f"{unit['total'].replace('.', ',')}/{unit['reachable']}"
            shown += 1
    assert shown


def test_the_open_data(reported: Reported) -> None:
    """The means of the criteria are those of the report, unless hidden."""
    file = reported.folder / "trang" / "du-lieu" / "ket-qua.json"
    told = json.loads(file.read_text("utf-8"))["means"]
    means = reported.rating["overall"]["criteria"]
    shown = {number: _plain(mean) for number, mean in told.items() if mean != HIDDEN}
    assert shown == {number: _plain(mean) for number, mean in means.items() if number in shown}
    assert shown


def test_answers_in_every_file(reported: Reported) -> None:
    """What citizens said of their satisfaction: the document, the annex and the JSON."""
    counts, _ = tally(Reckoner(district=reported.district, period=PERIOD))
    said = Counter[str]()
    for (_, _, question, option), count in counts.items():
        said[option] += count if question == "satisfaction" else 0
    folder = reported.folder / "quy"
    rows = sheets_of(folder)["Ý kiến"]
    first = rows[0]["Câu hỏi"]
    listed = {row["Trả lời"]: row["Số phiếu"] for row in rows if row["Câu hỏi"] == first}
    assert listed == {words: said[option] for option, words in SATISFACTION.items()}
    told = {one["id"]: one for one in figures_of(folder)["survey"]["questions"]}["satisfaction"]
    assert {one["id"]: one["count"] for one in told["options"]} == {
        option: said[option] for option in SATISFACTION
    }
    line = next(line for line in lines_of(folder) if " về mức độ hài lòng: " in line)
    wanted = [said.total(), *(said[option] for option in SATISFACTION if said[option])]
    assert _numbers(line.split(". ")[0]) == wanted


def test_units_with_overdue_dossiers_are_named(reported: Reported) -> None:
    """How many there are, and each that is named with its count."""
    line = next(
        line
        for line in lines_of(reported.folder / "quy")
        if "còn hồ sơ đang giải quyết đã quá hạn: " in line
    )
    overdue = {u.name: reported.flow[u.code]["overdue"] for u in reported.district.units}
    named = re.findall(r"([^,:]+) \((\d+)\)", line.split(": ", 1)[1])
    assert {name.strip(): int(count) for name, count in named}.items() <= overdue.items()
    units = sum(count > 0 for count in overdue.values())
    assert re.search(rf"\b0?{units} đơn vị", line)


def _read(text: str) -> Decimal | None:
    """A number as the document writes it."""
    return None if text == "–" else Decimal(text.replace(",", "."))


def _plain(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
