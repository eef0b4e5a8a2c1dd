"""The dossiers a criterion is computed from: with their answers for their verifier, nameless for
all others (NĐ 118/2025/NĐ-CP Điều 29 khoản 3)."""

from collections.abc import Collection
from dataclasses import dataclass

from admin.closing.pages import Asked, find_page
from admin.kit.runtime import Runtime
from admin.rating.explained import DossierPage, shuffled
from admin.rating.result import RatingResult
from surveys.criteria import FROM_CITIZENS
from surveys.store.base.connection import Connection
from surveys.store.results import dossier_records, verifications
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
    conn: Connection, runtime: Runtime, rating: RatingResult, asked: Asked, which: Which
) -> DossierPage:
    """One page of the dossiers; what follows from the system's days alone is no answer."""
    if asked.criterion in FROM_CITIZENS and not may_see_answers(runtime, asked.units):
        return await _nameless(conn, rating, asked, which)
    found, signed = await find_page(conn, rating, asked, limit=which.limit, offset=which.first)
    known = {one.dossier_id: one for one in await dossier_records.find_by_ids(conn, found.ids)}
    return DossierPage(
        criterion=asked.criterion,
        known=tuple(known[number] for number in found.ids if number in known),
        decisions=await verifications.find_last_decisions(conn, found.ids),
        first=which.first + 1,
        whole=found.whole,
        open_codes=which.open_codes,
        signed=signed,
    )


async def _nameless(
    conn: Connection, rating: RatingResult, asked: Asked, which: Which
) -> DossierPage:
    """The same ordered by what the dossiers show, not by day; of few dossiers nothing."""
    found, signed = await find_page(conn, rating, asked, limit=MOST_SHUFFLED, offset=0)
    shown = found.ids if found.whole >= FEW else ()
    known = shuffled(asked.criterion, await dossier_records.find_many(conn, shown))
    return DossierPage(
        criterion=asked.criterion,
        known=tuple(known[which.first : which.first + which.limit]),
        decisions={},
        first=which.first + 1,
        whole=found.whole,
        open_codes=False,
        nameless=True,
        signed=signed,
    )
