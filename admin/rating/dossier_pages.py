"""The dossiers a criterion is computed from: with their answers for their verifier, nameless for
all others (NĐ 118/2025/NĐ-CP Điều 29 khoản 3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from admin.closing.pages import Found, find_page
from admin.kit.runtime import Runtime
from admin.rating.explained import DossierPage, shuffled
from admin.rating.result import RatingResult
from surveys.criteria import FROM_CITIZENS
from surveys.store.base.connection import Connection
from surveys.store.results import dossier_records, verifications
from surveys.store.results.dossier_pages import Wanted
from surveys.store.results.dossier_records import Known
from surveys.store.system.staff import Role

FEW = 5
"""Of fewer dossiers, those who do not verify see none: each could be recognised."""
MOST_SHUFFLED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The page wanted, counted from 1; `open_codes`: with whole codes."""

    limit: int
    page: int
    open_codes: bool

    @property
    def first(self) -> int:
        """How many dossiers come before it."""
        return (self.page - 1) * self.limit


def may_see_answers(runtime: Runtime, units: Collection[str]) -> bool:
    """Whether the officer verifies these units' dossiers; raters are confidential to others."""
    officer = runtime.who.officer
    is_verifier = officer is not None and Role.VERIFIER in officer.roles
    return is_verifier and all(runtime.scope.covers(unit) for unit in units)


async def read_page(
    conn: Connection, runtime: Runtime, rating: RatingResult, wanted: Wanted, which: Which
) -> DossierPage:
    """One page of the dossiers; what follows from the system's days alone is no answer."""
    if wanted.criterion in FROM_CITIZENS and not may_see_answers(runtime, wanted.units):
        return await _nameless(conn, rating, wanted, which)
    found = await find_page(conn, rating, wanted, limit=which.limit, offset=which.first)
    known = {one.dossier_id: one for one in await _read(conn, found, found.page.ids)}
    return DossierPage(
        criterion=wanted.criterion,
        known=tuple(known[number] for number in found.page.ids if number in known),
        decisions=await verifications.find_last_decisions(conn, found.page.ids),
        first=which.first + 1,
        whole=found.page.whole,
        open_codes=which.open_codes,
        signed=found.signed,
    )


async def _read(conn: Connection, found: Found, numbers: Sequence[int]) -> list[Known]:
    """The dossiers, their time measured as the rulebook does."""
    return [
        found.otherwise[one.dossier_id].after if one.dossier_id in found.otherwise else one
        for one in await dossier_records.find_many(conn, numbers)
    ]


async def _nameless(
    conn: Connection, rating: RatingResult, wanted: Wanted, which: Which
) -> DossierPage:
    """The same ordered by what the dossiers show, not by day; of few dossiers nothing."""
    found = await find_page(conn, rating, wanted, limit=MOST_SHUFFLED, offset=0)
    shown = found.page.ids if found.page.whole >= FEW else ()
    known = shuffled(wanted.criterion, await _read(conn, found, shown))
    return DossierPage(
        criterion=wanted.criterion,
        known=tuple(known[which.first : which.first + which.limit]),
        decisions={},
        first=which.first + 1,
        whole=found.page.whole,
        open_codes=False,
        nameless=True,
        signed=found.signed,
    )
