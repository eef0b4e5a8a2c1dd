"""Removes the dossiers that an import made, in chunks, when the import is undone."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import ColumnElement, Exists, Table, and_, delete, exists, or_, select

from surveys.store.asking.invitations import UNSENT
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    contact_dossiers,
    dossier_evidence,
    dossiers,
    interviews,
    invitations,
    links,
    responses,
    settled_dossiers,
    status_notices,
    verifications,
    webhook_told,
)
from surveys.store.citizens.linked_dossiers import Via

AT_ONCE = 500
"""The number of dossiers in a chunk."""
DERIVED = (dossier_evidence, webhook_told, status_notices)
"""Tables whose rows follow from a dossier and go with it."""


class Removal(msgspec.Struct):
    """The numbers of the dossiers to remove."""

    removed: Sequence[int]


def encode_removal(numbers: Sequence[int]) -> list[str]:
    """Split the numbers of dossiers to remove into chunks that can be staged."""
    parts = (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))
    return [msgspec.json.encode(Removal(removed=part)).decode() for part in parts]


async def find_made(conn: Connection, import_id: int) -> list[int]:
    """The numbers of the dossiers that an import made, in their order."""
    made = select(dossiers.c.id).where(dossiers.c.import_id == import_id).order_by(dossiers.c.id)
    return list((await conn.execute(made)).scalars())


async def remove(conn: Connection, import_id: int, body: str) -> None:
    """Remove the dossiers of a staged chunk; those that citizens or officers used since the undo
    was decided are left unchanged.
    """
    wanted = msgspec.json.decode(body, type=Removal).removed
    mine = dossiers.c.id.in_(wanted) & (dossiers.c.import_id == import_id)
    # Locked first, so that nobody begins to use one between the question and its removal.
    locked = (await conn.execute(select(dossiers.c.id).where(mine).with_for_update())).scalars()
    is_used = or_(*(_is_used_by(table) for table in USES))
    unused = select(dossiers.c.id).where(dossiers.c.id.in_(locked.all()), ~is_used)
    numbers = (await conn.execute(unused)).scalars().all()
    await _drop_plans(conn, numbers)
    for table in DERIVED:
        await conn.execute(delete(table).where(table.c.dossier_id.in_(numbers)))
    await conn.execute(delete(dossiers).where(dossiers.c.id.in_(numbers)))


def _is_planned() -> ColumnElement[bool]:
    begun = exists().where(interviews.c.invitation_id == invitations.c.id)
    return and_(invitations.c.state.in_(UNSENT), ~begun)


def _is_guessed() -> ColumnElement[bool]:
    linked = contact_dossiers.c
    return and_(linked.via == Via.PHONE, ~linked.follows)


def _is_used_by(table: Table) -> Exists:
    return exists().where(table.c.dossier_id == dossiers.c.id, USES[table])


async def _drop_plans(conn: Connection, numbers: Collection[int]) -> None:
    for table, condition in ((invitations, _is_planned()), (contact_dossiers, _is_guessed())):
        await conn.execute(delete(table).where(table.c.dossier_id.in_(numbers), condition))


def _any(table: Table) -> ColumnElement[bool]:
    return table.c.dossier_id.is_not(None)


USES = {
    invitations: ~_is_planned(),
    contact_dossiers: ~_is_guessed(),
    **{one: _any(one) for one in (links, verifications, responses, settled_dossiers)},
}
"""Table → which of its rows show that their dossier is more than an imported row by now. What the
planner added by itself, and nobody was asked by, is no use of it.
"""
