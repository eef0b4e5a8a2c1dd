"""Undoes an import: deletes what it created, restores what it changed.

Dossiers and responses are removed in chunks after the undo is decided, so that no other writer
waits for long; everything else is one transaction. Refused if later imports build on it, or if
citizens or verifiers have used its dossiers since.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    delete,
    func,
    select,
    update,
)

from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    complaints,
    dossiers,
    import_changes,
    imports,
    loose_responses,
    responses,
    unit_aliases,
    unit_splits,
    units,
    verifications,
)
from surveys.store.base.schema import facts as fact_table
from surveys.store.base.schema import scores as score_table
from surveys.store.dossiers import dossiers as dossier_store
from surveys.store.dossiers import facts, scores
from surveys.store.dossiers import units as unit_store
from surveys.store.importing import answer_writes, dossier_removal, dossier_writes, staging
from surveys.store.results import evidence
from surveys.store.system import import_changes as history
from surveys.store.system import imports as import_store
from surveys.store.system.import_changes import Change
from surveys.store.system.imports import Import, ImportState

DATES = dossier_writes.MOMENTS
UNITS = ("unit", "received_by")
"""Fields of a dossier that name a unit by its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """How many things an undo deleted, and how many it restored."""

    removed: int
    restored: int


async def undo(conn: Connection, one: Import, keys: Keyring) -> Undone:
    """Undo an import whose state is `done`. Afterwards it is `undone`, or `undoing` as long as
    `applying.finish` has not removed what it made.

    Raises Refusal `imports.not_undoable`, `imports.built_on` (naming the later imports) or
    `imports.in_use`.
    """
    if one.state is not ImportState.DONE:
        raise Refusal(f"imports.not_undoable_{one.state}", id=one.id)
    later = await find_dependent_imports(conn, one.id)
    if later:
        named = ", ".join(f"{other.id} ({other.file_name})" for other in later)
        raise Refusal("imports.built_on", id=one.id, imports=named)
    done = await _restore(conn, one.id, keys)
    made = await _find_dossiers(conn, one.id)
    answered = await _find_responses(conn, one.id)
    chunks = dossier_removal.encode_removal(made) or answer_writes.encode_removal(answered)
    if chunks:
        await staging.decide_undo(conn, one.id, chunks)
    else:
        await import_store.mark(conn, one.id, ImportState.UNDONE)
    return Undone(removed=done.removed + len(made) + len(answered), restored=done.restored)


async def find_dependent_imports(conn: Connection, import_id: int) -> list[Import]:
    """The later imports, not undone, that changed what this one created or changed, by id."""
    mine, other = import_changes.alias(), import_changes.alias()
    same = (other.c.kind == mine.c.kind) & (other.c.subject == mine.c.subject)
    again = (
        select(other.c.import_id)
        .join_from(mine, other, same & (other.c.field == mine.c.field))
        .where(mine.c.import_id == import_id, other.c.import_id > import_id)
    )
    made = select(dossiers.c.code).where(dossiers.c.import_id == import_id)
    on_dossiers = select(import_changes.c.import_id).where(
        import_changes.c.import_id > import_id,
        import_changes.c.kind.in_((history.DOSSIER, history.STEPS)),
        import_changes.c.subject.in_(made),
    )
    numbers = select(dossiers.c.id).where(dossiers.c.import_id == import_id)
    answered = select(responses.c.import_id).where(
        responses.c.import_id > import_id, responses.c.dossier_id.in_(numbers)
    )
    found = again.union(on_dossiers, answered).subquery()
    standing = imports.c.state != ImportState.UNDONE
    rows = select(imports.c.id).where(imports.c.id.in_(select(found.c[0])), standing)
    return await import_store.find_many(conn, list((await conn.execute(rows)).scalars()))


async def _restore(conn: Connection, import_id: int, keys: Keyring) -> Undone:
    """Restore what was changed; a unit, steps, a fact or a score that were not there go again.

    Raises Refusal `imports.changed_answers`: an undo never changes an answer.
    """
    things: set[tuple[str, str]] = set()
    made: set[tuple[str, str]] = set()
    last = 0
    while some := await history.list_by_import(conn, import_id, after=last):
        last = max(some)
        kinds: defaultdict[str, list[Change]] = defaultdict(list)
        for change in some.values():
            kinds[change.kind].append(change)
            is_new = change.kind != history.DOSSIER and not change.before
            (made if is_new else things).add((change.kind, change.subject))
        if history.RESPONSE in kinds:
            raise Refusal("imports.changed_answers")
        for kind, changes in kinds.items():
            await _RESTORERS[kind](conn, changes, keys)
    return Undone(removed=len(made), restored=len(things))


async def _restore_dossiers(conn: Connection, changes: list[Change], keys: Keyring) -> None:
    numbers = await dossier_store.find_ids(conn, {change.subject for change in changes})
    codes = {code: number for code, (number, _) in (await unit_store.list_all(conn)).items()}
    rows: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for change in changes:
        rows[numbers[change.subject]] |= _columns(change, codes, keys)
    await dossier_writes.change(conn, rows)
    await evidence.refresh(conn, rows)


