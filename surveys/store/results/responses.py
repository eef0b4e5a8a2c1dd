"""Responses and their answers: one response per dossier and form; answers are never deleted.

A changed answer is a new row; `latest` marks the current answer to a question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Insert,
    Row,
    and_,
    bindparam,
    exists,
    false,
    func,
    select,
    true,
    tuple_,
    update,
)

from surveys.criteria import QUESTIONS
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, insert_for
from surveys.store.base.schema import answers, dossiers, responses
from surveys.store.results import evidence

BATCH = 1_000

Standing = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResponse:
    """A complete response, e.g. from paper: option ids and texts by question id."""

    dossier_id: int
    form: str
    form_version: str
    channel: str
    answered_at: datetime
    options: Mapping[str, str]
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[int, str]:
        """The unique key of the response."""
        return self.dossier_id, self.form

    @property
    def said(self) -> dict[str, str]:
        """Question → option id or text."""
        return {**self.options, **self.texts}

    def sealed(self, ring: Keyring) -> "NewResponse":
        """The same with its texts encrypted, as they are stored."""
        return replace(
            self, texts={name: ring.seal_words(text) for name, text in self.texts.items()}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """The current state of a response; `said` is question → last option or text."""

    id: int
    channel: str
    from_contact: bool
    simulated: bool
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A dossier's id, and the days it was received and its result returned, if known."""

    id: int
    on: date | None
    returned_on: date | None = None


async def record_answer(
    conn: Connection,
    ring: Keyring,
    *,
    dossier_id: int,
    form: str,
    form_version: str,
    channel: str,
    contact_id: int | None,
    question: str,
    option: str | None,
    text: str | None,
    revision: int,
    now: datetime,
    simulated: bool = False,
    turned: bool = False,
) -> int:
    """Store one answer, its text encrypted, and update the dossier's evidence; returns the
    response's id.

    The first answer creates the response. Recording the same answer again changes nothing. An
    answer with neither option nor text withdraws the one before. A revision that is already taken
    (an interview begun again) becomes the next free one. `turned`: the options were shown in the
    reverse order.
    """
    place = {"in_dossier": dossier_id, "by_form": form, "to_question": question}
    sealed = None if text is None else ring.seal_words(text)
    if option is not None:
        given = {"option": option, "text": sealed, "revision": revision, "answered_at": now}
        quick = await conn.scalar(_FIRST_SAID, place | given | {"turned": turned})
        if quick is not None:
            await _refresh_if_counted(conn, dossier_id, question)
            return int(quick)
    before = (await conn.execute(_STANDING, place)).one_or_none()
    is_first = before is None
    if before is None:
        opening = {"form_version": form_version, "channel": channel, "contact_id": contact_id}
        key = {"dossier_id": dossier_id, "form": form, "answered_at": now, "simulated": simulated}
        await conn.execute(_opening(conn.dialect.name), opening | key)
        before = (await conn.execute(_STANDING, place)).one()
    said = {"option": option, "text": sealed, "turned": turned}
    if before.id is None or (before.option, _opened(ring, before.text)) != (option, text):
        await _append(conn, before, question, said, revision, now)
        revalued = await _revalue(conn, before, option)
        await _refresh_if_counted(conn, dossier_id, question, anyway=is_first or revalued)
    return int(before.response_id)


async def finish(conn: Connection, *, dossier_id: int, form: str, now: datetime) -> None:
    """Store when the citizen finished; a response counts from its first answer on anyway."""
    which = (responses.c.dossier_id == dossier_id, responses.c.form == form)
    unfinished = responses.c.finished_at.is_(None)
    await conn.execute(update(responses).where(*which, unfinished).values(finished_at=now))


async def finished_at(conn: Connection, dossier_id: int, form: str) -> datetime | None:
    """When the citizen was done with this form about this dossier."""
    which = (responses.c.dossier_id == dossier_id, responses.c.form == form)
    ended: datetime | None = await conn.scalar(select(responses.c.finished_at).where(*which))
    return ended


async def add_many(
    conn: Connection, new: Sequence[NewResponse], import_id: int | None = None
) -> dict[tuple[int, str], int]:
    """Store new sealed responses of this import, and leave those that exist unchanged; returns the
    ids of the new ones by key. The caller refreshes the evidence.
    """
    ids: dict[tuple[int, str], int] = {}
    for start in range(0, len(new), BATCH):
        ids |= await _add(conn, new[start : start + BATCH], import_id)
    return ids


async def find_stored(
    conn: Connection, ring: Keyring, keys: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], StoredResponse]:
    """The existing responses for these (dossier, form) pairs."""
    found: dict[tuple[int, str], StoredResponse] = {}
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), BATCH):
        found |= await _stored(conn, ring, wanted[start : start + BATCH])
    return found


async def find_dossiers(conn: Connection, codes: Iterable[str]) -> dict[str, Filed]:
    """The dossiers with these codes, as far as they exist."""
    names = ("code", "id", "received_at", "returned_at")
    columns = [dossiers.c[name] for name in names]
    found: dict[str, Filed] = {}
    wanted = sorted(set(codes))
    for start in range(0, len(wanted), BATCH):
        chunk = wanted[start : start + BATCH]
        rows = await conn.execute(select(*columns).where(dossiers.c.code.in_(chunk)))
        for code, number, *moments in rows:
            on, returned_on = (at and at.date() for at in moments)
            found[code] = Filed(id=number, on=on, returned_on=returned_on)
    return found


