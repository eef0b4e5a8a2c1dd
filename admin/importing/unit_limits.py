"""Restricts an import to the officer's unit scope."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from admin.kit.unit_scope import UnitScope
from admin.sheets import Row
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The subject of one row: a unit by its number, a dossier by its code, or both."""

    unit_id: int | None = None
    dossier: str | None = None


async def split(
    conn: Connection,
    scope: UnitScope,
    rows: Sequence[tuple[Row, T]],
    touched: Callable[[T], Touched],
) -> tuple[list[tuple[Row, T]], list[tuple[Row, Refusal]]]:
    """Split into the rows this officer may store, and the others with the reason.

    An existing dossier belongs to the unit it is stored under, whatever the row says.
    """
    if scope.unit is None:
        return list(rows), []
    codes = [code for _, one in rows if (code := touched(one).dossier) is not None]
    stored = await dossiers.find_units(conn, codes)
    inside, outside = [], []
    for row, one in rows:
        reason = _reason(scope, touched(one), stored)
        if reason is None:
            inside.append((row, one))
        else:
            outside.append((row, reason))
    return inside, outside


def _reason(scope: UnitScope, about: Touched, stored: dict[str, int]) -> Refusal | None:
    own = set(scope.numbers.values())
    if about.unit_id is not None and about.unit_id not in own:
        return Refusal("staff.other_row", own=scope.unit)
    if about.dossier is None or about.dossier not in stored:
        return None
    if stored[about.dossier] not in own:
        return Refusal("staff.other_dossier", dossier=about.dossier, own=scope.unit)
    return None
