"""Dossiers from the one-stop software's export."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from admin.importing.closed_periods import ClosedPeriods
from admin.importing.dossier_columns import COLUMNS, ESSENTIAL
from admin.importing.dossier_merge import differing, merge, oddities
from admin.importing.dossier_rows import DossierReader, Draft
from admin.importing.importer import AT_ONCE, CHUNK, Planned, Read, Stored
from admin.importing.notes import Notes
from admin.importing.unit_index import UnitIndex
from admin.importing.unit_limits import Touched
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers
from surveys.store.importing import dossier_writes
from surveys.store.importing.dossier_writes import Writes
from surveys.store.system import import_changes, meta
from surveys.store.system.import_changes import Change

PERSON = ("applicant", "phone")
"""Fields that are stored only encrypted."""
UNIT_FIELDS = {"unit_id": "unit", "received_by_id": "received_by"}
"""Columns that hold the number of a unit, with their names in the change history."""


class DossierImporter:
    """Imports rows of an export of dossiers. What a row does not state keeps its stored value."""

    kind = "dossiers"
    columns: Sequence[ColumnSpec] = COLUMNS
    essential: Sequence[str] = ESSENTIAL
    chunk = CHUNK

    def __init__(self, zone: ZoneInfo, keyring: Keyring, today: date) -> None:
        """`today`: dates after it are rejected."""
        self._zone = zone
        self._keys = keyring
        self._today = today
        self.taken: dict[str, str] = {}
        """Code → row of the dossiers that were taken."""

    @property
    def warnings(self) -> Notes:
        """Oddities in accepted rows."""
        return self._reader.finish()

    async def begin(self, conn: Connection, sheet: Sheet, _import_id: int) -> None:
        """Load the units, and determine what this file can change.

        Raises Refusal `privacy.other_key` if the key is not that of the database.
        """
        await meta.require_same_key(conn, self._keys)
        index = await UnitIndex.load(conn)
        self._reader = DossierReader(sheet, self._zone, index, self._today, self.taken)
        self._units = {number: code for code, number in index.ids.items()}
        self._without_return = "returned_at" not in sheet
        self._closed = await ClosedPeriods.load(conn)

    def examine(self, _sheet: Sheet) -> None:
        """Every row is checked by itself."""

    def read(self, row: Row) -> Draft:
        """One dossier."""
        return self._reader.read(row)

    def touched(self, one: Draft) -> Touched:
        """Its unit, and the dossier itself."""
        return Touched(unit_id=one.plain.get("unit_id"), dossier=one.code)

    async def plan(self, conn: Connection, rows: Sequence[Read[Draft]]) -> Planned:
        """Determine what these rows create and change, without writing it."""
        there = await dossiers.find_stored(conn, [draft.code for _, draft in rows])
        writes, planned = Writes(), Planned()
        for row, draft in rows:
            try:
                self._plan(draft, there.get(draft.code), writes, planned.stored)
            except Refusal as reason:
                del self.taken[draft.code]
                planned.stored.rejected.append((row, reason))
        planned.bodies += dossier_writes.encode(writes, AT_ONCE)
        return planned

    def _plan(
        self, draft: Draft, before: Mapping[Any, Any] | None, writes: Writes, counted: Stored
    ) -> None:
        """Add the changes of this row to those to be written."""
        written = merge(draft.plain, before, without_return=self._without_return)
        if draft.procedure:
            written["procedure"] = draft.procedure
        for odd in oddities(written, draft.plain, before):
            self._reader.notes.add(odd, draft.row)
        if before is None:
            person = {name: getattr(draft, name) for name in PERSON if getattr(draft, name)}
            self._note_closed(draft, written)
            writes.new.append({"code": draft.code, **written, **self._sealed(person)})
            counted.new += 1
            return
        moved = differing(written, before)
        person = self._other_person(draft, before)
        if not moved and not person:
            counted.same += 1
            return
        self._note_closed(draft, before, written)
        writes.changed[before["id"]] = moved | self._sealed(person)
        writes.changes += self._changes(draft.code, moved, person, before)
        counted.fields.update((*(_field(name) for name in moved), *person))
        counted.changed += 1

    def _note_closed(self, draft: Draft, *rows: Mapping[Any, Any]) -> None:
        moments = (row.get(name) for row in rows for name in ("received_at", "returned_at"))
        days = (one.date() for one in moments if one is not None)
        self._closed.note(self._reader.notes, draft.row, *days)

    def _other_person(self, draft: Draft, before: Mapping[Any, Any]) -> dict[str, str]:
        """Name and phone, if the row states other values than the stored ones."""
        found = {}
        if draft.phone and self._keys.phone_key(draft.phone) != before["phone_key"]:
            found["phone"] = draft.phone
        sealed = before["applicant_sealed"] if draft.applicant else None
        if draft.applicant and (not sealed or self._keys.unseal(sealed) != draft.applicant):
            found["applicant"] = draft.applicant
        return found

    def _sealed(self, person: Mapping[str, str]) -> dict[str, Any]:
        """The encrypted columns for these values."""
        found: dict[str, Any] = {f"{name}_sealed": self._keys.seal(person[name]) for name in person}
        if "phone" in person:
            found["phone_key"] = self._keys.phone_key(person["phone"])
        return found

    def _changes(
        self,
        code: str,
        moved: Mapping[str, Any],
        person: Mapping[str, str],
        before: Mapping[Any, Any],
    ) -> list[Change]:
        of_one = partial(Change, kind=import_changes.DOSSIER, subject=code)
        found = [
            of_one(
                field=_field(name),
                before=self._plain(name, before[name]),
                after=self._plain(name, value),
            )
            for name, value in moved.items()
        ]
        return found + [of_one(field=name, sealed=before[f"{name}_sealed"]) for name in person]

    def _plain(self, column: str, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
        """A value as the history keeps it: the unit by its code, times in ISO form."""
        if column in UNIT_FIELDS:
            return value and self._units[value]
        return value.isoformat() if isinstance(value, datetime) else value


def _field(column: str) -> str:
    """The name of a table column in the change history."""
    return UNIT_FIELDS.get(column) or {"channel": "filing"}.get(column, column)
