"""The changes of imports: every field with its former value, so that it can be shown and undone.

Dossiers and responses that an import created are not recorded here: their own rows name the import.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.schema import import_changes, imports

AT_ONCE = 2_000
DOSSIER, STEPS, RESPONSE = "dossier", "steps", "response"
"""Kinds of changes whose subject is, or begins with, the code of a dossier."""
UNIT, FACT, SCORE = "unit", "fact", "score"
"""Kinds of changes whose subject is, or begins with, the code of a unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed field of one thing; `before` and `after` are plain JSON, None: no value.

    If the field identifies a person, both are None and `sealed` is the encrypted former value.
    """

    kind: str
    subject: str
    field: str
    before: Any = None
    after: Any = None
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastChange:
    """A change with the import that made it."""

    change: Change
    import_id: int
    file_name: str
    at: datetime
    actor: str
    undone: bool


async def record(conn: Connection, import_id: int, changes: Sequence[Change]) -> None:
    """Store these changes of an import, in the transaction that makes them."""
    for start in range(0, len(changes), AT_ONCE):
        some = changes[start : start + AT_ONCE]
        rows = [{"import_id": import_id, **_row(change)} for change in some]
        await conn.execute(import_changes.insert(), rows)


async def list_by_subject(conn: Connection, kind: str, subject: str) -> list[PastChange]:
    """Every change that imports made to one thing, oldest first."""
    told = ("file_name", "imported_at", "actor", "state")
    chosen = select(import_changes, *(imports.c[name] for name in told)).join_from(
        import_changes, imports, imports.c.id == import_changes.c.import_id
    )
    which = (import_changes.c.kind == kind, import_changes.c.subject == subject)
    rows = await conn.execute(chosen.where(*which).order_by(import_changes.c.id))
    return [
        PastChange(
            change=_change(row),
            import_id=row["import_id"],
            file_name=row["file_name"],
            at=row["imported_at"],
            actor=row["actor"],
            undone=row["state"] == "undone",
        )
        for row in rows.mappings()
    ]


async def list_by_import(conn: Connection, import_id: int, after: int = 0) -> dict[int, Change]:
    """A batch of a few thousand changes of an import by id, after the id `after`."""
    chosen = select(import_changes).where(
        import_changes.c.import_id == import_id, import_changes.c.id > after
    )
    rows = await conn.execute(chosen.order_by(import_changes.c.id).limit(AT_ONCE))
    return {row["id"]: _change(row) for row in rows.mappings()}


async def count_by_field(conn: Connection, import_id: int) -> list[tuple[str, str, int]]:
    """Kind, field, and the number of changes by an import."""
    keys = (import_changes.c.kind, import_changes.c.field)
    chosen = select(*keys, func.count()).where(import_changes.c.import_id == import_id)
    rows = await conn.execute(chosen.group_by(*keys).order_by(*keys))
    return [(kind, field, count) for kind, field, count in rows]


async def forget_sealed(conn: Connection, codes: Select[tuple[str]]) -> None:
    """Delete the former values that identify the people who filed these dossiers."""
    which = (import_changes.c.kind == DOSSIER, import_changes.c.subject.in_(codes))
    await conn.execute(update(import_changes).where(*which).values(sealed=None))


async def forget_words(conn: Connection, questions: Collection[str]) -> None:
    """Delete the words that an earlier version kept of answers to these text questions."""
    its = import_changes.c
    held = or_(its.before.is_not(None), its.after.is_not(None))
    words = update(import_changes).where(its.kind == RESPONSE, its.field.in_(questions), held)
    await conn.execute(words.values(before=None, after=None))


def _row(change: Change) -> dict[str, Any]:
    names = ("kind", "subject", "field", "before", "after", "sealed")
    return {name: getattr(change, name) for name in names}


def _change(row: Mapping[Any, Any]) -> Change:
    names = ("kind", "subject", "field", "before", "after", "sealed")
    return Change(**{name: row[name] for name in names})
