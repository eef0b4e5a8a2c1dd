"""Samples of a few dossiers spread over all units, for the demo."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossier_evidence, dossiers, invitations, links
from surveys.store.dossiers.in_period import returned_in

SCATTER = 7_919
"""A prime: in the order of id × prime modulo the number of dossiers, units are visited early."""


async def sample_unasked(
    conn: Connection, period: Period, limit: int, *, among: int
) -> Sequence[int]:
    """Ids of returned dossiers of the period without an invitation, from all units.

    `among`: the approximate number of dossiers.
    """
    evidence = dossier_evidence.c
    asked = exists().where(invitations.c.dossier_id == evidence.dossier_id)
    linked = exists().where(links.c.dossier_id == evidence.dossier_id)
    rows = await conn.execute(
        select(evidence.dossier_id)
        .where(returned_in(period), ~asked, ~linked)
        .order_by((evidence.dossier_id * SCATTER) % among, evidence.dossier_id)
        .limit(limit)
    )
    return list(rows.scalars())


async def sample_in_work(conn: Connection, limit: int, *, among: int) -> Sequence[str]:
    """Codes of dossiers that are still being handled; `among`: the approximate number of all
    dossiers.
    """
    rows = await conn.execute(
        select(dossiers.c.code)
        .where(dossiers.c.returned_at.is_(None))
        .order_by((dossiers.c.id * SCATTER) % among)
        .limit(limit)
    )
    return list(rows.scalars())
