"""Interviews in progress: one per invitation, its state written after every event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, false, func, select, update

from surveys.interview import Phase, State
from surveys.privacy import Keyring, is_sealed
from surveys.store.asking.invitations import latest_consent
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import contacts, interviews, invitations
from surveys.store.citizens.consents import Purpose

NOTHING: Mapping[str, int] = MappingProxyType({})
UNFINISHED = (Phase.ASKING, Phase.OFFER, Phase.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """One interview with what it belongs to."""

    id: int
    invitation_id: int
    dossier_id: int
    invitation_state: str
    contact_id: int
    contact_status: str
    has_consent: bool
    """Whether the contact agrees to be asked, as of when the interview was read."""
    state: State


async def begin(
    conn: Connection, ring: Keyring, invitation_id: int, contact_id: int, state: State
) -> Interview:
    """The invitation's interview, created with `state` if there is none.

    The interview returned may belong to another contact that was quicker.
    """
    values = _values(state, ring) | {"invitation_id": invitation_id, "contact_id": contact_id}
    new = insert(conn, interviews).values(**values)
    await conn.execute(new.on_conflict_do_nothing(index_elements=["invitation_id"]))
    found = await find_by_invitation(conn, ring, invitation_id)
    assert found is not None  # noqa: S101 - it was made above
    return found


async def find(conn: Connection, ring: Keyring, interview_id: int) -> Interview | None:
    """The interview with this number."""
    return await _one(conn, ring, _FIND, {"number": interview_id})


async def find_by_invitation(
    conn: Connection, ring: Keyring, invitation_id: int
) -> Interview | None:
    """The invitation's interview."""
    return await _one(conn, ring, _OF_INVITATION, {"number": invitation_id})


async def find_unfinished(conn: Connection, ring: Keyring, contact_id: int) -> Interview | None:
    """The contact's most recent unfinished interview."""
    which = (interviews.c.contact_id == contact_id, interviews.c.phase.in_(UNFINISHED))
    order = (interviews.c.updated_at.desc(), interviews.c.id.desc())
    return await _one(conn, ring, _QUERY.where(*which).order_by(*order).limit(1))


async def save(conn: Connection, ring: Keyring, interview_id: int, state: State) -> None:
    """Store the interview's current state, with encrypted texts."""
    await conn.execute(_SAVE, _values(state, ring) | {"number": interview_id})


async def hand_over(conn: Connection, interview_id: int, contact_id: int) -> None:
    """Let another contact continue the interview."""
    mine = update(interviews).where(interviews.c.id == interview_id)
    await conn.execute(mine.values(contact_id=contact_id))


async def abandon(conn: Connection, interview_id: int) -> None:
    """Delete an interview whose answers do not count, so that another contact can begin one."""
    await conn.execute(delete(interviews).where(interviews.c.id == interview_id))


def _values(state: State, ring: Keyring) -> dict[str, object]:
    plain = _with_texts(state.to_json(), ring.seal_words)
    return {"state": plain, "phase": state.phase, "updated_at": state.updated_at}


_QUERY: Select[Any] = (
    select(
        interviews,
        invitations.c.dossier_id,
        invitations.c.state.label("invitation_state"),
        contacts.c.status,
        func.coalesce(latest_consent(Purpose.SURVEY), false()).label("has_consent"),
    )
    .join_from(interviews, invitations, invitations.c.id == interviews.c.invitation_id)
    .join(contacts, contacts.c.id == interviews.c.contact_id)
)
_FIND = _QUERY.where(interviews.c.id == bindparam("number"))
_OF_INVITATION = _QUERY.where(interviews.c.invitation_id == bindparam("number"))
_SAVE = update(interviews).where(interviews.c.id == bindparam("number"))


def _with_texts(plain: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The state with the text of every answer encrypted or decrypted."""
    answers = {
        question: given if given["text"] is None else {**given, "text": change(given["text"])}
        for question, given in plain["answers"].items()
    }
    return {**plain, "answers": answers}


async def seal_plain(conn: Connection, ring: Keyring, after: int, limit: int) -> int | None:
    """Encrypt the texts that an earlier version kept in the clear, in at most `limit` interviews
    with a number above `after`; returns the last number, None at the end.
    """
    which = select(interviews.c.id, interviews.c.state).where(interviews.c.id > after)
    rows = (await conn.execute(which.order_by(interviews.c.id).limit(limit))).all()
    for number, plain in rows:
        sealed = _with_texts(plain, lambda text: text if is_sealed(text) else ring.seal_words(text))
        if sealed != plain:
            change = update(interviews).where(interviews.c.id == number)
            await conn.execute(change.values(state=sealed))
    return rows[-1].id if rows else None


async def _one(
    conn: Connection, ring: Keyring, query: Select[Any], params: Mapping[str, int] = NOTHING
) -> Interview | None:
    row = (await conn.execute(query, params)).one_or_none()
    return _interview(row, ring) if row else None


def _interview(row: Row[Any], ring: Keyring) -> Interview:
    plain = _with_texts(row.state, ring.open_words)
    return Interview(
        id=row.id,
        invitation_id=row.invitation_id,
        dossier_id=row.dossier_id,
        invitation_state=row.invitation_state,
        contact_id=row.contact_id,
        contact_status=row.status,
        has_consent=row.has_consent,
        state=State.from_json(plain),
    )
