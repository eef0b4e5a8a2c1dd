"""What a row of an export says of a dossier."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from admin.importing.cells import needed, text, when
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.dossier import (
    Filing,
    Status,
    has_known_form,
    normal_code,
    parse_filing,
    parse_status,
)
from surveys.errors import Refusal
from surveys.privacy import normal_phone

COLUMNS = (
    ColumnSpec(name="code", titles=("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ"), required=True),
    ColumnSpec(
        name="unit",
        titles=("Đơn vị tiếp nhận", "Đơn vị", "Mã đơn vị", "Cơ quan tiếp nhận"),
        required=True,
    ),
    ColumnSpec(name="procedure", titles=("Tên TTHC", "Tên thủ tục hành chính", "Tên thủ tục")),
    ColumnSpec(name="channel", titles=("Kênh", "Kênh tiếp nhận", "Hình thức nộp")),
    ColumnSpec(name="received_at", titles=("Ngày nhận", "Ngày tiếp nhận", "Nhận hồ sơ")),
    ColumnSpec(name="due_at", titles=("Ngày hẹn trả", "Hẹn trả", "Ngày hẹn trả kết quả")),
    ColumnSpec(
        name="finished_at", titles=("Ngày kết thúc xử lý", "Ngày kết thúc", "Ngày có kết quả")
    ),
    ColumnSpec(name="returned_at", titles=("Ngày trả kết quả", "Ngày trả", "Ngày nhận kết quả")),
    ColumnSpec(name="status", titles=("Trạng thái", "Tình trạng")),
    ColumnSpec(name="applicant", titles=("Người nộp", "Họ tên", "Họ và tên")),
    ColumnSpec(name="phone", titles=("Số điện thoại", "Điện thoại", "SĐT")),
    ColumnSpec(name="officer", titles=("Cán bộ thụ lý", "Cán bộ xử lý")),
    ColumnSpec(name="apology_at", titles=("Ngày xin lỗi",)),
    ColumnSpec(name="rescheduled_to", titles=("Hẹn lại", "Ngày hẹn lại")),
)
DATES = ("received_at", "due_at", "finished_at", "returned_at", "apology_at", "rescheduled_to")
DONE = ("received_at", "finished_at", "returned_at")
"""What has happened, and so not on a day to come."""


class Draft(NamedTuple):
    """A dossier as its row tells of it: only what the row states. An empty cell states nothing."""

    code: str
    plain: dict[str, Any]
    """Columns that go into the table as they are."""
    procedure: str
    applicant: str
    phone: str | None
    row: int


class DossierReader:
    """Reads the rows of one file; counts what is odd but no reason to reject a row."""

    def __init__(
        self, sheet: Sheet, zone: ZoneInfo, unit_id: Callable[[str], int], today: date
    ) -> None:
        self.warnings = Counter[str]()
        self._zone = zone
        self._today = today
        self._unit_id = cache(unit_id)
        self._dates = [name for name in DATES if name in sheet]
        self._first: dict[str, int] = {}

    def read(self, row: Row) -> Draft:
        """One dossier. Raises Refusal `imports.empty_cell`, `imports.bad_date`, `units.unknown`,
        `units.ambiguous`, `dossiers.duplicate`, `.in_future`, `.status`, `.channel`."""
        code = normal_code(needed(row, "code"))
        if first := self._first.get(code):
            raise Refusal("dossiers.duplicate", dossier=code, row=first)
        plain: dict[str, Any] = {"unit_id": self._unit_id(needed(row, "unit"))}
        for name in self._dates:
            if (moment := when(row, name, self._zone)) is not None:
                plain[name] = moment
        self._require_past(plain)
        plain |= _stated(row)
        draft = Draft(
            code=code,
            plain=plain,
            procedure=text(row, "procedure"),
            applicant=text(row, "applicant"),
            phone=self._phone(row),
            row=row.number,
        )
        self._first[code] = row.number
        self.warnings["unknown_code"] += not has_known_form(code)
        return draft

    def _require_past(self, plain: Mapping[str, Any]) -> None:
        for name in DONE:
            moment = plain.get(name)
            if moment is not None and moment.date() > self._today:
                day, today = f"{moment:%d/%m/%Y}", f"{self._today:%d/%m/%Y}"
                raise Refusal("dossiers.in_future", column=name, value=day, today=today)

    def _phone(self, row: Row) -> str | None:
        written = text(row, "phone")
        number = normal_phone(written) if written else None
        if written and number is None:
            self.warnings["phone"] += 1
        return number


def _stated(row: Row) -> dict[str, Any]:
    """Channel, status and officer, where the row names them."""
    found: dict[str, Any] = {}
    if channel := text(row, "channel"):
        found["channel"] = _filing(channel)
    if status := text(row, "status"):
        found["status"] = _status(status)
    if officer := text(row, "officer"):
        found["officer"] = officer
    return found


def _status(written: str) -> Status:
    try:
        return parse_status(written)
    except ValueError:
        raise Refusal("dossiers.status", value=written) from None


def _filing(written: str) -> Filing:
    try:
        return parse_filing(written)
    except ValueError:
        raise Refusal("dossiers.channel", value=written) from None
