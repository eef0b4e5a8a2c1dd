"""What a report must say of the flow of dossiers: counted one by one from the rows of the file."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

FORMATS = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")
NAMED = {
    "Được tiếp nhận": 2,
    "Đang xử lý": 4,
    "Yêu cầu bổ sung giấy tờ": 5,
    "Đã xử lý xong": 9,
    "Đã trả kết quả": 10,
}
STOPPED, OVER = (3, 7, 8), (3, 7, 8, 9, 10)
WAYS = {"Trực tuyến": "online", "Trực tiếp": "direct", "BCCI": "post"}
NEAR_DAYS = 3
Row = Mapping[str, str]


def add_hard_cases(file: Path, luck: Random) -> None:
    """Stop some dossiers in work; write apologies and second promised days into new columns."""
    rows = read_rows(file)
    for row in rows:
        row |= {"apology_at": "", "rescheduled_to": ""}
        if not row["returned_at"] and not row["finished_at"] and luck.random() < 0.25:
            row["status"] = str(luck.choice(STOPPED))
        due = moment(row["due_at"])
        if due and luck.random() < 0.3:
            row["apology_at"] = f"{due - timedelta(days=2):%d/%m/%Y}"
        if due and luck.random() < 0.2:
            row["rescheduled_to"] = f"{due + timedelta(days=4):%d/%m/%Y}"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by its header."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def moment(text: str) -> datetime | None:
    """A date as the file writes it."""
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - local, as the file is
        except ValueError:
            continue
    assert not text, text
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReckoner:
    """The rows of a file in a period."""

    rows: list[dict[str, str]]
    first: date
    last: date

    def by_unit(self, names: Mapping[str, str]) -> dict[str, Counter[str]]:
        """Code → counts; `names`: name → code, as a row may have either."""
        counted: dict[str, Counter[str]] = {code: Counter() for code in names.values()}
        for row in self.rows:
            counted[names.get(row["unit"], row["unit"])] += Counter(self._counts(row))
        return counted

    def _counts(self, row: Row) -> Iterable[str]:
        received, ended = moment(row["received_at"]), _ended(row)
        status = NAMED.get(row["status"]) or int(row["status"])
        assert received is not None
        is_new = received.date() >= self.first
        over_before = ended.date() < self.first if ended else status in OVER and not is_new
        if received.date() > self.last or over_before:
            return
        yield WAYS[row["channel"]] if is_new else "carried_over"
        due, fate = moment(row["due_at"]), self._fate(row, status)
        yield fate
        if fate in ("late", "overdue") and row["apology_at"]:
            yield f"{fate}_apologised"
        if row["rescheduled_to"]:
            yield "rescheduled"
        near = self.last + timedelta(days=NEAR_DAYS)
        if fate == "in_time" and due and due.date() <= near:
            yield "near_due"

    def _fate(self, row: Row, status: int) -> str:
        due, ended = moment(row["due_at"]), _ended(row)
        if ended.date() > self.last if ended else status not in OVER:
            return "overdue" if due and due.date() < self.last else "in_time"
        if status in STOPPED:
            return "stopped"
        if due is None or ended is None:
            return "unknown"
        days = (ended.date() - due.date()).days
        return "late" if days > 0 else "early" if days < 0 else "same_day"


def _ended(row: Row) -> datetime | None:
    return moment(row["finished_at"]) or moment(row["returned_at"])


def sums(counts: Mapping[str, int]) -> dict[str, int]:
    """The sums that a report prints of the counts; zero where there is none."""
    found = Counter(counts)
    new = found["online"] + found["direct"] + found["post"]
    solved = found["early"] + found["same_day"] + found["late"] + found["unknown"]
    return {
        "new": new,
        "received": new + found["carried_over"],
        "resolved": solved,
        "on_time": found["early"] + found["same_day"],
        "pending": found["in_time"] + found["overdue"],
        "apologised": found["late_apologised"] + found["overdue_apologised"],
    }
