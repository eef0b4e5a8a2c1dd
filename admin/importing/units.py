"""Imports units from a file, which is checked as a whole: a parent may come after its child."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from admin.importing.cells import needed, read_typed_code, text, when
from admin.importing.importer import Read, Refused, Stored
from admin.importing.unit_circles import refuse_circles
from admin.importing.unit_index import UnitIndex
from admin.importing.unit_limits import Touched
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.dossiers import units
from surveys.store.dossiers.units import Unit
from surveys.store.system import import_changes
from surveys.store.system.import_changes import Change
from surveys.unit_kinds import Kind, levels, parse_kind

COLUMNS = (
    ColumnSpec(name="code", titles=("Mã đơn vị", "Mã"), required=True),
    ColumnSpec(name="name", titles=("Tên đơn vị", "Đơn vị", "Tên"), required=True),
    ColumnSpec(name="level", titles=("Cấp",), required=True),
    ColumnSpec(name="block", titles=("Khối",)),
    ColumnSpec(name="parent", titles=("Trực thuộc", "Đơn vị cấp trên")),
    ColumnSpec(name="valid_from", titles=("Từ ngày", "Hiệu lực từ")),
    ColumnSpec(name="valid_to", titles=("Đến ngày", "Hiệu lực đến")),
    ColumnSpec(name="phone", titles=("Điện thoại Một cửa", "Điện thoại", "Số điện thoại")),
    ColumnSpec(name="address", titles=("Địa chỉ Một cửa", "Địa chỉ")),
    ColumnSpec(name="hours", titles=("Giờ làm việc", "Giờ tiếp nhận")),
    ColumnSpec(
        name="successor",
        titles=(
            *("Đơn vị kế thừa", "Sáp nhập vào", "Nhập vào", "Đơn vị mới", "Thành đơn vị"),
            *("Các đơn vị kế thừa", "Chia thành", "Sáp nhập, chia thành"),
        ),
    ),
    ColumnSpec(
        name="merged_by", titles=("Căn cứ sáp nhập", "Văn bản sáp nhập", "Nghị quyết sáp nhập")
    ),
)


class UnitImporter:
    """Imports rows of a units file."""

    kind = "units"
    columns = COLUMNS
    essential: Sequence[str] = ()
    chunk = 1_000_000

    def __init__(self, zone: ZoneInfo) -> None:
        self.warnings = Counter[str]()
        self._zone = zone
        self._first: dict[str, str] = {}
        self._stored: Mapping[str, Unit] = {}
        self._written: Mapping[str, str] = {}

    async def begin(self, conn: Connection, _sheet: Sheet, _import_id: int) -> None:
        """Load the existing units."""
        found = await units.list_all(conn)
        self._stored = {code: unit for code, (_, unit) in found.items()}
        self._written = {code.casefold(): code for code in self._stored}

    def read(self, row: Row) -> Unit:
        """Read one unit, with its parent as the row names it. A code that the database has in a
        different case keeps the database's spelling."""
        code = self._code(row)
        kind = _kind(needed(row, "level"))
        unit = Unit(
            code=code,
            name=needed(row, "name"),
            level=kind.level,
            block=text(row, "block") or kind.block,
            parent=text(row, "parent") or None,
            valid_from=self._day(row, "valid_from"),
            valid_to=self._day(row, "valid_to"),
            **self._kept(row, code),
        )
        if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
            raise Refusal("units.ends_before_it_begins", unit=code)
        if unit.successors and not unit.valid_to:
            told = ", ".join(unit.successors)
            raise Refusal("units.successor_without_end", unit=code, successor=told)
        ended = levels()[unit.level].valid_to
        if ended and unit.valid_from and unit.valid_from > ended:
            raise Refusal("units.level_ended", unit=code, value=needed(row, "level"), day=ended)
        self._first[code.casefold()] = row.place
        return unit

    def touched(self, _one: Unit) -> Touched:
        """Nothing: units belong to no officer's scope."""
        return Touched()

    async def store(self, conn: Connection, rows: Sequence[Read[Unit]]) -> Stored:
        """Link children to their parents, refuse cycles, write new and changed units."""
        taken, rejected = _with_parents(rows, self._stored)
        after = dict(self._stored) | {unit.code: unit for unit in taken}
        refuse_circles(after, _parents, "units.circle")
        refuse_circles(after, _successors, "units.merged_in_circle")
        changed = [unit for unit in taken if self._stored.get(unit.code) != unit]
        await units.save(conn, changed)
        new = sum(unit.code not in self._stored for unit in changed)
        return Stored(
            new=new,
            changed=len(changed) - new,
            same=len(taken) - len(changed),
            rejected=rejected,
            changes=[self._change(unit) for unit in changed],
        )

    def _change(self, unit: Unit) -> Change:
        there = self._stored.get(unit.code)
        before = None if there is None else units.unit_to_json(there)
        return Change(
            kind=import_changes.UNIT,
            subject=unit.code,
            field="unit",
            before=before,
            after=units.unit_to_json(unit),
        )

    def _code(self, row: Row) -> str:
        written = read_typed_code(row, "code")
        if first := self._first.get(written.casefold()):
            raise Refusal("units.duplicate", unit=written, row=first)
        return self._written.get(written.casefold(), written)

    def _kept(self, row: Row, code: str) -> dict[str, Any]:
        """The desk, and what the unit was merged or split into; a blank keeps what is known."""
        there = self._stored.get(code)
        names = ("phone", "address", "hours", "merged_by")
        kept: dict[str, Any] = {
            one: text(row, one) or (there and getattr(there, one)) or None for one in names
        }
        told = tuple(filter(None, map(str.strip, _BETWEEN.split(text(row, "successor")))))
        after = told or (there.successors if there else ())
        return kept | _taken_over(after)

    def _day(self, row: Row, column: str) -> date | None:
        moment = when(row, column, self._zone)
        return None if moment is None else moment.date()


