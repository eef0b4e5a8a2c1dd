"""The district's files, as offices write them: encodings, headers, dates, spelling."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from tests.acceptance.support.district import District, Dossier
from tests.acceptance.support.form import PHIEU5

Cell = str | int | float | datetime | None
Table = list[list[Cell]]
STATUSES = {
    2: "Được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
WRITTEN_DATES = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")
ENGLISH = {
    "units": "code,name,level,block,parent,valid_from,valid_to",
    "dossiers": "code,unit,procedure,channel,received_at,due_at,finished_at,returned_at,status,"
    "applicant,phone",
    "steps": "dossier,agency,due_at,finished_at",
    "answers": "dossier,form,answered_at,channel",
    "facts": "unit,period,fact,value",
    "scores": "unit,period,stage,criterion,points,note",
}
VIETNAMESE = {
    "units": "Mã đơn vị,Tên đơn vị,Cấp,Khối,Trực thuộc,Từ ngày,Đến ngày",
    "dossiers": "MÃ HỒ SƠ,Đơn vị tiếp nhận,Ten TTHC,  kênh ,Ngày  nhận,Ngày hẹn trả,"
    "Ngày kết thúc xử lý,Ngày trả kết quả,Trạng thái,Người nộp,Số điện thoại",
    "steps": "dossier,Agency,DUE_AT,finished_at",
    "answers": "Mã hồ sơ,Mẫu phiếu,Ngày trả lời,Kênh",
    "facts": "Đơn vị,Kỳ,Số liệu,Giá trị",
    "scores": "Đơn vị,Kỳ,Loại điểm,Chỉ số,Điểm,Ghi chú",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an office writes its files."""

    vietnamese: bool = False
    suffix: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    titles: int = 0
    decomposed: bool = False


STYLES = (
    Style(),
    Style(vietnamese=True, suffix="xlsx", titles=3),
    Style(vietnamese=True, encoding="utf-16", delimiter=";", decomposed=True, titles=1),
    Style(encoding="utf-8-sig", delimiter=";", titles=2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where they are."""

    units: Path
    dossiers: Path
    steps: Path
    answers: Path
    facts: Path
    scores: Path


def write(district: District, style: Style, folder: Path) -> Files:
    """Write all six files of a district."""
    tables: dict[str, Table] = {
        "units": _units(district),
        "dossiers": _dossiers(district),
        "steps": [[s.dossier, s.agency, s.due_at, s.finished_at] for s in district.steps],
        "answers": _answers(district),
        "facts": [[f.unit, f.period, f.fact, f.value] for f in district.facts],
        "scores": [
            [s.unit, s.period, s.stage, s.criterion, s.points, "ghi chú; “có dấu”"]
            for s in district.scores
        ],
    }
    return Files(**{name: write_one(name, rows, style, folder) for name, rows in tables.items()})


def header(name: str, style: Style) -> list[str]:
    """The columns of a file in the style's language."""
    columns = (VIETNAMESE if style.vietnamese else ENGLISH)[name].split(",")
    return [*columns, *PHIEU5, "comment"] if name == "answers" else columns


def write_one(name: str, rows: Iterable[Sequence[Cell]], style: Style, folder: Path) -> Path:
    """Write one file: title rows, the header, the rows."""
    path = folder / f"{name}.{style.suffix}"
    titles: Table = [["ỦY BAN NHÂN DÂN HUYỆN"], [], ["Biểu tổng hợp", None, "Quý II"]]
    table: Table = [*titles[: style.titles], [*header(name, style)], *map(list, rows)]
    if style.suffix == "xlsx":
        _write_workbook(path, table)
    else:
        _write_text(path, table, style)
    return path


def _units(district: District) -> Table:
    since = date(2015, 1, 1).strftime("%d/%m/%Y")
    return [[u.code, u.name, u.level, u.block, u.parent, since, None] for u in district.units]


def _dossiers(district: District) -> Table:
    names = {unit.code: unit.name for unit in district.units}
    return [_dossier(number, one, names) for number, one in enumerate(district.dossiers)]


def _dossier(number: int, one: Dossier, names: dict[str, str]) -> list[Cell]:
    return [
        one.code,
        names[one.unit] if number % 3 == 0 else one.unit,
        "Đăng ký khai sinh",
        one.channel,
        one.received_at,
        one.due_at,
        one.finished_at,
        one.returned_at,
        STATUSES[one.status] if number % 2 else one.status,
        f"Nguyễn Thị Mười {number}",
        f"09{number % 10**8:08}",
    ]


def _answers(district: District) -> Table:
    return [
        [
            *(one.dossier, one.form, one.answered_at, "giấy"),
            *(one.choices.get(question) for question in PHIEU5),
            "Cảm ơn; “tốt”, nhanh" if number % 5 == 0 else None,
        ]
        for number, one in enumerate(district.answers)
    ]


def _write_workbook(path: Path, table: Table) -> None:
    """Numbers and two dates of three as a spreadsheet has them, the third one typed as text."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Dữ liệu")
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime) and (row + column) % 3:
                    sheet.write_datetime(row, column, cell, day)
                elif isinstance(cell, str) and cell.replace(".", "", 1).isdigit():
                    sheet.write_number(row, column, float(cell))
                elif cell is not None:
                    sheet.write(row, column, _text(cell, row + column, ","))


def _write_text(path: Path, table: Table, style: Style) -> None:
    with path.open("w", encoding=style.encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=style.delimiter)
        for row, cells in enumerate(table):
            texts = [_text(c, row + column, style.delimiter) for column, c in enumerate(cells)]
            writer.writerow(
                unicodedata.normalize("NFD", t) if style.decomposed else t for t in texts
            )


def _text(cell: Cell, place: int, delimiter: str) -> str:
    if isinstance(cell, datetime):
        return cell.strftime(WRITTEN_DATES[place % len(WRITTEN_DATES)])
    text = "" if cell is None else str(cell)
    comma = delimiter == ";" and text.replace(".", "", 1).isdigit()
    return text.replace(".", ",") if comma else text
