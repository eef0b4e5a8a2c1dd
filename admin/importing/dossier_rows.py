"""What a row of an export says of a dossier."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
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
    status_by_dates,
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
    """A dossier as its row tells of it: columns that go into the table as they are, and what is
    still to be looked up or sealed."""

    code: str
    plain: dict[str, Any]
    procedure: str
    applicant: str
    phone: str | None


class DossierReader:
    """Reads the rows of one file; counts what is odd but no reason to reject a row."""

    def __init__(
        self, sheet: Sheet, zone: ZoneInfo, unit_id: Callable[[str], int], today: date
    ) -> None:
        self.warnings = Counter[str]()
        self._zone = zone
        self._today = today
        self._unit_id = cache(unit_id)
        self._filing = cache(_filing)
        self._dates = [name for name in DATES if name in sheet]
        self._without_return = "returned_at" not in sheet
        self._first: dict[str, int] = {}

    def read(self, row: Row) -> Draft:
        """One dossier. Raises Refusal `imports.empty_cell`, `imports.bad_date`, `units.unknown`,
        `units.ambiguous`, `dossiers.duplicate`, `.in_future`, `.status`, `.channel`,
        `.returned_without_date`."""
        code = normal_code(needed(row, "code"))
        if first := self._first.get(code):
            raise Refusal("dossiers.duplicate", dossier=code, row=first)
        plain: dict[str, Any] = {"unit_id": self._unit_id(needed(row, "unit"))}
        plain |= {name: when(row, name, self._zone) for name in self._dates}
        self._require_past(plain)
        plain.setdefault("returned_at", None)
        plain["channel"] = self._filing(text(row, "channel"))
        plain["status"] = self._status(text(row, "status"), plain)
        plain["officer"] = text(row, "officer") or None
        draft = Draft(code, plain, text(row, "procedure"), text(row, "applicant"), self._phone(row))
        self._first[code] = row.number
        self._look_twice(draft, row)
        return draft

    def _require_past(self, plain: Mapping[str, Any]) -> None:
        for name in DONE:
            moment = plain.get(name)
            if moment is not None and moment.date() > self._today:
                day, today = f"{moment:%d/%m/%Y}", f"{self._today:%d/%m/%Y}"
                raise Refusal("dossiers.in_future", column=name, value=day, today=today)

    def _status(self, written: str, plain: dict[str, Any]) -> Status:
        try:
            status = parse_status(written) if written else None
        except ValueError:
            raise Refusal("dossiers.status", value=written) from None
        if status is None:
            return status_by_dates(plain.get("finished_at"), plain.get("returned_at"))
        if status is Status.RETURNED and plain.get("returned_at") is None:
            self._take_finish_for_return(plain)
        return status

    def _take_finish_for_return(self, plain: dict[str, Any]) -> None:
        finished = plain.get("finished_at")
        if not self._without_return or finished is None:
            raise Refusal("dossiers.returned_without_date")
        plain["returned_at"] = finished
        self.warnings["return_from_finish"] += 1

    def _phone(self, row: Row) -> str | None:
        written = text(row, "phone")
        number = normal_phone(written) if written else None
        if written and number is None:
            self.warnings["phone"] += 1
        return number

    def _look_twice(self, draft: Draft, row: Row) -> None:
        received, finished, returned = (
            _day(draft.plain.get(name)) for name in ("received_at", "finished_at", "returned_at")
        )
        odd = {
            "unknown_code": not has_known_form(draft.code),
            "no_channel": not row.values.get("channel"),
            "received_after_returned": received > returned > 0,
            "received_after_finished": received > finished > 0,
            "returned_by_date_only": returned > 0 and draft.plain["status"] < Status.FINISHED,
        }
        self.warnings.update(name for name, is_odd in odd.items() if is_odd)


def _day(moment: datetime | None) -> int:
    return 0 if moment is None else moment.toordinal()


def _filing(written: str) -> Filing:
    if not written:
        return Filing.IN_PERSON
    try:
        return parse_filing(written)
    except ValueError:
        raise Refusal("dossiers.channel", value=written) from None
