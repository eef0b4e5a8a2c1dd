"""Rows of a file that fall into a closed period: taken in, and said, since signed figures stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from admin.importing.notes import Notes
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import closings

NOTE = "closed_period"


@dataclass(frozen=True, slots=True)
class ClosedPeriods:
    """The periods whose signed figures are in force."""

    periods: Sequence[Period] = ()

    @classmethod
    async def load(cls, conn: Connection) -> "ClosedPeriods":
        """Those of the database."""
        return cls(await closings.list_in_force(conn))

    def note(self, notes: Notes, place: str, *days: date | None) -> None:
        """Note the row at this place for every closed period that one of its days is in."""
        for one in self.periods:
            if any(day is not None and one.start <= day <= one.end for day in days):
                notes.add(NOTE, place, one.id)
                return

    def note_period(self, notes: Notes, place: str, wanted: str) -> None:
        """Note the row at this place if it is about a closed period."""
        if any(one.id == wanted for one in self.periods):
            notes.add(NOTE, place, wanted)
