"""The result of `motcua invite` for a period, as data."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.store.asking.invitations import InvitationCounts
from surveys.tally import quota


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedUnit:
    """One unit's invitations; `quota` is the number required for its returned dossiers."""

    unit: str
    name: str
    returned: int
    issued: int
    queued: int
    answered: int
    quota: int

    @property
    def met(self) -> bool:
        """Whether the quota is met."""
        return self.issued >= self.quota


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteResult:
    """The invitations of every unit, ordered by code."""

    units: tuple[InvitedUnit, ...]

    def total(self, name: str) -> int:
        """The sum of a count over all units."""
        return sum(getattr(one, name) for one in self.units)


def invite_result(counts: Sequence[InvitationCounts], quota_percent: int) -> InviteResult:
    """Add the quotas, a percentage of the dossiers returned, to the counts."""
    return InviteResult(
        units=tuple(
            InvitedUnit(
                unit=one.unit,
                name=one.name,
                returned=one.returned,
                issued=one.issued,
                queued=one.queued,
                answered=one.answered,
                quota=quota(one.returned, quota_percent),
            )
            for one in counts
        )
    )
