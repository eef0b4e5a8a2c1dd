"""Bulk writes of dossiers, with their former values and their new evidence."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, bindparam, select, update

from surveys.store.base.bulk import add_rows
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers
from surveys.store.dossiers.dossiers import ensure_procedures
from surveys.store.results import evidence
from surveys.store.system import import_changes
from surveys.store.system.import_changes import Change

COLUMNS = tuple(column.name for column in dossiers.c if column.name not in {"id", "simulated"})
"""What an import says of a new dossier."""
MOMENTS = frozenset(column.name for column in dossiers.c if isinstance(column.type, DateTime))
SEALED = frozenset(name for name in COLUMNS if name.endswith("_sealed"))


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


def encode(writes: Writes, at_once: int) -> list[str]:
    """Split into chunks that can be staged, of `at_once` changed dossiers each; names and phones
    are encrypted."""
    new, changed = writes.new, list(writes.changed.items())
    of_code: defaultdict[str, list[Change]] = defaultdict(list)
    for one in writes.changes:
        of_code[one.subject].append(one)
    bodies = [_dump(new=new[at : at + NEW_AT_ONCE]) for at in range(0, len(new), NEW_AT_ONCE)]
    changes = list(of_code.values())
    for at in range(0, len(changed), at_once):
        told = [_told(one) for some in changes[at : at + at_once] for one in some]
        bodies.append(_dump(changed=changed[at : at + at_once], changes=told))
    return bodies


async def apply(conn: Connection, import_id: int, body: str) -> None:
    """Write a staged chunk; a new dossier that exists by now is left unchanged."""
    told = json.loads(body)
    new = told.get("new", ())
    changed = {number: _loaded(row) for number, row in told.get("changed", ())}
    numbers = await _procedures(conn, [*new, *changed.values()])
    if new:
        await _make(conn, [_numbered(row, numbers) | {"import_id": import_id} for row in new])
    await change(conn, changed, numbers)
    await import_changes.record(conn, import_id, [_change(one) for one in told.get("changes", ())])
    await evidence.refresh(conn, changed)


async def _make(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add dossiers that nothing refers to yet, so that their own rows suffice to derive their
    evidence.
    """
    await add_rows(conn, dossiers, COLUMNS, rows)
    mine = dossiers.c.import_id == rows[0]["import_id"]
    codes = [row["code"] for row in rows]
    query = select(dossiers.c.code, dossiers.c.id).where(dossiers.c.code.in_(codes), mine)
    numbers = {row.code: row.id for row in await conn.execute(query)}
    made = ((numbers[row["code"]], row) for row in rows if row["code"] in numbers)
    await evidence.add(conn, made)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _dump(**parts: object) -> str:
    return json.dumps(parts, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(value: object) -> str:
    """Times as ISO strings; encrypted bytes are ASCII."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("ascii")
    raise TypeError(type(value))


def _loaded(row: dict[str, Any]) -> dict[str, Any]:
    for name in MOMENTS & row.keys():
        row[name] = _moment(row[name])
    for name in SEALED & row.keys():
        row[name] = row[name] and row[name].encode()
    return row


def _told(one: Change) -> list[Any]:
    return [one.kind, one.subject, one.field, one.before, one.after, one.sealed]


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


async def change(
    conn: Connection,
    rows: Mapping[int, Mapping[str, Any]],
    procedures: Mapping[str, int] | None = None,
) -> None:
    """Change these columns of the dossiers with these ids."""
    if procedures is None:
        procedures = await _procedures(conn, rows.values())
    changed = {number: _numbered(row, procedures) for number, row in rows.items()}
    for names, alike in _alike(changed).items():
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        which = dossiers.c.id == bindparam("number")
        await conn.execute(update(dossiers).where(which).values(**values), alike)


async def _procedures(conn: Connection, rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return await ensure_procedures(conn, {row["procedure"] for row in rows if row.get("procedure")})


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
