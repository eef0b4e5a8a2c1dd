"""Bulk writes of dossiers, with their former values and their new evidence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from typing import Any

import msgspec
from sqlalchemy import DateTime, bindparam, func, select, update

from surveys.store.base.bulk import add_rows
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers
from surveys.store.dossiers.dossiers import ensure_procedures
from surveys.store.results import evidence
from surveys.store.system import import_changes
from surveys.store.system.import_changes import Change

MOMENTS = frozenset(column.name for column in dossiers.c if isinstance(column.type, DateTime))
SEALED = frozenset(column.name for column in dossiers.c if column.name.endswith("_sealed"))


@dataclass(slots=True, kw_only=True)
class Writes:
    """The pending writes of some dossiers. Rows have the name of their `procedure`; its id is
    looked up when they are written.
    """

    new: list[dict[str, Any]] = field(default_factory=list)
    """Columns of dossiers that are not there yet; those not named are empty."""
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Number of a dossier → only the columns that change."""
    changes: list[Change] = field(default_factory=list)


NEW_AT_ONCE = 1_000
"""At most this number of new dossiers is written by one statement: about 30 ms."""
Lists = dict[str, list[Any]]
"""Column → its value in each row."""


def encode(writes: Writes, at_once: int) -> list[str]:
    """Split into chunks that can be staged, of `at_once` changed dossiers each; names and phones
    are encrypted.
    """
    new, changed = writes.new, list(writes.changed.items())
    of_code: defaultdict[str, list[Change]] = defaultdict(list)
    for one in writes.changes:
        of_code[one.subject].append(one)
    parts = (new[at : at + NEW_AT_ONCE] for at in range(0, len(new), NEW_AT_ONCE))
    bodies = [_dump({"new": _columns(rows)}) for rows in parts]
    changes = list(of_code.values())
    for at in range(0, len(changed), at_once):
        told = [_told(one) for some in changes[at : at + at_once] for one in some]
        rows = [(number, _plain(row)) for number, row in changed[at : at + at_once]]
        bodies.append(_dump({"changed": rows, "changes": told}))
    return bodies


async def apply(conn: Connection, import_id: int, body: str) -> None:
    """Write a staged chunk; a new dossier that exists by now is left unchanged."""
    told = msgspec.json.decode(body)
    if new := told.get("new"):
        await _make(conn, import_id, new)
    changed = {number: _loaded(row) for number, row in told.get("changed", ())}
    await change(conn, changed)
    await import_changes.record(conn, import_id, [_change(one) for one in told.get("changes", ())])
    await evidence.refresh(conn, changed)


async def _make(conn: Connection, import_id: int, rows: Lists) -> None:
    """Add dossiers that nothing refers to yet, so that their own rows suffice to derive their
    evidence.
    """
    if names := rows.pop("procedure", None):
        numbers = await ensure_procedures(conn, set(filter(None, names)))
        rows["procedure_id"] = [name and numbers[name] for name in names]
    rows["import_id"] = [import_id] * len(rows["code"])
    last = await conn.scalar(select(func.max(dossiers.c.id))) or 0
    added, codes = await add_rows(conn, dossiers, rows), rows["code"]
    if added == len(codes) and conn.dialect.name == "sqlite":  # it numbers them one by one
        await evidence.add(conn, range(last + 1, last + 1 + added), rows)
        return
    mine = (dossiers.c.id > last, dossiers.c.import_id == import_id)
    query = select(dossiers.c.code, dossiers.c.id).where(*mine)
    made = dict((await conn.execute(query)).all())
    if added < len(codes):
        rows = {
            name: [*compress(values, map(made.__contains__, codes))]
            for name, values in rows.items()
        }
    await evidence.add(conn, [made[code] for code in rows["code"]], rows)


def _columns(rows: Sequence[Mapping[str, Any]]) -> Lists:
    """The columns that at least one of the rows names."""
    names = sorted(set().union(*rows))
    found = {name: [row.get(name) for row in rows] for name in names}
    for name in SEALED & found.keys():
        found[name] = [value and value.decode() for value in found[name]]
    return found


def _dump(parts: Mapping[str, Any]) -> str:
    return msgspec.json.encode(parts).decode()


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON knows it: encrypted bytes are ASCII."""
    return {
        name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()
    }


def _loaded(row: dict[str, Any]) -> dict[str, Any]:
    for name in MOMENTS & row.keys():
        row[name] = row[name] and datetime.fromisoformat(row[name])
    for name in SEALED & row.keys():
        row[name] = row[name] and row[name].encode()
    return row


def _told(one: Change) -> list[Any]:
    sealed = one.sealed and one.sealed.decode()
    return [one.kind, one.subject, one.field, one.before, one.after, sealed]


def _change(told: Sequence[Any]) -> Change:
    kind, subject, field_, before, after, sealed = told
    return Change(
        kind=kind,
        subject=subject,
        field=field_,
        before=before,
        after=after,
        sealed=sealed and sealed.encode(),
    )


async def change(conn: Connection, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Change these columns of the dossiers with these ids."""
    named = {row["procedure"] for row in rows.values() if row.get("procedure")}
    procedures = await ensure_procedures(conn, named)
    changed = {number: _numbered(row, procedures) for number, row in rows.items()}
    for names, alike in _alike(changed).items():
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        which = dossiers.c.id == bindparam("number")
        await conn.execute(update(dossiers).where(which).values(**values), alike)


def _numbered(row: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    found = dict(row)
    if "procedure" in found:
        name = found.pop("procedure")
        found["procedure_id"] = numbers[name] if name else None
    return found


def _alike(
    changed: Mapping[int, Mapping[str, Any]],
) -> dict[tuple[str, ...], Sequence[dict[str, Any]]]:
    """Group the changes by the columns they set: one statement per group."""
    found: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for number, row in changed.items():
        values = {f"new_{name}": value for name, value in row.items()}
        found[tuple(sorted(row))].append({"number": number, **values})
    return dict(found)
