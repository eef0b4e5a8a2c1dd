"""Facts of units from a file (chỉ số 5, 6, 8, 9): one row per unit, period and fact."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from admin.importing import fact_changes
from admin.importing.cells import needed
from admin.importing.closed_periods import ClosedPeriods
from admin.importing.declared_facts import declared_facts
from admin.importing.fact_changes import Key
from admin.importing.importer import Read, Refused, Stored
from admin.importing.notes import Notes
from admin.importing.unit_index import UnitIndex
from admin.importing.unit_limits import Touched
from admin.kit.refusals import REFUSALS
from admin.kit.runtime import Runtime
from admin.sheets import ColumnSpec, Row, Sheet
from scoring import evidence as law
from scoring.law import Rulebook
from scoring.rounding import plain
from scoring.rulebook import shipped_rulebooks
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.dossiers import facts
from surveys.store.dossiers.facts import Fact

COLUMNS = (
    ColumnSpec(name="unit", titles=("Đơn vị", "Mã đơn vị", "Tên đơn vị"), required=True),
    ColumnSpec(name="period", titles=("Kỳ", "Kỳ báo cáo"), required=True),
    ColumnSpec(name="fact", titles=("Số liệu", "Chỉ tiêu"), required=True),
    ColumnSpec(name="value", titles=("Giá trị",), required=True),
)


class FactImporter:
    """Imports rows of a facts file. They are checked together: a part may come before its whole."""

    kind = "facts"
    columns = COLUMNS
    essential: Sequence[str] = ()
    chunk = 1_000_000

    def __init__(self, runtime: Runtime, *rulebooks: Rulebook) -> None:
        """`rulebooks` add their facts to those of the program and of the shipped ones."""
        self.warnings = Notes()
        self._closed = ClosedPeriods()
        self._runtime = runtime
        self._facts = declared_facts((*shipped_rulebooks(), *rulebooks))
        self._units = UnitIndex.of(())
        self._import_id: int | None = None
        self._seen: dict[Key, str] = {}

    async def begin(self, conn: Connection, _sheet: Sheet, import_id: int) -> None:
        """Load the units."""
        self._units = await UnitIndex.load(conn)
        self._codes = {number: code for code, number in self._units.ids.items()}
        self._import_id = import_id or None
        self._closed = await ClosedPeriods.load(conn)

    def read(self, row: Row) -> Fact:
        """Read one fact in canonical form; raises Refusal with the reason to reject it."""
        name = self._facts.name(needed(row, "fact"))
        if name not in self._facts.kinds:
            raise Refusal("facts.unknown", fact=name, known=self._facts.known)
        written = self._facts.value(name, needed(row, "value"))
        value = law.parse_fact(name, written, self._facts.kinds)
        period = self._runtime.period(needed(row, "period"))
        fact = Fact(
            unit_id=self._units.id_within(needed(row, "unit"), period),
            period=period.id,
            fact=name,
            value=plain(value) if isinstance(value, Decimal) else value,
        )
        if first := self._seen.get(fact.key):
            raise Refusal("facts.duplicate", fact=name, row=first)
        self._seen[fact.key] = row.place
        return fact

    def touched(self, one: Fact) -> Touched:
        """Its unit."""
        return Touched(unit_id=one.unit_id)

    async def store(self, conn: Connection, rows: Sequence[Read[Fact]]) -> Stored:
        """Write new and changed facts; reject parts larger than their whole."""
        before = await facts.find_stored(conn, {fact.period for _, fact in rows})
        taken, rejected = _consistent(rows, before, self._facts.parts)
        changed = [fact for fact in taken if before.get(fact.key) != fact.value]
        await facts.put(conn, changed, self._import_id)
        for fact in changed:
            self._closed.note_period(self.warnings, self._seen[fact.key], fact.period)
        replaced = sum(fact.key in before for fact in changed)
        return Stored(
            new=len(changed) - replaced,
            changed=replaced,
            same=len(taken) - len(changed),
            rejected=rejected,
            audited=fact_changes.audited(changed, before, self._codes),
            changes=fact_changes.history(changed, before, self._codes),
        )


def _consistent(
    rows: Sequence[Read[Fact]], before: Mapping[Key, str], parts: Mapping[str, str]
) -> tuple[list[Fact], list[Refused]]:
    """Split into facts consistent within their unit and period, and rejected rows."""
    groups: dict[tuple[int, str], dict[str, Read[Fact]]] = {}
    for read in rows:
        _, fact = read
        groups.setdefault((fact.unit_id, fact.period), {})[fact.fact] = read
    rejected: list[Refused] = []
    for (unit_id, period), group in groups.items():
        there = {key[2]: v for key, v in before.items() if key[:2] == (unit_id, period)}
        rejected += _reject_unfit(group, there, parts)
    return [fact for group in groups.values() for _, fact in group.values()], rejected


def _reject_unfit(
    group: dict[str, Read[Fact]], there: Mapping[str, str], parts: Mapping[str, str]
) -> list[Refused]:
    """Remove rows from `group` until the rest fits the stored facts; return those removed."""
    out: list[Refused] = []
    while group:
        values = {**there, **{name: fact.value for name, (_, fact) in group.items()}}
        try:
            law.check_facts(values, parts)
            break
        except REFUSALS as reason:
            part, whole = str(reason.params["part"]), str(reason.params["whole"])
            if part not in group and whole not in group:
                break
            row, _ = group.pop(part if part in group else whole)
            out.append((row, reason))
    return out
