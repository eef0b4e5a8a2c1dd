"""Answers that the owner of a dossier disowns: set aside until a verifier decides.

A response that is set aside counts nowhere. It keeps its answers and steps out of the way of the
owner's: its form becomes `<form>~<number>`, and `<form>~<number>~dropped` once it is refused.
"""

from datetime import datetime

from sqlalchemy import select, update

from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.base.schema import answers, complaints, responses
from surveys.store.results import evidence

APART, DROPPED = "~", "~dropped"


def form_of(name: str) -> str:
    """The form that was answered, whether the answer is set aside or not."""
    return name.partition(APART)[0]


async def can_be_set_aside(conn: Connection, dossier_id: int, form: str) -> bool:
    """Whether a contact answered it: paper forms are no citizen's to disown here."""
    return await _standing(conn, dossier_id, form) is not None


async def set_aside(conn: Connection, dossier_id: int, form: str, now: datetime) -> bool:
    """Set the response aside; False if there is none that can be."""
    number = await _standing(conn, dossier_id, form)
    if number is None:
        return False
    values = {"form": f"{form}{APART}{number}", "set_aside_at": now, "valid": False}
    await conn.execute(update(responses).where(responses.c.id == number).values(**values))
    await evidence.refresh(conn, [dossier_id])
    return True


async def hand_over(conn: Connection, dossier_id: int, form: str, contact_id: int) -> None:
    """The response goes on with another contact."""
    which = (responses.c.dossier_id == dossier_id, responses.c.form == form)
    await conn.execute(update(responses).where(*which).values(contact_id=contact_id))


async def decide(conn: Connection, dossier_id: int, *, counts: bool) -> None:
    """Let the response that waits count again, or drop it for good.

    Raises Refusal `verify.nothing_aside`, or `verify.answered_anew` where the owner answered.
    """
    waiting = responses.c.form.like(f"%{APART}%") & ~responses.c.form.like(f"%{DROPPED}")
    query = select(responses.c.id, responses.c.form).where(
        responses.c.dossier_id == dossier_id, waiting
    )
    row = (await conn.execute(query.order_by(responses.c.id).limit(1))).one_or_none()
    if row is None:
        raise Refusal("verify.nothing_aside")
    values: dict[str, object] = {"form": f"{row.form}{DROPPED}"}
    if counts:
        form = form_of(row.form)
        same = (responses.c.dossier_id == dossier_id, responses.c.form == form)
        if await conn.scalar(select(responses.c.id).where(*same)) is not None:
            raise Refusal("verify.answered_anew")
        chosen = (answers.c.response_id == row.id, answers.c.latest, answers.c.option.is_not(None))
        said = await conn.scalar(select(answers.c.id).where(*chosen).limit(1))
        values = {"form": form, "set_aside_at": None, "valid": said is not None}
    await conn.execute(update(responses).where(responses.c.id == row.id).values(**values))
    await evidence.refresh(conn, [dossier_id])


async def _standing(conn: Connection, dossier_id: int, form: str) -> int | None:
    """The response of a contact; not one whose complaint an officer decided."""
    decided = select(complaints.c.response_id).where(complaints.c.decided_at.is_not(None))
    number: int | None = await conn.scalar(
        select(responses.c.id).where(
            responses.c.dossier_id == dossier_id,
            responses.c.form == form,
            responses.c.contact_id.is_not(None),
            responses.c.id.not_in(decided),
        )
    )
    return number
