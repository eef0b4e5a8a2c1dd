"""The plan and the status of invitations for people and programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.inviting.funnel_result import Counted, Funnel, InvitationStatus
from admin.inviting.plan_result import PlannedCount
from admin.kit.output import Block
from admin.kit.runtime import Runtime
from admin.kit.tables import Row, Table
from surveys.form import Form, in_language
from surveys.store.asking.funnel import STAGES, By

PLAN = "unit name outcome way channel day count meaning"
OUTCOMES = "unit name outcome way count meaning"
FUNNEL = " ".join(("group", *STAGES))
STOPS = "question count"
CHOICES = "channel answers share low high"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The plan with its words."""

    runtime: Runtime
    rows: Sequence[PlannedCount]

    def blocks(self) -> Iterator[Block]:
        """One row per unit, outcome, way and day."""
        yield _table(self.runtime, "plan", PLAN, self.as_rows()[0])

    def as_json(self) -> Sequence[Row]:
        """The rows."""
        return self.as_rows()[0]

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """The rows with what their outcome means."""
        return [self._row(one) for one in self.rows], PLAN.split()

    def _row(self, one: PlannedCount) -> Row:
        day = one.day.isoformat() if one.day else ""
        return asdict(one) | {"day": day, "meaning": _meaning(self.runtime, one.outcome)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """The status with its words. `titles`: question id → its text."""

    runtime: Runtime
    status: InvitationStatus
    titles: Mapping[str, str]

    def blocks(self) -> Iterator[Block]:
        """Outcomes with their meaning, the funnels, where people stop, the channels compared."""
        found = self.as_json()
        yield _table(self.runtime, "outcomes", OUTCOMES, found["outcomes"])
        for by in By:
            yield _table(self.runtime, f"by_{by}", FUNNEL, found["funnel"][by])
        for name, keys in (("stops", STOPS), ("choices", CHOICES)):
            if found[name]:
                yield _table(self.runtime, name, keys, found[name])

    def as_json(self) -> dict[str, Any]:
        """`outcomes`, `funnel` by unit, channel and week, `stops`, `choices`, `differs`."""
        return {
            "period": self.status.period.as_json(),
            "outcomes": [self._counted(one) for one in self.status.outcomes],
            "funnel": {
                str(by): [{"group": key, **counts} for key, counts in groups.items()]
                for by, groups in self.status.funnel.groups.items()
            },
            "stops": stops_of(self.status.funnel, self.titles),
            "choices": [asdict(one) for one in self.status.funnel.choices],
            "differs": self.status.funnel.differs,
        }

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """The outcomes."""
        return [self._counted(one) for one in self.status.outcomes], OUTCOMES.split()

    def _counted(self, one: Counted) -> Row:
        return asdict(one) | {"meaning": _meaning(self.runtime, one.outcome)}


def stops_of(found: Funnel, titles: Mapping[str, str]) -> Sequence[Row]:
    """The questions at which people stop, in words, and how many stop there."""
    return [
        {"question": titles.get(question, question), "count": count}
        for question, count in sorted(found.stops.items())
    ]


def titles_of(form: Form, language: str) -> Mapping[str, str]:
    """Question id → its text."""
    return {one.id: in_language(one.text, language) for one in form.questions}


def _meaning(runtime: Runtime, outcome: str) -> str:
    return runtime.text(f"invitations.outcomes.{outcome}")


def _table(runtime: Runtime, name: str, keys: str, rows: Sequence[Row]) -> Table:
    title = runtime.text(f"invitations.titles.{name}")
    columns = runtime.columns("invitations.columns", keys, codes="unit")
    return Table(columns=columns, rows=rows, title=title)
