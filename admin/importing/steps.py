"""Imports the steps of dossiers: each agency's due date and finish (chỉ số 2)."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from admin.importing.cells import needed, read_code, when
from admin.importing.importer import AT_ONCE, Planned, Read, Refused, Stored
from admin.importing.unit_limits import Touched
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers
from surveys.store.dossiers.dossiers import Step
from surveys.store.importing import step_writes
from surveys.store.system.import_changes import Change

COLUMNS = (
    ColumnSpec(name="dossier", titles=("Mã hồ sơ", "Số hồ sơ"), required=True),
    ColumnSpec(name="agency", titles=("Cơ quan", "Cơ quan giải quyết", "Đơn vị"), required=True),
    ColumnSpec(name="due_at", titles=("Ngày hẹn trả", "Hạn xử lý", "Hẹn trả")),
    ColumnSpec(name="finished_at", titles=("Ngày kết thúc xử lý", "Ngày kết thúc")),
)


class StepDraft(NamedTuple):
    """A step as its row states it."""

    dossier: str
    agency: str
    due_at: datetime | None
    finished_at: datetime | None


class StepImporter:
    """Imports rows of a file of steps. A dossier in the file then has exactly the file's steps;
    so the file is checked as a whole, and one bad row holds back all rows of its dossier.
    """

    kind = "steps"
    columns: Sequence[ColumnSpec] = COLUMNS
    essential: Sequence[str] = ()
    chunk = 10_000_000

    def __init__(self, zone: ZoneInfo, coming: Container[str] = ()) -> None:
        """`coming`: the codes of dossiers that the same import creates."""
        self._coming = coming
        self.warnings = Counter[str]()
        self._zone = zone
        self._broken = dict[str, str]()

    async def begin(self, _conn: Connection, _sheet: Sheet, _import_id: int) -> None:
        """Load nothing."""

    def examine(self, _sheet: Sheet) -> None:
        """Every row is checked by itself."""

    def read(self, row: Row) -> StepDraft:
        """Read one step."""
        code = normal_code(read_code(row, "dossier"))
        try:
            return StepDraft(
                dossier=code,
                agency=needed(row, "agency"),
                due_at=when(row, "due_at", self._zone),
                finished_at=when(row, "finished_at", self._zone),
            )
        except Refusal:
            self._broken.setdefault(code, row.place)
            raise

    def touched(self, one: StepDraft) -> Touched:
        """Its dossier."""
        return Touched(dossier=one.dossier)

    async def plan(self, conn: Connection, rows: Sequence[Read[StepDraft]]) -> Planned:
        """Plan to replace the steps of dossiers that exist, or come with this import, by these."""
        wanted = {draft.dossier for _, draft in rows}
        numbers = await dossiers.find_ids(conn, wanted)
        coming = sorted(code for code in wanted if code in self._coming and code not in numbers)
        numbers |= {code: -at for at, code in enumerate(coming, start=1)}
        rejected: list[Refused] = [
            (row, why) for row, draft in rows if (why := self._reason(draft, numbers))
        ]
        planned = Planned(stored=Stored(rejected=rejected))
        codes = {number: code for code, number in numbers.items()}
        for some in _some(_by_dossier(rows, numbers, self._broken)):
            there = await dossiers.find_steps(conn, list(some))
            changes = Changes.between(some, there)
            if changes.removed:
                self.warnings["removed"] += changes.removed
            planned.stored.new += changes.new
            planned.stored.changed += changes.changed
            planned.stored.same += changes.same
            if changes.steps:
                planned.bodies.append(step_writes.encode(_history(changes.steps, there, codes)))
        return planned

    def _reason(self, draft: StepDraft, numbers: Mapping[str, int]) -> Refusal | None:
        """Why this step is rejected, or None."""
        if draft.dossier not in numbers:
            return Refusal("steps.unknown_dossier", dossier=draft.dossier)
        if draft.dossier in self._broken:
            row = self._broken[draft.dossier]
            return Refusal("steps.other_row", dossier=draft.dossier, row=row)
        return None


Steps = dict[int, dict[tuple[str, int], Step]]
"""Number of the dossier → its steps by agency and position."""


@dataclass(slots=True, kw_only=True)
class Changes:
    """How the steps of some dossiers differ from the stored ones."""

    steps: dict[int, list[Step]] = field(default_factory=dict)
    """All steps of the dossiers with any difference."""
    new: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0

    @classmethod
    def between(cls, wanted: Steps, there: Steps) -> "Changes":
        """Compare dossier by dossier."""
        found = cls()
        for number, steps in wanted.items():
            found._compare(number, steps, there.get(number, {}))
        return found

    def _compare(
        self, number: int, steps: dict[tuple[str, int], Step], stored: dict[tuple[str, int], Step]
    ) -> None:
        alike = sum(stored.get(key) == step for key, step in steps.items())
        known = len(steps.keys() & stored.keys())
        self.same += alike
        self.changed += known - alike
        self.new += len(steps) - known
        self.removed += len(stored) - known
        if steps != stored:
            self.steps[number] = list(steps.values())


def _history(
    steps: Mapping[int, Sequence[Step]], there: Steps, codes: Mapping[int, str]
) -> list[Change]:
    """The change history: each dossier's steps before and now."""
    return [
        step_writes.change_of(codes[number], list(there.get(number, {}).values()), now)
        for number, now in steps.items()
    ]


def _by_dossier(
    rows: Iterable[Read[StepDraft]], numbers: Mapping[str, int], left_out: Container[str]
) -> Steps:
    found: Steps = {}
    positions = Counter[tuple[str, str]]()
    for _, draft in rows:
        if draft.dossier not in numbers or draft.dossier in left_out:
            continue
        positions[draft.dossier, draft.agency] += 1
        step = Step(
            agency=draft.agency,
            position=positions[draft.dossier, draft.agency],
            due_at=draft.due_at,
            finished_at=draft.finished_at,
        )
        found.setdefault(numbers[draft.dossier], {})[step.agency, step.position] = step
    return found


def _some(wanted: Steps) -> Iterator[Steps]:
    numbers = list(wanted)
    for start in range(0, len(numbers), AT_ONCE):
        yield {number: wanted[number] for number in numbers[start : start + AT_ONCE]}