def _columns(change: Change, units_by_code: Mapping[str, int], keys: Keyring) -> dict[str, Any]:
    """The columns of a dossier with their values before the import."""
    name, before = change.field, change.before
    if name in UNITS:
        return {f"{name}_id": before and units_by_code[before]}
    if name == "filing":
        return {"channel": before}
    if name == "applicant":
        return {"applicant_sealed": change.sealed}
    if name == "phone":
        key = keys.phone_key(keys.unseal(change.sealed)) if change.sealed else None
        return {"phone_sealed": change.sealed, "phone_key": key}
    return {name: datetime.fromisoformat(before) if before and name in DATES else before}


async def _restore_steps(conn: Connection, changes: list[Change], _keys: Keyring) -> None:
    numbers = await dossier_store.find_ids(conn, {change.subject for change in changes})
    steps = {
        numbers[change.subject]: [dossier_store.step_from_json(one) for one in change.before or ()]
        for change in changes
    }
    await dossier_store.replace_steps(conn, steps)
    await evidence.refresh(conn, steps)


async def _restore_facts(conn: Connection, changes: list[Change], _keys: Keyring) -> None:
    codes = await unit_store.list_all(conn)
    for change in changes:
        unit, period, fact = change.subject.rsplit(" ", 2)
        key = (codes[unit][0], period, fact)
        await facts.set_back(conn, key, change.before)


async def _restore_scores(conn: Connection, changes: list[Change], _keys: Keyring) -> None:
    codes = await unit_store.list_all(conn)
    for change in changes:
        unit, period, stage, criterion = change.subject.rsplit(" ", 3)
        key = (codes[unit][0], period, stage, criterion)
        await scores.set_back(conn, key, tuple(change.before) if change.before else None)


async def _restore_units(conn: Connection, changes: list[Change], _keys: Keyring) -> None:
    """Restore changed units; delete created ones that nothing refers to."""
    old = [unit_store.unit_from_json(change.before) for change in changes if change.before]
    await unit_store.save(conn, old)
    made = {change.subject for change in changes if not change.before}
    known = await unit_store.list_all(conn)
    numbers = [number for code, (number, _) in known.items() if code in made]
    await conn.execute(update(units).where(units.c.id.in_(numbers)).values(parent_id=None))
    for table in (dossiers, fact_table, score_table, unit_aliases):
        await _require_unused(conn, table.c.unit_id.in_(numbers), table)
    await _require_unused(conn, units.c.parent_id.in_(numbers), units)
    await conn.execute(delete(unit_splits).where(unit_splits.c.unit_id.in_(numbers)))
    await _require_unused(conn, unit_splits.c.part_id.in_(numbers), unit_splits)
    await conn.execute(delete(units).where(units.c.id.in_(numbers)))


async def _find_dossiers(conn: Connection, import_id: int) -> list[int]:
    """The numbers of the dossiers that the import created, which must not be used since."""
    made = select(dossiers.c.id).where(dossiers.c.import_id == import_id)
    for table, is_use in dossier_removal.USES.items():
        await _require_unused(conn, table.c.dossier_id.in_(made) & is_use, table)
    return await dossier_removal.find_made(conn, import_id)


async def _find_responses(conn: Connection, import_id: int) -> list[int]:
    """The ids of the responses that the import created, which must not be used since."""
    cut_off = loose_responses.c.import_id == import_id
    await _require_unused(conn, cut_off, loose_responses)
    made = select(responses.c.id).where(responses.c.import_id == import_id)
    decided = complaints.c.response_id.in_(made) & answer_writes.is_in_use()
    await _require_unused(conn, decided, complaints)
    about = select(responses.c.dossier_id).where(responses.c.import_id == import_id)
    checked = verifications.c.dossier_id.in_(about)
    await _require_unused(conn, checked, verifications)
    return list((await conn.execute(made.order_by(responses.c.id))).scalars())


async def _require_unused(conn: Connection, which: ColumnElement[bool], table: Table) -> None:
    """Raises Refusal `imports.in_use` if rows of this table belong to what the import created."""
    count = await conn.scalar(select(func.count()).select_from(table).where(which))
    if count:
        raise Refusal(f"imports.in_use_{_USED_BY[table.name]}", count=count)


_USED_BY = {
    "invitations": "citizens",
    "links": "citizens",
    "contact_dossiers": "citizens",
    "responses": "citizens",
    "settled_dossiers": "cut_off",
    "loose_responses": "cut_off",
    "complaints": "officers",
    "verifications": "officers",
    "dossiers": "units",
    "facts": "units",
    "scores": "units",
    "units": "units",
    "unit_aliases": "units",
    "unit_splits": "units",
}
Restorer = Callable[[Connection, list[Change], Keyring], Awaitable[None]]
_RESTORERS: Mapping[str, Restorer] = {
    history.DOSSIER: _restore_dossiers,
    history.STEPS: _restore_steps,
    history.FACT: _restore_facts,
    history.SCORE: _restore_scores,
    history.UNIT: _restore_units,
}
