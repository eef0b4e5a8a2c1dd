"""Five reports that districts signed, made again: their structure and every figure they can give.

Đam Rông (năm 2020), Điện Biên Đông and Tuần Giáo (quý II năm 2021) from the rows of
`tests/unit/scoring/golden`; Tuy Phong's series of years from its counts; An Lão's one-stop report
from dossiers. Where a printed figure is refuted by its own table, the right one is expected and the
printed one named.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from admin.figures.facts import declared
from admin.figures.model import (
    FactFigures,
    IntakeFigures,
    Kind,
    OptionFigures,
    QuestionFigures,
    ReportFigures,
    Span,
    SurveyFigures,
    UnitIntake,
    YearFigures,
)
from admin.figures.rating import RatedPeriod
from admin.kit import cli
from admin.kit.texts import load_texts
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.unit_evidence import PeriodEvidence
from admin.reporting.document.context import fields_of
from admin.reporting.document.office import Office
from admin.reporting.document.onestop_fields import fact_sentences
from admin.reporting.document.template import shipped_template
from admin.reporting.report_files import ReportFiles
from bot.report_settings import ReportSettings
from scoring.rating import rate
from scoring.rulebook import find_rulebook
from surveys.intake import Intake
from surveys.period import parse_period
from tests.integration.office import KEY
from tests.integration.reporting.reading import figures_of, lines_of
from tests.unit.scoring.golden import golden

SATISFIED = QuestionFigures(
    id="satisfaction",
    text="Mức độ hài lòng",
    options=(
        OptionFigures(id="very", text="Rất hài lòng", count=30),
        OptionFigures(id="satisfied", text="Hài lòng", count=10),
        OptionFigures(id="unsatisfied", text="Chưa hài lòng", count=0),
    ),
)


def _office(agency: str, area: str, **settings: Any) -> Office:  # noqa: ANN401
    named = ReportSettings(report_agency=agency, report_area=area, **settings)
    return Office(settings=named, authority=agency)


def _figures(name: str, rulebook: str, period: str, kind: Kind) -> ReportFigures:
    """The figures of a golden district."""
    span, book, rows = parse_period(period), find_rulebook(rulebook), golden(name)
    rated = RatedPeriod(
        read=PeriodEvidence(period=span, evidence=tuple(rows), simulated_by_unit={}),
        rating=rate(book, rows, span.end),
        phrases=RatingPhrases(texts=load_texts("vi"), rulebook=book, day=span.end),
    )
    units = tuple(
        UnitIntake(code=r.code, name=r.name, level=r.level, block=r.block or "", counts=Intake())
        for r in rows
    )
    return ReportFigures(
        kind=kind,
        span=Span.of(span),
        as_of=span.end,
        rating=rated.figures(),
        survey=_survey(200, 40),
        intake=IntakeFigures(as_of=span.end, near_days=3, units=units),
        facts=tuple(declared(book, rows)),
    )


def _survey(returned: int, valid: int) -> SurveyFigures:
    return SurveyFigures(
        returned=returned,
        issued=valid,
        delivered=valid,
        answered=valid,
        valid=valid,
        simulated=0,
        quota_percent=10,
        quota=returned // 10,
        questions=(SATISFIED,),
    )


def test_dam_rong_2020(tmp_path: Path) -> None:
    """Seed 000: I kết quả (địa bàn, từng khối), II ưu điểm and hạn chế, III phương hướng.

    14,64 as the mean weighted by dossiers: its blocks (14,98 and 14,36) refute it as any other.
    """
    figures = _figures("dam_rong_2020", "dam-rong-2020", "2020", Kind.YEAR)
    office = _office(
        "UBND huyện Đam Rông",
        "huyện Đam Rông",
        report_addressee="Trung tâm Phục vụ hành chính công tỉnh Lâm Đồng",
        report_signed_for="TL. CHỦ TỊCH",
        report_signed_by="CHÁNH VĂN PHÒNG",
        report_recipients="Như trên;CT, các PCT UBND huyện;LĐVP;Lưu: VT, VX1",
    )
    files = ReportFiles.prepare(tmp_path / "r", office, shipped_template("year"))
    files.write(figures)
    lines = lines_of(tmp_path / "r")
    phong, xa = (b.name for b in figures.rating.blocks)
    in_order = [
        "UBND HUYỆN ĐAM RÔNG",
        "BÁO CÁO",
        "Kính gửi: Trung tâm Phục vụ hành chính công tỉnh Lâm Đồng.",
        "I. KẾT QUẢ ĐÁNH GIÁ",
        f"1. {phong} (13 đơn vị):",
        "- Đạt mức xuất sắc (từ 15 điểm trở lên): 06/13 đơn vị, chiếm tỷ lệ 46%.",
        "- Đạt mức tốt (từ 12 điểm đến dưới 15 điểm): 07/13 đơn vị, chiếm tỷ lệ 54%.",
        "- Không có đơn vị xếp loại khá, trung bình, yếu.",
        f"- Điểm số bình quân {phong[0].lower()}{phong[1:]}: 14,98, xếp loại tốt.",
        f"2. {xa} (8 đơn vị):",
        "- Đạt mức tốt (từ 12 điểm đến dưới 15 điểm): 08/08 đơn vị, chiếm tỷ lệ 100%.",
        "- Không có đơn vị xếp loại xuất sắc, khá, trung bình, yếu.",
        f"- Điểm số bình quân {xa[0].lower()}{xa[1:]}: 14,36, xếp loại tốt.",
        "II. ĐÁNH GIÁ CHUNG",
        "1. Ưu điểm",
        "2. Hạn chế",
        "III. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM 2021",
        "Nơi nhận:",
        "- Lưu: VT, VX1.",
        "TL. CHỦ TỊCH",
        "CHÁNH VĂN PHÒNG",
    ]
    assert [line for line in in_order if line not in lines] == []
    places = [lines.index(line) for line in in_order]
    assert places == sorted(places)
    assert figures.rating.aggregates["dossier_weighted_mean"] == Decimal("14.64")


def test_dam_rong_criteria_are_grouped_as_printed() -> None:
    """TC1 1,39, TC2 1,25, TC3, 4, 5, 7, 8 2 điểm, TC6, 9 1 điểm: 14,64, xếp loại tốt."""
    printed = ("1.39", "1.25", "2", "2", "2", "1", "2", "2", "1")
    rows = [golden("dam_rong_2020")[0]]
    given = {str(n): Decimal(points) for n, points in enumerate(printed, 1)}
    book = find_rulebook("dam-rong-2020")
    one = replace(rows[0], appraised=given)
    span = parse_period("2020")
    rated = RatedPeriod(
        read=PeriodEvidence(period=span, evidence=(one,), simulated_by_unit={}),
        rating=rate(book, [one], span.end),
        phrases=RatingPhrases(texts=load_texts("vi"), rulebook=book, day=span.end),
    )
    figures = _figures("dam_rong_2020", "dam-rong-2020", "2020", Kind.YEAR)
    figures = replace(figures, rating=rated.figures())
    found = fields_of(figures, _office("UBND huyện Đam Rông", "huyện Đam Rông"))
    assert found["diem"]["cau"] == (
        "Điểm số bình quân toàn huyện Đam Rông: 14,64 điểm, xếp loại tốt."
    )
    assert found["diem"]["cau_chi_so"] == (
        "Trong đó: chỉ số 1: 1,39 điểm; chỉ số 2: 1,25 điểm; chỉ số 3, 4, 5, 7, 8: 2 điểm; "
        "chỉ số 6, 9: 1 điểm."
    )
    weak = "\n".join(found["han_che"])
    for number in ("2", "9"):
        assert f"Chỉ số {number} “" in weak


def test_dien_bien_dong_2021() -> None:
    """Seed 001: 07 xuất sắc, 01 trung bình, 05 chưa phát sinh; 07, 04, 01, 02 chưa chấm."""
    figures = _figures("dien_bien_dong_2021_q2", "tt01-2018", "2021-Q2", Kind.QUARTER)
    found = fields_of(figures, _office("UBND huyện Điện Biên Đông", "huyện Điện Biên Đông"))
    huyen, xa = (block["cau_tom_tat"].partition(": ")[2] for block in found["khoi"])
    assert huyen == (
        "07 đơn vị đạt loại Xuất sắc; 01 đơn vị đạt loại Trung bình; "
        "05 đơn vị chưa phát sinh hồ sơ."
    )
    assert xa == (
        "07 đơn vị đạt loại Xuất sắc; 04 đơn vị đạt loại Tốt; 01 đơn vị đạt loại Trung bình; "
        "02 đơn vị chưa thực hiện việc chấm điểm."
    )
    assert found["khoi"][0]["muc_co"][0] == (
        "Đạt mức xuất sắc (từ 15 điểm trở lên): 07/13 đơn vị, chiếm tỷ lệ 54% số đơn vị "
        "(88% số đơn vị đã chấm điểm)."
    )
    assert found["lay_y_kien"]["cau_hai_long"].endswith(
        "Tất cả cá nhân, tổ chức trả lời đều hài lòng."
    )
    assert any(
        one.startswith("02 đơn vị chưa thực hiện việc chấm điểm: ") for one in found["han_che"]
    )
    basis = " ".join(found["can_cu"])
    for act in ("61/2018/NĐ-CP", "01/2018/TT-VPCP", "01/2020/TT-VPCP"):
        assert act in basis


def test_tuan_giao_2021() -> None:
    """Seed 002: 09 xuất sắc, 04 không phát sinh; 11 xuất sắc, 08 tốt; TC9 by nobody; 8 late xã;
    Mường Mùn without the portal."""
    figures = _figures("tuan_giao_2021_q2", "tt01-2018", "2021-Q2", Kind.QUARTER)
    found = fields_of(figures, _office("UBND huyện Tuần Giáo", "huyện Tuần Giáo"))
    summaries = [block["cau_tom_tat"].partition(": ")[2] for block in found["khoi"]]
    assert summaries == [
        "09 đơn vị đạt loại Xuất sắc; 04 đơn vị chưa phát sinh hồ sơ.",
        "11 đơn vị đạt loại Xuất sắc; 08 đơn vị đạt loại Tốt.",
    ]
    limits = "\n".join(found["han_che"])
    assert "Tiến độ và chất lượng cung cấp dịch vụ công trực tuyến”: chưa có đơn vị nào" in limits
    assert "08 đơn vị còn để hồ sơ trễ hẹn: " in limits
    names = ("Nà Tông", "Tỏa Tình", "Mường Khong", "Quài Tở", "Chiềng Sinh", "Rạng Đông")
    assert [one for one in (*names, "Quài Nưa", "Pú Nhung") if one not in limits] == []
    assert "01 đơn vị chưa tiếp nhận hồ sơ trực tuyến nào: " in limits
    assert "Mường Mùn" in limits.partition("trực tuyến nào: ")[2]


YEARS = (
    # year, forms, received, returned, late, split, share of received, quota met
    (2015, 850, 5658, 5650, 8, (680, 170), "15,02%", True),
    (2016, 950, 6184, 6162, 12, (800, 150), "15,36%", True),
    (2017, 1468, 8955, 8953, 2, (1171, 297), "16,39%", True),  # printed: 18,42
    (2018, 1500, 9743, 9738, 5, (1280, 220), "15,4%", True),  # printed, cut off: 15,39
    (2019, 150, 12429, 12411, 18, (130, 20), "1,21%", False),  # of 2.024 with a result: 7,41
    (2020, 350, 2717, 2700, 17, (300, 50), "12,88%", True),
)
"""Tuy Phong: forms of dossiers received, returned and late, answers on satisfaction."""


def test_tuy_phong_2015_2020() -> None:
    """Seed 003: issued and valid of received and of returned, the quota of 10%, the answers."""
    figures = _figures("dam_rong_2020", "dam-rong-2020", "2020", Kind.YEAR)
    series = tuple(
        YearFigures(
            span=Span(id=str(year), start=date(year, 1, 1), end=date(year, 12, 31)),
            received=received,
            returned=returned,
            late=late,
            issued=forms,
            answered=forms,
            valid=forms,
            quota=-(-received // 10),
            satisfaction={"very": split[0], "satisfied": split[1]},
        )
        for year, forms, received, returned, late, split, _, _ in YEARS
    )
    office = _office("UBND huyện Tuy Phong", "huyện Tuy Phong", report_percent_digits=2)
    rows = fields_of(replace(figures, series=series), office)["chuoi_nam"]
    for row, (year, forms, received, returned, late, split, share, met) in zip(
        rows, YEARS, strict=True
    ):

        def shown(number: int) -> str:
            return f"{number:,}".replace(",", ".")

        assert row["tren_tiep_nhan"] == share
        assert f"Năm {year}: {shown(forms)} phiếu phát ra" in row["cau"]
        assert f"/{shown(received)} hồ sơ tiếp nhận, đạt {share}" in row["cau"]
        assert ("; đạt chỉ tiêu" in row["cau"]) is met
        assert f"{shown(split[0])} phiếu “rất hài lòng”" in row["hai_long"]
        assert row["cau_ho_so"].endswith(
            f"tiếp nhận {shown(received)} hồ sơ, đã trả kết quả {shown(returned)}, "
            f"trễ hạn {late:02d}."
        )
    assert rows[2]["chi_tieu"] == "896"


AN_LAO = (
    # block, name, received, early or on time, late, not yet due; its own line adds up
    ("phong", "Phòng Kinh tế - Hạ tầng", 183, 168, 8, 7, "4,37%"),
    ("phong", "Phòng NN&PTNT", 27, 18, 1, 8, "3,7%"),
    ("phong", "Phòng Nội vụ", 289, 196, 5, 88, "1,73%"),
    ("phong", "Phòng GD&ĐT", 17, 17, 0, 0, None),
    ("xa", "Xã An Dũng", 826, 819, 7, 0, "0,85%"),  # printed, cut off: 0,84
    ("xa", "Xã An Hòa", 4295, 4164, 115, 16, "2,68%"),  # 2,67
    ("xa", "Xã An Hưng", 649, 637, 12, 0, "1,85%"),  # 1,84
    ("xa", "Xã An Nghĩa", 189, 186, 3, 0, "1,59%"),  # 1,58
    ("xa", "Xã An Trung", 663, 630, 33, 0, "4,98%"),  # 4,97
    ("xa", "Xã An Toàn", 253, 245, 8, 0, "3,16%"),  # printed: 3,26, of the punctual ones
    ("xa", "Xã An Vinh", 556, 554, 2, 0, "0,36%"),  # 0,35
    ("xa", "Thị trấn An Lão", 1568, 1504, 64, 0, "4,08%"),
)
"""An Lão: the units whose printed line adds up, with the late share of received."""
BLOCKS = {"phong": (3930, 3698 + 7, 72, 153), "xa": (11191, 10892 + 20, 258, 21)}
ONLINE = {"phong": 284, "xa": 88}
CARRIED = {"phong": 150, "xa": 13}
ON_THE_DAY = {"phong": 7, "xa": 20}
IDLE = ("Phòng Y tế", "Phòng VH-TT", "Phòng Dân tộc")


def _units() -> Iterator[tuple[str, str, tuple[int, int, int, int]]]:
    """Every unit, and one for what the blocks have besides."""
    for block, whole in BLOCKS.items():
        known = [row[2:6] for row in AN_LAO if row[0] == block]
        yield from ((block, row[1], row[2:6]) for row in AN_LAO if row[0] == block)
        rest = tuple(
            w - sum(parts) for w, parts in zip(whole, zip(*known, strict=True), strict=True)
        )
        yield block, f"Còn lại ({block})", (rest[0], rest[1], rest[2], rest[3])
    yield from (("phong", name, (0, 0, 0, 0)) for name in IDLE)


def _dossiers(unit: int, block: str, counts: Sequence[int], left: dict[str, dict[str, int]]) -> Any:  # noqa: ANN401
    """Rows of one unit: channel, status, received, due, finished."""
    begin = datetime(2020, 3, 2, 8)
    _, punctual, late, pending = counts
    for fate, number in (("punctual", punctual), ("late", late), ("pending", pending)):
        for _ in range(number):
            received, due = begin, begin + timedelta(days=10)
            if left["carried"][block] and fate == "punctual":
                left["carried"][block] -= 1
                received, due = datetime(2019, 12, 10, 8), datetime(2019, 12, 24, 8)
            channel = "in_person"
            if received is begin and left["online"][block]:
                left["online"][block] -= 1
                channel = "online"
            finished: datetime | None = due - timedelta(days=2)
            if fate == "punctual" and left["same"][block] and received is begin:
                left["same"][block] -= 1
                finished = due
            if fate == "late":
                finished = due + timedelta(days=3)
            if fate == "pending":
                due, finished = datetime(2020, 12, 20, 8), None
            yield unit, channel, 4 if finished is None else 10, received, due, finished


@pytest.fixture
def an_lao(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with An Lão's 15.121 dossiers."""
    monkeypatch.setenv("MOTCUA_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MOTCUA_KEY", KEY)
    monkeypatch.setenv("MOTCUA_REPORT_PERCENT_DIGITS", "2")
    monkeypatch.setenv("MOTCUA_REPORT_AGENCY", "UBND huyện An Lão")
    assert cli.run(["db", "upgrade"]) == 0
    left = {"carried": dict(CARRIED), "online": dict(ONLINE), "same": dict(ON_THE_DAY)}
    codes = count(1)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as conn:
        for number, (block, name, counts) in enumerate(_units(), 1):
            level = "xa" if block == "xa" else "huyen"
            conn.execute(
                "INSERT INTO units (id, code, name, name_key, level, block)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (number, f"AL{number:02d}", name, name, level, block),
            )
            rows = [
                (f"A{next(codes)}", unit, channel, status, *(_text(at) for at in times))
                for unit, channel, status, *times in _dossiers(number, block, counts, left)
            ]
            conn.executemany(
                "INSERT INTO dossiers (code, unit_id, channel, status, received_at, due_at,"
                " finished_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
    assert not any(number for by in left.values() for number in by.values())
    return tmp_path


def _text(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S.%f}"


def test_an_lao_2020(an_lao: Path) -> None:
    """Seed 004: 15.121 = 14.617 + 330 + 174; by block and unit, late shares, online, idle units."""
    folder = an_lao / "r"
    assert cli.run(["report", "2020", "--kind", "onestop", "--out", str(folder)]) == 0
    lines, printed = lines_of(folder), figures_of(folder)["printed"]["mot_cua"]
    assert (
        "Từ ngày 15/12/2019 đến ngày 14/12/2020, bộ phận một cửa tiếp nhận 15.121 hồ sơ; giải "
        "quyết đúng và sớm hạn 14.617 hồ sơ; trễ hạn 330 hồ sơ; đang trong hạn giải quyết 174 hồ "
        "sơ; đang quá hạn 0 hồ sơ." in lines
    )
    for line in (
        "- Tổng số hồ sơ đã tiếp nhận: 3.930, trong đó mới tiếp nhận trong kỳ: 3.780 (trực tuyến: "
        "284; trực tiếp: 3.496; qua bưu chính: 0); số từ kỳ trước chuyển qua: 150.",
        "- Số hồ sơ đã giải quyết: 3.777; trong đó giải quyết trước hạn: 3.698; đúng hạn: 7; quá "
        "hạn: 72.",
        "- Số hồ sơ đã giải quyết: 11.170; trong đó giải quyết trước hạn: 10.892; đúng hạn: 20; "
        "quá hạn: 258.",
        "- Số liệu cân đối: tiếp nhận = đã giải quyết + đang giải quyết + dừng.",
        "+ Phòng Y tế, Phòng VH-TT, Phòng Dân tộc: không có hồ sơ phát sinh.",
    ):
        assert line in lines
    assert [one for one in lines if "đang giải quyết: 153; trong hạn: 153; quá hạn: 0" in one]
    assert [one for one in lines if "đang giải quyết: 21; trong hạn: 21; quá hạn: 0" in one]
    units = {unit["ten"]: unit for block in printed["khoi"] for unit in block["don_vi"]}
    for _, name, received, punctual, late, pending, share in AN_LAO:
        unit = units[name]
        shown = [unit[key] for key in ("tiep_nhan", "dung_va_som", "tre_han", "trong_han")]
        assert shown == [f"{n:,}".replace(",", ".") for n in (received, punctual, late, pending)]
        assert share is None or unit["ty_le_tre"] == share
    assert printed["cau_truc_tuyen"].startswith("Trong kỳ có 372 hồ sơ trực tuyến, đạt ")
    assert printed["ty_le_tre"] == "2,18%"  # printed: "luôn dưới 2%"


def test_an_lao_declared_figures() -> None:
    """Chứng thực điện tử 67/10.482 (printed, cut off: 0,63), thủ tục công khai 436."""
    facts = (
        FactFigures(
            id="e", name="chứng thực bản sao điện tử", total=Decimal(67), whole=Decimal(10482)
        ),
        FactFigures(id="p", name="số TTHC được công khai", total=Decimal(436)),
    )
    words = _office("x", "x", report_percent_digits=2).words()
    assert list(fact_sentences(words, facts)) == [
        "Chứng thực bản sao điện tử: 67/10.482 (đạt 0,64%)",
        "Số TTHC được công khai: 436",
    ]
