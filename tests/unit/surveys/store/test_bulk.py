"""Rows added in bulk are read as if SQLAlchemy had written them one by one."""

from datetime import datetime

from sqlalchemy import select

from surveys.store.base.bulk import add_rows
from surveys.store.base.database import Database
from surveys.store.base.schema import dossiers
from tests.integration.rows import add_dossier, add_unit

NAMES = ("phone_sealed", "code", "unit_id", "channel", "status", "received_at", "due_at", "officer")


async def test_rows_keep_their_types_and_what_exists_stays(database: Database) -> None:
    """Times to the microsecond, bytes, accents, empty columns; in any order of the columns."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        await add_dossier(conn, unit, "cũ", officer="Hòa")
        common = {"unit_id": unit, "channel": "online", "status": 10}
        old = {**dict.fromkeys(NAMES), **common, "code": "cũ"}
        new = {**common, "code": "mới", "officer": 'Lê "Bình"', "phone_sealed": "gAAA="}
        new |= {"received_at": "2021-03-15T08:15:00", "due_at": "2021-03-16T08:15:00.000250"}
        columns = {name: [old[name], new[name]] for name in NAMES}
        assert await add_rows(conn, dossiers, columns) == 1
        assert await add_rows(conn, dossiers, {name: [] for name in NAMES}) == 0
        rows = {row["code"]: row for row in (await conn.execute(select(dossiers))).mappings()}
    assert (len(rows), rows["cũ"]["officer"], rows["cũ"]["channel"]) == (2, "Hòa", "in_person")
    assert {name: rows["mới"][name] for name in (*NAMES, "returned_at")} == {
        **new,
        "phone_sealed": b"gAAA=",
        "received_at": datetime(2021, 3, 15, 8, 15),
        "due_at": datetime(2021, 3, 16, 8, 15, 0, 250),
        "returned_at": None,
    }


async def test_a_moment_written_in_bulk_is_found_by_its_value(database: Database) -> None:
    """Stored in the same form, so that comparisons and indexes work."""
    moment = datetime(2021, 3, 15, 8, 15)
    async with database.write() as conn:
        row = {"unit_id": await add_unit(conn), "channel": "online", "status": 10, "code": "A"}
        row |= {"received_at": moment.isoformat()}
        await add_rows(conn, dossiers, {name: [value] for name, value in row.items()})
        found = await conn.scalar(select(dossiers.c.code).where(dossiers.c.received_at == moment))
    assert found == "A"
