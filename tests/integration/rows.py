"""Rows for the tests of the store: a unit, a dossier, an answer, in one line each."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from surveys.privacy import is_sealed
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.results import responses
from tests.fakes.context import KEYS

NOW = datetime(2021, 6, 1, 3, 0, tzinfo=UTC)
DUE = datetime(2021, 5, 10, 17, 0)


async def add_unit(conn: Connection, code: str = "XA01", **columns: object) -> int:
    """A unit; returns its id."""
    row = {"code": code, "name": code, "name_key": code.lower(), "level": "xa", "block": "xa"}
    return await _add(conn, schema.units, row | columns)


async def add_dossier(conn: Connection, unit_id: int, code: str, **columns: object) -> int:
    """A dossier returned on the promised day unless `columns` say otherwise; returns its id."""
    row = {
        "code": code,
        "unit_id": unit_id,
        "channel": "in_person",
        "status": 10,
        "received_at": datetime(2021, 5, 3, 8, 0),
        "due_at": DUE,
        "finished_at": DUE,
        "returned_at": DUE,
    }
    return await _add(conn, schema.dossiers, row | columns)


async def answer(
    conn: Connection,
    dossier_id: int,
    question: str,
    option: str | None,
    **columns: Any,  # noqa: ANN401
) -> int:
    """One answer through the web channel; returns the response's id."""
    given = {
        "form": "phieu5",
        "form_version": "1",
        "channel": "web",
        "contact_id": None,
        "text": None,
        "revision": 1,
        "now": NOW,
    }
    return await responses.record_answer(
        conn, KEYS, dossier_id=dossier_id, question=question, option=option, **(given | columns)
    )


def opened(kept: str) -> str:
    """A text of an answer, which has to be sealed."""
    assert is_sealed(kept)
    return KEYS.open_words(kept)


async def evidence_of(conn: Connection, dossier_id: int) -> dict[str, Any]:
    """The stored evidence row of a dossier."""
    table = schema.dossier_evidence
    found = await conn.execute(select(table).where(table.c.dossier_id == dossier_id))
    return dict(found.mappings().one())


async def _add(conn: Connection, table: Any, row: dict[str, Any]) -> int:  # noqa: ANN401
    made = await conn.execute(insert(table).values(**row).returning(table.c.id))
    return int(made.scalar_one())
