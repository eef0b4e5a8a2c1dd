"""Dossiers from the one-stop software's export."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from admin.importing.dossier_rows import COLUMNS, DossierReader, Draft
from admin.importing.job import CHUNK, Read, Stored
from admin.importing.unit_index import UnitIndex
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers
from surveys.store.results import evidence
from surveys.store.system import meta

STORED_AS = {
    "unit": ("unit_id",),
    "procedure": ("procedure_id",),
    "applicant": ("applicant_sealed",),
    "phone": ("phone_key", "phone_sealed"),
}
"""Which columns of the table a column of the file fills, where the names differ."""
NEVER_ALIKE = frozenset(("applicant_sealed", "phone_sealed", "import_id"))
"""Columns that differ even where nothing changed: every sealing gives other bytes."""


class DossierImporter:
    """Rows of an export of dossiers. What the file has no column for stays as it is stored."""

    kind = "dossiers"
    columns: Sequence[ColumnSpec] = COLUMNS
    chunk = CHUNK

    def __init__(self, zone: ZoneInfo, keyring: Keyring, today: date) -> None:
        """`today`: after it nothing can have happened."""
        self._zone = zone
        self._keys = keyring
        self._today = today
        self._procedures: dict[str, int] = {}

    @property
    def warnings(self) -> Counter[str]:
        """What is odd but taken."""
        return self._reader.warnings

    async def begin(self, conn: Connection, sheet: Sheet, import_id: int) -> None:
        """Know the units, and what this file can change.

        Raises Refusal `privacy.other_key` when the key is not that of the database.
        """
        await meta.same_key(conn, self._keys.fingerprint())
        index = await UnitIndex.load(conn)
        self._reader = DossierReader(sheet, self._zone, index.id_of, self._today)
        self._changing = changing_columns(sheet)
        self._comparable = self._changing - NEVER_ALIKE
        self._import_id = import_id

    def read(self, row: Row) -> Draft:
        """One dossier."""
        return self._reader.read(row)

    async def store(self, conn: Connection, rows: Sequence[Read[Draft]]) -> Stored:
        """Write the new and the changed ones, and derive their evidence anew."""
        drafts = [draft for _, draft in rows]
        await self._know_procedures(conn, {draft.procedure for draft in drafts} - {""})
        there = await dossiers.stored(conn, [draft.code for draft in drafts])
        new = [draft for draft in drafts if draft.code not in there]
        changed = [
            one for one in drafts if one.code in there and self._differs(one, there[one.code])
        ]
        touched = new + changed
        await dossiers.save(conn, [self._row(draft) for draft in touched], self._changing)
        numbers = await dossiers.ids(conn, [draft.code for draft in touched])
        await evidence.refresh(conn, numbers.values())
        return Stored(new=len(new), changed=len(changed), same=len(drafts) - len(touched))

    async def _know_procedures(self, conn: Connection, names: Collection[str]) -> None:
        unknown = [name for name in names if name not in self._procedures]
        self._procedures |= await dossiers.procedure_ids(conn, unknown)

    def _differs(self, draft: Draft, stored: RowMapping) -> bool:
        clear = self._clear(draft)
        if any(clear[name] != stored[name] for name in self._comparable):
            return True
        sealed = stored["applicant_sealed"]
        known = self._keys.unseal(sealed) if sealed else ""
        return "applicant_sealed" in self._changing and known != draft.applicant

    def _clear(self, draft: Draft) -> dict[str, Any]:
        return {
            **draft.plain,
            "procedure_id": self._procedures.get(draft.procedure),
            "phone_key": self._keys.phone_key(draft.phone) if draft.phone else None,
        }

    def _row(self, draft: Draft) -> dict[str, Any]:
        return {
            "code": draft.code,
            **self._clear(draft),
            "applicant_sealed": self._keys.seal(draft.applicant) if draft.applicant else None,
            "phone_sealed": self._keys.seal(draft.phone) if draft.phone else None,
            "import_id": self._import_id,
        }


def changing_columns(sheet: Sheet) -> frozenset[str]:
    """The columns of the table that this file has something to say about."""
    named = [column.name for column in COLUMNS if column.name in sheet and column.name != "code"]
    changing = {stored for name in named for stored in STORED_AS.get(name, (name,))}
    if {"finished_at", "returned_at"} & changing:
        changing.add("status")
    if {"status", "finished_at"} <= set(named):
        changing.add("returned_at")
    return frozenset(changing | {"import_id"})
