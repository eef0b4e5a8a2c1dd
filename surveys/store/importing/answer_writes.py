"""Bulk writes of imported responses, with their complaints, former answers and evidence; and their
removal when the import is undone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, delete, exists, false, or_, select, tuple_, update

from surveys.store.base.connection import Connection
from surveys.store.base.schema import answers, petitions
from surveys.store.base.schema import complaints as complaint_table
from surveys.store.base.schema import responses as response_table
from surveys.store.personal_data import unlinking
from surveys.store.results import complaints, evidence, responses
from surveys.store.results.responses import NewResponse
from surveys.store.system import import_changes
from surveys.store.system.import_changes import Change

AT_ONCE = 500
"""The number of responses in a chunk."""
Key = tuple[int, str]
"""Id of the dossier, and form: one response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseWrite:
    """The pending write of one response, and what follows from its answers."""

    response: NewResponse
    """Sealed. Of a response that exists: only the answers that change."""
    is_new: bool
    emptied: Sequence[str] = ()
    """Questions that are no longer answered."""
    opened: Sequence[str] = ()
    """Kinds of complaints to open."""
    withdrawn: Sequence[str] = ()
    """Kinds of complaints that are no longer reported."""
    history: Sequence[Change] = ()


@dataclass(slots=True, kw_only=True)
class Writes:
    """The pending writes of some responses."""

    opened_at: datetime
    due_on: date
    """The day by which complaints opened here are to be verified."""
    items: list[ResponseWrite] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Responses to remove, by their ids."""

    removed: Sequence[int]


def encode_removal(numbers: Sequence[int]) -> list[str]:
    """Split the ids of responses to remove into chunks that can be staged."""
    parts = (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))
    return [msgspec.json.encode(Removal(removed=part)).decode() for part in parts]


def encode(writes: Writes) -> list[str]:
    """Split into chunks that can be staged."""
    starts = range(0, len(writes.items), AT_ONCE)
    parts = (replace(writes, items=writes.items[at : at + AT_ONCE]) for at in starts)
    return [msgspec.json.encode(part).decode() for part in parts]


async def apply(conn: Connection, import_id: int, body: str) -> None:
    """Write a staged chunk. A response that exists by now although it was new, and one about a
    dossier whose answers were cut off since, are left unchanged.
    """
    writes = msgspec.json.decode(body, type=Writes)
    done = await _write(conn, import_id, await _still_linked(conn, writes.items))
    withdrawn = [(number, kind) for number, one in done.items() for kind in one.withdrawn]
    await complaints.withdraw_many(conn, withdrawn)
    opened = [(number, kind) for number, one in done.items() for kind in one.opened]
    await complaints.open_many(conn, opened, now=writes.opened_at, due_on=writes.due_on)
    history = [change for one in done.values() for change in one.history]
    await import_changes.record(conn, import_id, history)
    await evidence.refresh(conn, (one.response.dossier_id for one in done.values()))


async def remove(conn: Connection, import_id: int, body: str) -> None:
    """Remove the responses of a staged chunk; those that citizens or officers used since the undo
    was decided are left unchanged.
    """
    numbers = msgspec.json.decode(body, type=Removal).removed
    columns = response_table.c
    query = select(columns.id, columns.dossier_id).where(
        columns.id.in_(numbers),
        columns.import_id == import_id,
        ~exists().where(complaint_table.c.response_id == columns.id, is_in_use()),
        ~exists().where(petitions.c.response_id == columns.id),
    )
    found = dict((await conn.execute(query)).all())
    for table in (complaint_table, answers):
        await conn.execute(delete(table).where(table.c.response_id.in_(found)))
    await conn.execute(delete(response_table).where(columns.id.in_(found)))
    await evidence.refresh(conn, found.values())


def is_in_use() -> ColumnElement[bool]:
    """Whether a complaint was decided, or is part of a petition."""
    columns = complaint_table.c
    return or_(columns.decided_at.is_not(None), columns.formal_at.is_not(None))


async def _still_linked(conn: Connection, items: Sequence[ResponseWrite]) -> list[ResponseWrite]:
    numbers = {one.response.dossier_id for one in items}
    settled = await unlinking.find_settled(conn, numbers)
    return [one for one in items if one.response.dossier_id not in settled]


async def _write(
    conn: Connection, import_id: int, items: Sequence[ResponseWrite]
) -> dict[int, ResponseWrite]:
    """Write the responses and their answers; returns those that were written by their id."""
    made = await responses.add_many(conn, [one.response for one in items if one.is_new], import_id)
    there = await _find_imported(conn, [one.response.key for one in items if not one.is_new])
    new = {made[one.response.key]: one for one in items if one.is_new and one.response.key in made}
    changed = {
        there[one.response.key]: one
        for one in items
        if not one.is_new and one.response.key in there
    }
    await _restate(conn, changed)
    return new | changed


async def _find_imported(conn: Connection, keys: Collection[Key]) -> dict[Key, int]:
    """The ids of those of the responses that no citizen gave through the bot."""
    columns = response_table.c
    query = select(columns.dossier_id, columns.form, columns.id).where(
        tuple_(columns.dossier_id, columns.form).in_(keys),
        columns.contact_id.is_(None),
        columns.simulated == false(),
    )
    return {(dossier, form): number for dossier, form, number in await conn.execute(query)}


async def _restate(conn: Connection, changed: Mapping[int, ResponseWrite]) -> None:
    """Add a revision of each changed answer, which is then the current one."""
    if not changed:
        return
    query = select(answers.c.response_id, answers.c.question, answers.c.revision).where(
        answers.c.response_id.in_(changed), answers.c.latest
    )
    last = {(number, name): revision for number, name, revision in await conn.execute(query)}
    rows = [row for number, one in changed.items() for row in _revisions(number, one, last)]
    given = [{"of_response": row["response_id"], "to_question": row["question"]} for row in rows]
    await conn.execute(_OUTDATE, given)
    await conn.execute(answers.insert(), rows)
    await conn.execute(_REVALUE.where(response_table.c.id.in_(changed)))


def _revisions(
    number: int, one: ResponseWrite, last: Mapping[tuple[int, str], int]
) -> list[dict[str, Any]]:
    return [
        {
            "response_id": number,
            "question": question,
            "revision": last.get((number, question), 0) + 1,
            "option": one.response.options.get(question),
            "text": one.response.texts.get(question),
            "answered_at": one.response.answered_at,
            "latest": True,
        }
        for question in (*one.response.said, *one.emptied)
    ]


_OUTDATE = (
    update(answers)
    .where(
        answers.c.response_id == bindparam("of_response"),
        answers.c.question == bindparam("to_question"),
        answers.c.latest,
    )
    .values(latest=False)
)
_REVALUE = update(response_table).values(
    valid=exists().where(
        answers.c.response_id == response_table.c.id,
        answers.c.latest,
        answers.c.option.is_not(None),
    )
)
