"""The one-stop figures of a closing and of today, and the dossiers that count elsewhere now."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from admin.closing.reports import signed_intake
from admin.figures.intake import read_intake
from admin.figures.model import IntakeFigures
from scoring.law import Rulebook
from surveys.store.base.connection import Connection
from surveys.store.results import closing_intake
from surveys.store.results.closing_intake import Moved
from surveys.store.results.closings import Closing
from surveys.store.results.intake import Window

OF = "intake"
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """`before`, `after`: figure by (`OF`, unit, name). `by_dossier`: whether the closing kept
    where each dossier counted; if it did not, nothing has moved.
    """

    before: Mapping[Key, int]
    after: Mapping[Key, int]
    moved: Sequence[Moved] = ()
    by_dossier: bool = True


async def read(conn: Connection, closing: Closing, rulebook: Rulebook) -> Flow:
    """Compare, by the days and the rulebook signed by; nothing differs where no figures were
    kept.
    """
    signed = await signed_intake(conn, closing)
    if signed is None:
        return Flow(before={}, after={})
    window = Window(period=closing.period, as_of=signed.as_of, near_days=signed.near_days)
    live = await read_intake(conn, window, with_procedures=False, summed=rulebook.sums_mergers)
    return Flow(
        before=_by_unit(signed),
        after=_by_unit(live),
        moved=await closing_intake.list_moved(conn, closing, window),
        by_dossier=closing_intake.is_kept(closing),
    )


def _by_unit(intake: IntakeFigures) -> dict[Key, int]:
    return {
        (OF, unit.code, name): count
        for unit in intake.units
        for name, count in asdict(unit.counts).items()
    }
