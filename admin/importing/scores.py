"""Points given by people, from a file: tự chấm by the unit, thẩm định by the appraiser."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from admin.importing.cells import needed, text
from admin.importing.closed_periods import ClosedPeriods
from admin.importing.importer import Read, Stored
from admin.importing.notes import Notes
from admin.importing.unit_index import UnitIndex
from admin.importing.unit_limits import Touched
from admin.kit.runtime import Runtime
from admin.sheets import ColumnSpec, Row, Sheet
from scoring.evidence import parse_points
from scoring.law import Rulebook
from scoring.rounding import plain
from surveys.errors import Refusal
from surveys.spelling import fold
from surveys.store.base.connection import Connection
from surveys.store.dossiers import scores
from surveys.store.dossiers.scores import ScoreRow, Stage
from surveys.store.system import import_changes
from surveys.store.system.audit import AuditEntry
from surveys.store.system.import_changes import Change

COLUMNS = (
    ColumnSpec(name="unit", titles=("Đơn vị", "Mã đơn vị", "Tên đơn vị"), required=True),
    ColumnSpec(name="period", titles=("Kỳ", "Kỳ báo cáo"), required=True),
    ColumnSpec(name="stage", titles=("Loại điểm", "Bước", "Giai đoạn"), required=True),
    ColumnSpec(name="criterion", titles=("Chỉ số", "Tiêu chí"), required=True),
    ColumnSpec(name="points", titles=("Điểm",), required=True),
    ColumnSpec(name="note", titles=("Ghi chú",)),
)
STAGES = {
    Stage.SELF: ("self", "Tự chấm", "Tự đánh giá", "Điểm tự chấm"),
    Stage.APPRAISED: ("appraised", "Thẩm định", "Điểm thẩm định"),
}
_STAGES = {fold(name): stage for stage, names in STAGES.items() for name in names}
Key = tuple[int, str, str, str]
_NUMBERED = re.compile(r"(?:chi so|cs|tieu chi|tc)? ?(\d+)")


class ScoreImporter:
    """Imports rows of a scores file."""

    kind = "scores"
    columns = COLUMNS
    essential: Sequence[str] = ()
    chunk = 5_000

    def __init__(self, runtime: Runtime, rulebook: Rulebook) -> None:
        self.warnings = Notes()
        self._closed = ClosedPeriods()
        self._runtime = runtime
        self._rulebook = rulebook
        self._units = UnitIndex.of(())
        self._import_id: int | None = None
        self._seen: dict[Key, str] = {}

    async def begin(self, conn: Connection, _sheet: Sheet, import_id: int) -> None:
        """Load the units."""
        self._units = await UnitIndex.load(conn)
        self._codes = {number: code for code, number in self._units.ids.items()}
        self._import_id = import_id or None
        self._closed = await ClosedPeriods.load(conn)

    def read(self, row: Row) -> ScoreRow:
        """Read one score in canonical form; raises Refusal with the reason to reject it."""
        criterion = _criterion(needed(row, "criterion"))
        points = parse_points(self._rulebook, criterion, needed(row, "points"))
        period = self._runtime.period(needed(row, "period"))
        score = ScoreRow(
            unit_id=self._units.id_within(needed(row, "unit"), period),
            period=period.id,
            stage=self._stage(needed(row, "stage")),
            criterion=criterion,
            points=plain(points),
            note=text(row, "note"),
        )
        if first := self._seen.get(score.key):
            raise Refusal("scores.duplicate", criterion=criterion, stage=score.stage, row=first)
        self._seen[score.key] = row.place
        return score

    def _stage(self, written: str) -> Stage:
        """Raises Refusal `scores.stage`, or `staff.no_right`: thẩm định is for verifiers."""
        stage = _STAGES.get(fold(written))
        if stage is None:
            raise Refusal("scores.stage", value=written)
        self._runtime.require(f"scores.import stage={stage}")
        return stage

    def touched(self, one: ScoreRow) -> Touched:
        """Its unit."""
        return Touched(unit_id=one.unit_id)

    async def store(self, conn: Connection, rows: Sequence[Read[ScoreRow]]) -> Stored:
        """Write new and changed scores."""
        before = await scores.find_stored(conn, {score.period for _, score in rows})
        changed = [score for _, score in rows if before.get(score.key) != score.value]
        await scores.put(conn, changed, self._import_id)
        for score in changed:
            self._closed.note_period(self.warnings, self._seen[score.key], score.period)
        replaced = [score for score in changed if score.key in before]
        return Stored(
            new=len(changed) - len(replaced),
            changed=len(replaced),
            same=len(rows) - len(changed),
            audited=list(self._entries(replaced, before)),
            changes=[self._change(score, before) for score in changed],
        )

    def _change(self, score: ScoreRow, before: Mapping[Key, tuple[str, str]]) -> Change:
        unit, there = self._codes[score.unit_id], before.get(score.key)
        return Change(
            kind=import_changes.SCORE,
            subject=f"{unit} {score.period} {score.stage} {score.criterion}",
            field="points",
            before=list(there) if there else None,
            after=list(score.value),
        )

    def _entries(
        self, replaced: Iterable[ScoreRow], before: Mapping[Key, tuple[str, str]]
    ) -> Iterator[AuditEntry]:
        for score in replaced:
            details = {
                "stage": score.stage.value,
                "criterion": score.criterion,
                "from": list(before[score.key]),
                "to": list(score.value),
            }
            subject = f"unit:{self._codes[score.unit_id]} {score.period}"
            yield AuditEntry(action="scores.change", subject=subject, details=details)


def _criterion(written: str) -> str:
    """One id for `CS 5`, `Chỉ số 5` and `5`; anything else stays and the rulebook refuses it."""
    match = _NUMBERED.fullmatch(fold(written))
    return match[1] if match else written
