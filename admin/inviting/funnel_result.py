"""What became of a period's returned dossiers, as data: outcomes, funnel, stops, comparison."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from scoring.interval import wilson
from surveys.form import Form
from surveys.inviting import Reason, outcome
from surveys.period import Period
from surveys.store.asking import funnel
from surveys.store.asking.funnel import By, Outcome
from surveys.store.base.connection import Connection

LATE = "unplanned_late"
"""Returned before invitations were sent by themselves: only `motcua invite` asks."""
FEWEST = 30
"""Answers of a channel below which its share is not compared."""
APART = 10
"""Percentage points between two channels from which on the difference is pointed out."""
HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many dossiers of a unit have one outcome."""

    unit: str
    name: str
    outcome: str
    way: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """One channel's answers to the first question: how many, the share of the best option in
    percent, and its interval at 95 %; rounded half up."""

    channel: str
    answers: int
    share: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How many came how far, by unit, channel and week; at which questions people stop; and how
    the channels' answers compare."""

    groups: Mapping[By, Mapping[str, Mapping[str, int]]]
    stops: Mapping[str, int]
    choices: Sequence[Choices]

    @property
    def differs(self) -> bool:
        """Whether two channels with enough answers are far apart."""
        shares = [one.share for one in self.choices if one.answers >= FEWEST]
        return bool(shares) and max(shares) - min(shares) >= APART


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationStatus:
    """Everything that `motcua invitations status` shows."""

    period: Period
    outcomes: Sequence[Counted]
    funnel: Funnel


async def read_status(
    conn: Connection, period: Period, form: Form, *, oldest: datetime
) -> InvitationStatus:
    """Read the status. Dossiers returned before `oldest` (a civil time) are not asked about by
    themselves."""
    found = await funnel.list_outcomes(conn, period, form.id)
    return InvitationStatus(
        period=period,
        outcomes=count_outcomes(found, oldest),
        funnel=await read_funnel(conn, period, form),
    )


async def read_funnel(conn: Connection, period: Period, form: Form) -> Funnel:
    """Read the funnel. Channels are compared by the first option of the first question."""
    first = form.questions[0]
    chosen = await funnel.count_choices(conn, period, form.id, first.id)
    best = first.options[0].id
    return Funnel(
        groups={by: await funnel.count_stages(conn, period, form.id, by) for by in By},
        stops=await funnel.count_stops(conn, period, form.id),
        choices=[_choices(channel, chosen[channel], best) for channel in sorted(chosen)],
    )


def count_outcomes(found: Sequence[Outcome], oldest: datetime) -> Sequence[Counted]:
    """Each dossier under exactly one outcome."""
    names = {one.unit: one.name for one in found}
    counts = Counter((one.unit, name_of(one, oldest), one.way or "") for one in found)
    return [
        Counted(unit=unit, name=names[unit], outcome=told, way=way, count=count)
        for (unit, told, way), count in sorted(counts.items())
    ]


def name_of(one: Outcome, oldest: datetime) -> str:
    """The one name of what became of this dossier."""
    if one.is_answered:
        asked = one.state == "answered" and one.reason is None
        return outcome("answered", None if asked else Reason.ELSEWHERE)
    if one.state is None:
        return LATE if one.returned_at < oldest else "unplanned"
    return outcome(one.state, one.reason)


def _choices(channel: str, options: Mapping[str, int], best: str) -> Choices:
    total = sum(options.values())
    share = Decimal(options.get(best, 0)) / total
    low, high = wilson(share, total, None)
    told = {"share": share, "low": low, "high": high}
    return Choices(
        channel=channel, answers=total, **{key: _percent(value) for key, value in told.items()}
    )


def _percent(share: Decimal) -> int:
    return int((share * HUNDRED).to_integral_value(ROUND_HALF_UP))
