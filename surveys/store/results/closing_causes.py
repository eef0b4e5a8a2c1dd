"""What happened to dossiers, facts and scores after a closing, as far as a figure may follow."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import func, select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    complaints,
    dossier_evidence,
    dossiers,
    import_changes,
    imports,
    invitations,
    responses,
    units,
    verifications,
)
from surveys.store.dossiers.in_period import returned_in

AT_ONCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterAnswer:
    """A choice; `number` of its row, `import_id` if a file brought the response."""

    dossier_id: int
    number: int
    form: str
    channel: str
    import_id: int | None
    question: str
    option: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterDecision:
    """A verifier's decision (outcome codes); `number` of its row."""

    dossier_id: int
    number: int
    criterion: str
    raw_outcome: int
    outcome: int
    action: str
    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterChange:
    """A field that an import changed. `subject` is, or begins with, the code of a dossier or
    unit.
    """

    import_id: int
    kind: str
    subject: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterImport:
    """An import by its number."""

    id: int
    kind: str
    file_name: str
    actor: str
    imported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterSent:
    """How many invitations about a unit's dossiers were issued (or delivered), and the last one."""

    count: int
    last: datetime


async def count_sent(
    conn: Connection, period: Period, since: datetime
) -> dict[tuple[str, str], LaterSent]:
    """Unit and `issued` or `delivered` → the invitations about the period's dossiers since then."""
    found: dict[tuple[str, str], LaterSent] = {}
    for name in ("issued", "delivered"):
        at = invitations.c[f"{name}_at"]
        query = (
            select(units.c.code, func.count(), func.max(at))
            .select_from(dossier_evidence)
            .join(units, units.c.id == dossier_evidence.c.unit_id)
            .join(invitations, invitations.c.dossier_id == dossier_evidence.c.dossier_id)
            .where(returned_in(period), at > since)
            .group_by(units.c.code)
        )
        for unit, count, last in await conn.execute(query):
            found[unit, name] = LaterSent(count=count, last=last)
    return found


async def list_answers(conn: Connection, dossier_ids: Collection[int]) -> list[LaterAnswer]:
    """Every choice about these dossiers, oldest first."""
    names = ("question", "option", "answered_at")
    chosen = select(
        responses.c.dossier_id,
        answers.c.id.label("number"),
        *(responses.c[name] for name in ("form", "channel", "import_id")),
        *(answers.c[name] for name in names),
    ).join_from(answers, responses, responses.c.id == answers.c.response_id)
    found: list[LaterAnswer] = []
    for some in _batches(sorted(dossier_ids)):
        which = chosen.where(responses.c.dossier_id.in_(some)).order_by(answers.c.id)
        found += [LaterAnswer(**row) for row in (await conn.execute(which)).mappings()]
    return found


async def list_decisions(conn: Connection, dossier_ids: Collection[int]) -> list[LaterDecision]:
    """Every decision about these dossiers, oldest first."""
    names = ("dossier_id", "criterion", "raw_outcome", "outcome", "action", "reason", "officer")
    columns = [verifications.c[name] for name in (*names, "at")]
    chosen = select(verifications.c.id.label("number"), *columns)
    found: list[LaterDecision] = []
    for some in _batches(sorted(dossier_ids)):
        which = chosen.where(verifications.c.dossier_id.in_(some)).order_by(verifications.c.id)
        found += [LaterDecision(**row) for row in (await conn.execute(which)).mappings()]
    return found


async def find_makers(conn: Connection, dossier_ids: Collection[int]) -> dict[int, int]:
    """The import that made each of these dossiers, as far as one did."""
    found: dict[int, int] = {}
    for some in _batches(sorted(dossier_ids)):
        chosen = select(dossiers.c.id, dossiers.c.import_id).where(dossiers.c.id.in_(some))
        rows = await conn.execute(chosen.where(dossiers.c.import_id.is_not(None)))
        found |= {row.id: row.import_id for row in rows}
    return found


async def find_references(conn: Connection, dossier_ids: Collection[int]) -> dict[int, list[str]]:
    """The codes of the complaints about these dossiers."""
    found: dict[int, list[str]] = {}
    chosen = select(responses.c.dossier_id, complaints.c.reference).join_from(
        complaints, responses, responses.c.id == complaints.c.response_id
    )
    for some in _batches(sorted(dossier_ids)):
        for number, reference in await conn.execute(chosen.where(responses.c.dossier_id.in_(some))):
            found.setdefault(number, []).append(reference)
    return found


async def list_changes(conn: Connection, import_ids: Collection[int]) -> list[LaterChange]:
    """Everything that these imports changed, in order."""
    names = ("import_id", "kind", "subject", "field", "before", "after")
    chosen = select(*(import_changes.c[name] for name in names))
    found: list[LaterChange] = []
    for some in _batches(sorted(import_ids)):
        which = chosen.where(import_changes.c.import_id.in_(some)).order_by(import_changes.c.id)
        found += [LaterChange(**row) for row in (await conn.execute(which)).mappings()]
    return found


async def find_imports(conn: Connection, numbers: Collection[int]) -> dict[int, LaterImport]:
    """These imports by number."""
    names = ("id", "kind", "file_name", "actor", "imported_at")
    chosen = select(*(imports.c[name] for name in names))
    found: dict[int, LaterImport] = {}
    for some in _batches(sorted(numbers)):
        rows = (await conn.execute(chosen.where(imports.c.id.in_(some)))).mappings()
        found |= {row["id"]: LaterImport(**row) for row in rows}
    return found


def _batches(numbers: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(numbers)
    while some := list(islice(rest, AT_ONCE)):
        yield some
