"""The units an officer works on: all, or one unit and those below it."""

from dataclasses import dataclass, field

from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitScope:
    """`unit` None: the whole office."""

    unit: str | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    """Code → number in the database of the unit and those below it; empty for the whole office."""

    def covers(self, code: str) -> bool:
        """Whether the unit with this code is in the scope."""
        return self.unit is None or code in self.numbers

    def require(self, code: str) -> None:
        """Raises Refusal `staff.other_unit` for a unit that is not in the scope."""
        if not self.covers(code):
            raise Refusal("staff.other_unit", unit=code, own=self.unit)


WHOLE_OFFICE = UnitScope()


async def require_dossier(conn: Connection, scope: UnitScope, code: str) -> None:
    """Raises Refusal `staff.other_dossier` for a dossier of a unit that is not in the scope.

    A dossier that does not exist is refused in the same words, which so disclose nothing.
    """
    if scope.unit is None:
        return
    unit = (await dossiers.find_units(conn, [code])).get(code)
    if unit not in scope.numbers.values():
        raise Refusal("staff.other_dossier", dossier=code, own=scope.unit)