def _with_parents(
    rows: Iterable[Read[Unit]], stored: Mapping[str, Unit]
) -> tuple[list[Unit], list[Refused]]:
    """Split into units with their parents' codes, and rows whose parent is unknown (including
    those whose parent was itself rejected for that)."""
    waiting = list(rows)
    rejected: list[Refused] = []
    while True:
        index = UnitIndex.of({**stored, **{unit.code: unit for _, unit in waiting}}.values())
        joined, lost = _join(waiting, index)
        if not lost:
            return [unit for _, unit in joined], rejected
        rejected += lost
        gone = {row.place for row, _ in lost}
        waiting = [(row, unit) for row, unit in waiting if row.place not in gone]


def _join(rows: Iterable[Read[Unit]], index: UnitIndex) -> tuple[list[Read[Unit]], list[Refused]]:
    joined: list[Read[Unit]] = []
    lost: list[Refused] = []
    for row, unit in rows:
        try:
            parent = index.code_of(unit.parent) if unit.parent else None
            after = dict.fromkeys(map(index.code_of, unit.successors))
        except Refusal as reason:
            lost.append((row, reason))
        else:
            joined.append((row, replace(unit, parent=parent, **_taken_over(tuple(sorted(after))))))
    return joined, lost


_BETWEEN = re.compile(r"[;|\n]")
"""What separates the units that one was split into."""


def _taken_over(codes: Sequence[str]) -> dict[str, Any]:
    """One successor, or several parts."""
    alone = codes[0] if len(codes) == 1 else None
    return {"successor": alone, "split_into": () if alone else tuple(codes)}


def _parents(unit: Unit) -> tuple[str, ...]:
    return (unit.parent,) if unit.parent else ()


def _successors(unit: Unit) -> tuple[str, ...]:
    return unit.successors


def _kind(written: str) -> Kind:
    try:
        return parse_kind(written)
    except ValueError:
        raise Refusal("units.level", value=written) from None
