"""Counts that offices already have as a table: one row per unit, one column per quantity.

What must add up is checked cell by cell, and what our own dossiers say otherwise is listed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from admin.importing import fact_changes
from admin.importing.aggregate_table import Layout, is_sum
from admin.importing.aggregate_words import AggregateWords
from admin.importing.cells import needed
from admin.importing.importer import NotDataError, Read, Stored
from admin.importing.notes import Notes
from admin.importing.unit_index import UnitIndex
from admin.importing.unit_limits import Touched
from admin.kit.runtime import Runtime
from admin.sheets import ColumnSpec, Fault, Row, Sheet
from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.dossiers import facts
from surveys.store.dossiers.facts import Fact
from surveys.store.results import intake
from surveys.store.results.intake import Window

_WHOLE = re.compile(r"\d+|\d{1,3}(?:([.,\u00a0 ])\d{3})(?:\1\d{3})*")
_NOTHING = frozenset({"-", "–", "—", "x", "…", "..."})
Counts = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures:
    """The counts of one row, and the unit they are about."""

    unit_id: int
    name: str
    counts: Counts


class AggregateImporter:
    """Imports the rows of one aggregate table for one period.

    Without `unit` each row names its unit; with it all rows (fields of work) are of this unit.
    """

    kind = "facts"
    essential: Sequence[str] = ()
    chunk = 1_000_000

    def __init__(
        self,
        runtime: Runtime,
        layout: Layout,
        words: AggregateWords,
        period: Period,
        unit: str | None,
    ) -> None:
        self.columns: Sequence[ColumnSpec] = layout.columns
        self.warnings = Notes()
        self._runtime, self._layout, self._words = runtime, layout, words
        self._period, self._one = period, unit
        self._units = UnitIndex.of(())
        self._seen: dict[int, str] = {}
        self._import_id: int | None = None

    async def begin(self, conn: Connection, _sheet: Sheet, import_id: int) -> None:
        """Load the units. Raises Refusal `units.*` for an unknown `unit`."""
        self._units = await UnitIndex.load(conn)
        self._codes = {number: code for code, number in self._units.ids.items()}
        self._import_id = import_id or None
        if self._one is not None:
            self._units.id_within(self._one, self._period)

    def read(self, row: Row) -> UnitFigures:
        """The counts of a row.

        Raises Refusal `facts.not_a_count`, `facts.above_whole`, `facts.no_counts`,
        `facts.unit_twice`, or as `UnitIndex.id_within`; NotDataError for a heading or a sum.
        """
        name = needed(row, "unit")
        is_named = self._one is None and self._units.find_exact(name) is not None
        if not is_named and (is_sum(name) or not self._has_figures(row)):
            raise NotDataError
        counts = {
            one: number
            for one in self._layout.places
            if (number := read_count(row, one)) is not None
        }
        if not counts:
            raise Refusal("facts.no_counts", unit=name)
        unit_id = self._units.id_within(self._one or name, self._period)
        self._require_parts(row, counts)
        if self._one is None:
            if first := self._seen.get(unit_id):
                raise Refusal("facts.unit_twice", unit=name, row=first)
            self._seen[unit_id] = row.place
        self._balance(row, counts)
        return UnitFigures(unit_id=unit_id, name=name, counts=counts)

    def touched(self, one: UnitFigures) -> Touched:
        """Its unit."""
        return Touched(unit_id=one.unit_id)

    async def store(self, conn: Connection, rows: Sequence[Read[UnitFigures]]) -> Stored:
        """Write new and changed counts; list what the totals and our own dossiers say otherwise."""
        by_unit = _by_unit(rows)
        self._compare_totals(by_unit)
        await self._compare_own(conn, by_unit)
        before = await facts.find_stored(conn, {self._period.id})
        given = [
            Fact(unit_id=unit_id, period=self._period.id, fact=name, value=str(count))
            for unit_id, counts in by_unit.items()
            for name, count in counts.items()
        ]
        changed = [fact for fact in given if before.get(fact.key) != fact.value]
        await facts.put(conn, changed, self._import_id)
        moved = {fact.unit_id for fact in changed if fact.key in before}
        made = {fact.unit_id for fact in changed} - moved
        units = [one.unit_id for _, one in rows]
        return Stored(
            new=sum(unit in made for unit in units),
            changed=sum(unit in moved for unit in units),
            same=sum(unit not in made | moved for unit in units),
            audited=fact_changes.audited(changed, before, self._codes),
            changes=fact_changes.history(changed, before, self._codes),
        )

    def _has_figures(self, row: Row) -> bool:
        """Whether any column of counts holds more than words: a heading or a signature does not."""
        values = (row.values.get(one) for one in self._layout.places)
        return any(
            not isinstance(one, str) or any(sign.isdigit() for sign in one)
            for one in values
            if one is not None
        )

    def _require_parts(self, row: Row, counts: Counts) -> None:
        for part, whole in self._words.parts:
            if counts.get(part, 0) > counts.get(whole, counts.get(part, 0)):
                raise Refusal(
                    "facts.above_whole",
                    cell=row.cell(part),
                    part=self._said(part),
                    value=counts[part],
                    whole=self._said(whole),
                    total=counts[whole],
                )

    def _balance(self, row: Row, counts: Counts) -> None:
        """Note every whole of this row that its parts do not add up to, or exceed together where
        not all of them are given.
        """
        noted: set[tuple[str, int]] = set()
        for one in self._words.equations:
            given = [part for part in one.parts if part in counts]
            if one.whole not in counts or not given:
                continue
            whole, added = counts[one.whole], sum(counts[part] for part in given)
            is_off = whole != added if len(given) == len(one.parts) else whole < added
            if is_off and (one.whole, added) not in noted:
                noted.add((one.whole, added))
                parts = " + ".join(map(self._said, given))
                told = f"{row.cell(one.whole)}: {self._said(one.whole)} {whole} ≠ {parts} "
                self.warnings.add("unbalanced", row.place, f"{told}{added} ({whole - added:+d})")

    def _compare_totals(self, by_unit: Mapping[int, Counts]) -> None:
        for name, (cell, place) in self._layout.totals.items():
            total = parse_count(cell)
            added = sum(counts.get(name, 0) for counts in by_unit.values())
            if total is not None and total != added:
                told = f"{place}: {self._said(name)} {total} ≠ {added} ({total - added:+d})"
                self.warnings.add("total_differs", place, told)

    async def _compare_own(self, conn: Connection, by_unit: Mapping[int, Counts]) -> None:
        """Note what our own dossiers of the period give otherwise, unit by unit."""
        last = min(self._period.end, self._runtime.today)
        own = await intake.count_by_unit(conn, Window(period=self._period, as_of=last))
        for unit_id, counts in by_unit.items():
            for name, ours in self._words.own.items() if unit_id in own else ():
                mine = sum(getattr(own[unit_id], one) for one in ours)
                if name in counts and counts[name] != mine:
                    code, place = self._codes[unit_id], self._seen.get(unit_id, "")
                    gap = f"{counts[name]} ≠ {mine} ({counts[name] - mine:+d})"
                    self.warnings.add("not_as_dossiers", place, f"{code} {self._said(name)}: {gap}")

    def _said(self, quantity: str) -> str:
        return self._words.facts[quantity].text.of(self._runtime.texts.language)


def read_count(row: Row, column: str) -> int | None:
    """The cell as a whole number, `1.234` and `1,234` as 1234; None if it is empty.

    Raises Refusal `facts.not_a_count`, `imports.error_cell` or `.uncomputed_cell`.
    """
    value = row.values.get(column)
    if isinstance(value, Fault):
        code = f"imports.{value.trouble}_cell"
        raise Refusal(code, column=column, cell=row.cell(column), value=value.text)
    try:
        return parse_count(value)
    except ValueError:
        cell = row.cell(column)
        raise Refusal("facts.not_a_count", column=column, cell=cell, value=value) from None


def parse_count(value: object) -> int | None:
    """A cell as a whole number; None if it is empty. Raises ValueError for anything else."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        if number != number.to_integral_value() or number < 0:
            raise ValueError(value)
        return int(number)
    text = str(value).strip()
    if not text or text.casefold() in _NOTHING:
        return None
    if not _WHOLE.fullmatch(text):
        raise ValueError(value)
    return int(re.sub(r"\D", "", text))


def _by_unit(rows: Sequence[Read[UnitFigures]]) -> dict[int, Counts]:
    """Unit → its counts; several rows of one unit are added up."""
    found: dict[int, Counts] = {}
    for _, one in rows:
        mine = found.setdefault(one.unit_id, {})
        for name, count in one.counts.items():
            mine[name] = mine.get(name, 0) + count
    return found
