"""Remembers the mapping of the last import and reuses it for files it fits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from admin.importing.source import Source
from admin.importing.unit_index import UnitIndex
from admin.sheets import MARKS, ColumnSpec, Meanings, Sheet, meanings_of, read_mapping, read_sheet
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.system import meta


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """A mapping given to an earlier import."""

    file: str
    saved_on: str
    meanings: Meanings
    unknown_units: Mapping[str, str] = field(default_factory=dict)
    """What was saved of units that do not exist; it is not used."""

    @classmethod
    async def load(
        cls, conn: Connection, kind: str, columns: tuple[ColumnSpec, ...]
    ) -> Self | None:
        """Load it for this kind of file; None if there is none or it no longer fits our columns."""
        kept = await meta.read(conn, _key(kind))
        if kept is None:
            return None
        tree: dict[str, Any] = json.loads(kept)
        try:
            meanings = meanings_of(tree["mapping"], columns, tree["file"])
        except Refusal:
            return None
        saved = cls(file=tree["file"], saved_on=tree["saved_on"], meanings=meanings)
        return saved._without_unknown(await UnitIndex.load(conn)) if meanings.units else saved

    def _without_unknown(self, index: UnitIndex) -> Self:
        """Set units aside that do not exist: an older version saved them unchecked."""
        units = self.meanings.units
        known = {word: ours for word, ours in units.items() if _exists(index, ours)}
        unknown = {word: ours for word, ours in units.items() if word not in known}
        return replace(self, meanings=replace(self.meanings, units=known), unknown_units=unknown)

    async def save(self, conn: Connection, kind: str) -> None:
        """Save it in place of the earlier one."""
        tree = {"file": self.file, "saved_on": self.saved_on, "mapping": self.meanings.as_tree()}
        await meta.write(conn, _key(kind), json.dumps(tree, ensure_ascii=False))

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        unknown = {"unknown_units": dict(self.unknown_units)} if self.unknown_units else {}
        return {"file": self.file, "saved_on": self.saved_on, **self.meanings.as_tree(), **unknown}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedSheet:
    """A sheet, and the mapping it was read with."""

    sheet: Sheet
    given: SavedMapping | None = None
    """The mapping to remember after the import."""
    saved: SavedMapping | None = None
    """The remembered mapping that was used."""


async def read_mapped(
    conn: Connection, kind: str, columns: tuple[ColumnSpec, ...], source: Source, today: date
) -> MappedSheet:
    """Read a file with the given mapping, else with the remembered one if that fits.

    Raises as `read_sheet` and `read_mapping`, or Refusal `sheets.mapping_no_unit` or
    `sheets.mapping_no_unit_likely` if the given mapping names a unit that does not exist.
    """
    if source.mapping is not None:
        meanings = read_mapping(source.mapping, columns)
        _require_units(await UnitIndex.load(conn), meanings, source.mapping.name)
        given = SavedMapping(
            file=source.mapping.name, saved_on=today.isoformat(), meanings=meanings
        )
        return MappedSheet(sheet=_read(source, columns, meanings), given=given)
    saved = None if source.no_saved_mapping else await SavedMapping.load(conn, kind, columns)
    if saved is None:
        return MappedSheet(sheet=_read(source, columns, Meanings()))
    try:
        return MappedSheet(sheet=_read(source, columns, saved.meanings), saved=saved)
    except Refusal as refused:
        if refused.code != "sheets.column_missing":
            raise
    words = Meanings(statuses=saved.meanings.statuses, units=saved.meanings.units)
    used = replace(saved, meanings=words) if words.as_tree() or saved.unknown_units else None
    return MappedSheet(sheet=_read(source, columns, words), saved=used)


def _exists(index: UnitIndex, unit: str) -> bool:
    try:
        index.code_of(unit)
    except Refusal:
        return False
    return True


def _require_units(index: UnitIndex, meanings: Meanings, file: str) -> None:
    for word, ours in meanings.units.items():
        if _exists(index, ours):
            continue
        named = {"file": file, "key": word, "unit": ours}
        unit = index.find_likely(ours) or index.find_likely(word)
        if unit is None:
            raise Refusal("sheets.mapping_no_unit", **named)
        hint = {"likely": unit.code, "name": unit.name}
        raise Refusal("sheets.mapping_no_unit_likely", **named, **hint)


def _read(source: Source, columns: tuple[ColumnSpec, ...], meanings: Meanings) -> Sheet:
    return read_sheet(
        source.file,
        (*columns, *MARKS),
        meanings,
        all_sheets=source.all_sheets,
        sheet=source.sheet,
    )


def _key(kind: str) -> str:
    return f"mapping:{kind}"
