"""The flow of dossiers through a period: received, resolved, pending; it always balances.

What an office reports of its one-stop desk (biểu II.06 of TT 01/2020/TT-VPCP): received = resolved
+ pending, early, on time and late by the day. Pure: counts only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum


class Fate(StrEnum):
    """What became of a dossier by the end of the period."""

    EARLY = "early"
    SAME_DAY = "same_day"
    LATE = "late"
    UNKNOWN = "unknown"
    """Resolved, but without the day it was promised for or the day it was resolved."""
    IN_TIME = "in_time"
    OVERDUE = "overdue"
    STOPPED = "stopped"
    """Not accepted, withdrawn or stopped: neither resolved nor pending (NĐ 118/2025 Điều 21)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Counts of dossiers of a period.

    `online`, `direct` and `post` were received in it, `carried_over` before it and not resolved
    then. `late_apologised` and `overdue_apologised` have a letter of apology; `rescheduled` a
    second promised day; `near_due` of those in time are due within some days; `elsewhere` of the
    new ones were received by another unit (phi địa giới).
    """

    online: int = 0
    direct: int = 0
    post: int = 0
    carried_over: int = 0
    early: int = 0
    same_day: int = 0
    late: int = 0
    unknown: int = 0
    in_time: int = 0
    overdue: int = 0
    stopped: int = 0
    late_apologised: int = 0
    overdue_apologised: int = 0
    rescheduled: int = 0
    near_due: int = 0
    elsewhere: int = 0

    @property
    def new(self) -> int:
        """Received in the period."""
        return self.online + self.direct + self.post

    @property
    def received(self) -> int:
        """Received in the period or carried over into it."""
        return self.new + self.carried_over

    @property
    def resolved(self) -> int:
        """Resolved in the period."""
        return self.early + self.same_day + self.late + self.unknown

    @property
    def on_time(self) -> int:
        """Resolved early or on the promised day."""
        return self.early + self.same_day

    @property
    def pending(self) -> int:
        """Not yet resolved at the end."""
        return self.in_time + self.overdue

    @property
    def difference(self) -> int:
        """Received less resolved, pending and stopped; 0 where the figures balance."""
        return self.received - self.resolved - self.pending - self.stopped


def together(parts: Iterable[Intake]) -> Intake:
    """The sum of all parts."""
    listed = list(parts)
    if len(listed) == 1:
        return listed[0]
    names = [one.name for one in fields(Intake)]
    return Intake(**{name: sum(getattr(one, name) for one in listed) for name in names})
