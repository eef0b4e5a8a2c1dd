"""Reads the rows of an export of dossiers."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from admin.importing import cells
from admin.importing.cells import needed, text, when
from admin.importing.date_columns import DateColumns
from admin.importing.dossier_columns import COUNTS, DATES, DONE
from admin.importing.notes import Notes
from admin.importing.unit_index import UnitIndex
from admin.sheets import Row, Sheet
from surveys.dossier import (
    Filing,
    Status,
    has_known_form,
    normal_code,
    parse_filing,
    parse_status,
)
from surveys.errors import Refusal
from surveys.memo import LONGEST, Memo
from surveys.privacy import normal_phone
from surveys.spelling import fold, tidy

MANY_TIMES = 1_000
"""No dossier is sent back so often: a larger number is a date or a code in the wrong column."""


class Draft(NamedTuple):
    """A dossier as its row states it. An empty cell states nothing."""

    code: str
    plain: dict[str, Any]
    """Columns that are stored unchanged."""
    procedure: str
    applicant: str
    phone: str | None
    row: str
    """The row's name in messages."""


class DossierReader:
    """Reads the rows of one file; notes oddities that are no reason to reject a row."""

    def __init__(
        self,
        sheet: Sheet,
        zone: ZoneInfo,
        index: UnitIndex,
        today: date,
        taken: dict[str, str],
    ) -> None:
        """`taken`: code → row number of the dossiers read so far; the reader adds to it."""
        self.notes = Notes()
        self._sheet = sheet
        self._zone = zone
        self._today = today
        self._index = index
        self._counts = [name for name in COUNTS if name in sheet]
        self._with_receiver = "received_by" in sheet
        self._statuses = {fold(word): said for word, said in sheet.statuses.items()}
        self._units = {
            tidy(word).casefold(): ours
            for word, ours in sheet.units.items()
            if index.find_exact(word) is None
        }
        self._ended = {index.ids[code]: unit for code, unit in index.units.items() if unit.valid_to}
        self._ids = index.ids
        self._watched = DateColumns()
        self._first = taken
        self._tomorrow = datetime.combine(today + timedelta(days=1), time())
        self._units_named = Memo(lambda written: index.id_of(self._translated(written)))
        self._texts = Memo(tidy)
        self._filings = Memo(_filing)
        self._statuses_named = Memo(self._status)
        self._moments = {name: Memo(partial(self._moment, name)) for name in DATES if name in sheet}

    def read(self, row: Row) -> Draft:
        """Read one dossier. Raises Refusal `dossiers.duplicate`, `.in_future`, `.status`,
        `.channel`, or as `cells` and `UnitIndex.code_of`."""
        place = row.place
        code = _code(row)
        if first := self._first.get(code):
            raise Refusal("dossiers.duplicate", dossier=code, row=first)
        plain: dict[str, Any] = {"unit_id": self._unit(row)}
        for name, moments in self._moments.items():
            value = row.values.get(name)
            if type(value) is str:
                plain[name] = moments[value]
            elif value is not None:
                plain[name] = self._typed_moment(row, name)
        self._require_past(plain)
        if plain["unit_id"] in self._ended:
            plain["unit_id"] = self._unit_of_day(plain["unit_id"], plain.get("received_at"), place)
        plain |= self._stated(row)
        if self._with_receiver:
            plain |= self._receiver(row, plain)
        draft = Draft(
            code=code,
            plain=plain,
            procedure=self._text(row, "procedure"),
            applicant=text(row, "applicant"),
            phone=self._phone(row),
            row=place,
        )
        self._first[code] = place
        self._look_twice(draft)
        return draft

    def _text(self, row: Row, column: str) -> str:
        """As `cells.text`; for columns that repeat a few hundred short texts."""
        value = row.values.get(column)
        if value is None:
            return ""
        if type(value) is str and len(value) <= LONGEST:
            return self._texts[value]
        return text(row, column)

    def _moment(self, column: str, written: str) -> datetime:
        """The civil time that a text means, the first time it occurs in a column."""
        moment = cells.civil_moment(column, written, self._zone)
        self._watched.see(column, written, moment, "")
        return moment

    def _typed_moment(self, row: Row, column: str) -> datetime | None:
        """The civil time of a date that a spreadsheet parsed."""
        moment = when(row, column, self._zone)
        if moment is not None:
            self._watched.see(column, row.cells[row.places[column]], moment, row.place)
        return moment

    def _unit(self, row: Row) -> int:
        """The unit a row names. The mapping translates it unless it is a unit's code or name."""
        return self._units_named[self._text(row, "unit") or needed(row, "unit")]

    def _translated(self, written: str) -> str:
        return self._units.get(written.casefold(), written) if self._units else written

    def _unit_of_day(self, unit_id: int, received_at: datetime | None, place: str) -> int:
        """The unit, or what it was merged into by the day of reception.

        Raises Refusal `units.ended` for one that ended before that day without a successor,
        `units.ended_split` for one that several took over.
        """
        found = unit_id
        while received_at is not None and (unit := self._ended.get(found)) is not None:
            day, used = unit.valid_to, received_at.date()
            if day is None or used <= day:
                break
            if unit.successor is None:
                raise self._index.ended(unit, f"{used:%d/%m/%Y}")
            self.notes.add("merged_unit", place, unit.name)
            found = self._ids[unit.successor]
        return found

    def finish(self) -> Notes:
        """The notes, once all rows are read."""
        self._watched.tell(self.notes, self._sheet.title_of)
        self._watched = DateColumns()
        return self.notes

    def _require_past(self, plain: Mapping[str, Any]) -> None:
        for name in DONE:
            moment = plain.get(name)
            if moment is not None and moment >= self._tomorrow:
                day, today = f"{moment:%d/%m/%Y}", f"{self._today:%d/%m/%Y}"
                raise Refusal("dossiers.in_future", column=name, value=day, today=today)

    def _stated(self, row: Row) -> dict[str, Any]:
        """Channel, status and officer, if the row names them."""
        found: dict[str, Any] = {}
        if channel := self._text(row, "channel"):
            found["channel"] = self._filings[channel]
        if written := self._text(row, "status"):
            status = self._statuses_named[written]
            if status is None:
                self.notes.add("unknown_status", row.place, written)
            else:
                found["status"] = status
        if officer := self._text(row, "officer"):
            found["officer"] = officer
        for name in self._counts:
            if written := text(row, name):
                found[name] = _count(name, written)
        return found

    def _receiver(self, row: Row, plain: Mapping[str, Any]) -> dict[str, int | None]:
        """The unit that received the dossier, on its day; None if that is the one that resolves
        it."""
        written = text(row, "received_by")
        if not written:
            return {}
        try:
            number = self._units_named[written]
            if number in self._ended:
                number = self._unit_of_day(number, plain.get("received_at"), row.place)
        except Refusal:
            self.notes.add("unknown_receiver", row.place, written)
            return {}
        return {"received_by_id": None if number == plain["unit_id"] else number}

    def _status(self, written: str) -> Status | None:
        """The status; None for unknown words: then the dates determine the state.

        Raises Refusal `dossiers.status` for a number that is not one of the ten.
        """
        said = self._statuses.get(fold(written), written) if self._statuses else written
        try:
            return parse_status(said)
        except ValueError:
            if written.isdigit():
                raise Refusal("dossiers.status", value=written) from None
            return None

    def _phone(self, row: Row) -> str | None:
        written = text(row, "phone")
        number = normal_phone(written) if written else None
        if written and number is None:
            self.notes.add("phone", row.place)
        return number

    def _look_twice(self, draft: Draft) -> None:
        if not has_known_form(draft.code):
            self.notes.add("unknown_code", draft.row)
        due, received = draft.plain.get("due_at"), draft.plain.get("received_at")
        if due and received and due.date() < received.date():
            self.notes.add("due_before_received", draft.row)
        first = draft.plain.get("original_due_at")
        if first and due and due.date() < first.date():
            self.notes.add("due_before_first", draft.row)


def _code(row: Row) -> str:
    """The code in canonical form. Raises as `cells.read_code`."""
    written = row.values.get("code")
    if type(written) is str and has_known_form(written):
        return written
    return normal_code(cells.read_code(row, "code"))


def _filing(written: str) -> Filing:
    try:
        return parse_filing(written)
    except ValueError:
        raise Refusal("dossiers.channel", value=written) from None


def _count(name: str, written: str) -> int:
    """A number of times. Raises Refusal `dossiers.times`."""
    plain = written.removesuffix(".0")
    if not plain.isdecimal() or int(plain) > MANY_TIMES:
        raise Refusal("dossiers.times", column=name, value=written)
    return int(plain)
