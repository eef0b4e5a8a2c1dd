"""Writing dossiers many at a time, with what they were before and what they show now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, update

from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers
from surveys.store.dossiers.dossiers import procedure_ids
from surveys.store.results import evidence
from surveys.store.system import import_changes
from surveys.store.system.import_changes import Change

COLUMNS = tuple(
    column.name for column in dossiers.c if column.name not in {"id", "simulated", "import_id"}
)
"""What an import may say of a new dossier."""


@dataclass(slots=True, kw_only=True)
class Writes:
    """What is to be written of some dossiers. Rows name their `procedure`; its number is looked
    up when they are written."""

    new: list[dict[str, Any]] = field(default_factory=list)
    """Columns of dossiers that are not there yet; those not named are empty."""
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Number of a dossier → only the columns that change."""
    changes: list[Change] = field(default_factory=list)


async def write(conn: Connection, import_id: int, writes: Writes) -> None:
    """Write them all; a new dossier that is there by now stays as it is."""
    numbers = await _procedures(conn, [*writes.new, *writes.changed.values()])
    new = [_whole(_numbered(row, numbers), import_id) for row in writes.new]
    made: list[int] = []
    if new:
        insert = dossiers.insert().returning(dossiers.c.id)
        made = list((await conn.execute(insert, new)).scalars())
    await change(conn, writes.changed, numbers)
    await import_changes.record(conn, import_id, writes.changes)
    await evidence.refresh(conn, (*made, *writes.changed))


async def change(
    conn: Connection,
    rows: Mapping[int, Mapping[str, Any]],
    procedures: Mapping[str, int] | None = None,
) -> None:
    """Change these columns of the dossiers with these numbers."""
    if procedures is None:
        procedures = await _procedures(conn, rows.values())
    changed = {number: _numbered(row, procedures) for number, row in rows.items()}
    for names, alike in _alike(changed).items():
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        which = dossiers.c.id == bindparam("number")
        await conn.execute(update(dossiers).where(which).values(**values), alike)


async def _procedures(conn: Connection, rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return await procedure_ids(conn, {row["procedure"] for row in rows if row.get("procedure")})


def _numbered(row: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    found = dict(row)
    if "procedure" in found:
        name = found.pop("procedure")
        found["procedure_id"] = numbers[name] if name else None
    return found


def _whole(row: Mapping[str, Any], import_id: int) -> dict[str, Any]:
    return {name: row.get(name) for name in COLUMNS} | {"import_id": import_id}


def _alike(
    changed: Mapping[int, Mapping[str, Any]],
) -> dict[tuple[str, ...], Sequence[dict[str, Any]]]:
    """The changes of the same columns together: one statement for each."""
    found: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for number, row in changed.items():
        values = {f"new_{name}": value for name, value in row.items()}
        found[tuple(sorted(row))].append({"number": number, **values})
    return dict(found)