_STANDING = (
    select(
        responses.c.id.label("response_id"),
        responses.c.valid,
        *(answers.c[name] for name in ("id", "revision", "option", "text")),
    )
    .join_from(
        responses,
        answers,
        and_(
            answers.c.response_id == responses.c.id,
            answers.c.question == bindparam("to_question"),
            answers.c.latest,
        ),
        isouter=True,
    )
    .where(
        responses.c.dossier_id == bindparam("in_dossier"), responses.c.form == bindparam("by_form")
    )
)
"""A response, and the current answer to one of its questions, if there is one."""
_SAID = ("revision", "option", "text", "answered_at", "turned")
_STATED = exists().where(
    answers.c.response_id == responses.c.id,
    answers.c.question == bindparam("to_question"),
    answers.c.latest,
)
_FIRST_SAID = (
    answers.insert()
    .from_select(
        ["response_id", "question", *_SAID, "latest"],
        select(
            responses.c.id,
            bindparam("to_question", type_=answers.c.question.type),
            *(bindparam(name, type_=answers.c[name].type) for name in _SAID),
            true(),
        ).where(
            responses.c.dossier_id == bindparam("in_dossier"),
            responses.c.form == bindparam("by_form"),
            responses.c.valid,
            ~_STATED,
        ),
    )
    .returning(answers.c.response_id)
)
"""The ordinary answer in one statement: to a valid response, to a question not answered yet."""
_OUTDATE = update(answers).where(answers.c.id == bindparam("number")).values(latest=false())
_ANSWER = answers.insert().values(latest=true())
_REVALUE = (
    update(responses)
    .where(responses.c.id == bindparam("number"))
    .values(
        valid=select(
            exists().where(
                answers.c.response_id == bindparam("number"),
                answers.c.latest,
                answers.c.option.is_not(None),
            )
        ).scalar_subquery()
    )
)


@cache
def _opening(dialect: str) -> Insert:
    new = insert_for(dialect, responses).values(valid=false())
    return new.on_conflict_do_nothing(index_elements=["dossier_id", "form"])


async def _refresh_if_counted(
    conn: Connection, dossier_id: int, question: str, *, anyway: bool = False
) -> None:
    """Refresh the dossier's evidence if the answer affects it."""
    if anyway or question in QUESTIONS:
        await evidence.refresh(conn, [dossier_id])


async def _append(
    conn: Connection,
    before: Standing,
    question: str,
    said: Mapping[str, str | bool | None],
    revision: int,
    now: datetime,
) -> None:
    """Add the answer, which is then the current one."""
    if before.id is not None:
        revision = max(revision, before.revision + 1)
        await conn.execute(_OUTDATE, {"number": before.id})
    row = {"response_id": before.response_id, "question": question, "revision": revision}
    await conn.execute(_ANSWER, {**row, **said, "answered_at": now})


def _opened(ring: Keyring, kept: str | None) -> str | None:
    return None if kept is None else ring.open_words(kept)


async def _revalue(conn: Connection, before: Standing, option: str | None) -> bool:
    """Whether the answer may have changed the validity of the response."""
    if (option is not None) == before.valid:
        return False
    await conn.execute(_REVALUE, {"number": before.response_id})
    return True


async def _add(
    conn: Connection, new: Sequence[NewResponse], import_id: int | None
) -> dict[tuple[int, str], int]:
    opening = insert(conn, responses).on_conflict_do_nothing(index_elements=["dossier_id", "form"])
    made = opening.returning(responses.c.dossier_id, responses.c.form, responses.c.id)
    wanted = [_response_row(one) | {"import_id": import_id} for one in new]
    rows = (await conn.execute(made, wanted)).all()
    ids = {(dossier_id, form): response_id for dossier_id, form, response_id in rows}
    given = [row for one in new if one.key in ids for row in _answer_rows(one, ids[one.key])]
    if given:
        await conn.execute(answers.insert(), given)
    return ids


def _response_row(new: NewResponse) -> dict[str, object]:
    return {
        "dossier_id": new.dossier_id,
        "form": new.form,
        "form_version": new.form_version,
        "channel": new.channel,
        "contact_id": None,
        "answered_at": new.answered_at,
        "finished_at": new.answered_at,
        "valid": bool(new.options),
        "simulated": False,
    }


def _answer_rows(new: NewResponse, response_id: int) -> list[dict[str, object]]:
    """One row per question, revisions counted from 1 in the order of the form."""
    return [
        {
            "response_id": response_id,
            "question": question,
            "revision": number,
            "option": new.options.get(question),
            "text": new.texts.get(question),
            "answered_at": new.answered_at,
            "latest": True,
        }
        for number, question in enumerate(new.said, start=1)
    ]


async def _stored(
    conn: Connection, ring: Keyring, keys: list[tuple[int, str]]
) -> dict[tuple[int, str], StoredResponse]:
    names = ("id", "dossier_id", "form", "channel", "contact_id", "simulated")
    wanted = tuple_(responses.c.dossier_id, responses.c.form).in_(keys)
    rows = (await conn.execute(select(*(responses.c[n] for n in names)).where(wanted))).all()
    said = await _said(conn, ring, [row.id for row in rows])
    return {
        (row.dossier_id, row.form): StoredResponse(
            id=row.id,
            channel=row.channel,
            from_contact=row.contact_id is not None,
            simulated=row.simulated,
            said=said.get(row.id, {}),
        )
        for row in rows
    }


async def _said(conn: Connection, ring: Keyring, ids: list[int]) -> dict[int, dict[str, str]]:
    value = func.coalesce(answers.c.option, answers.c.text)
    chosen = select(answers.c.response_id, answers.c.question, answers.c.option, answers.c.text)
    which = (answers.c.response_id.in_(ids), answers.c.latest, value.is_not(None))
    found: dict[int, dict[str, str]] = {}
    for response_id, question, option, kept in await conn.execute(chosen.where(*which)):
        found.setdefault(response_id, {})[question] = option or ring.open_words(kept)
    return found
