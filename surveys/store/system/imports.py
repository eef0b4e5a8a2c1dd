"""Which files were taken in, by whom, and how much of them."""

from datetime import datetime

from sqlalchemy import update

from surveys.store.base.connection import Connection
from surveys.store.base.schema import imports


async def begin(
    conn: Connection, *, kind: str, file_name: str, sha256: str, at: datetime, actor: str
) -> int:
    """Write down that a file is being taken in; its number, for the rows that come from it."""
    new = imports.insert().values(
        kind=kind,
        file_name=file_name,
        sha256=sha256,
        accepted=0,
        rejected=0,
        imported_at=at,
        actor=actor,
    )
    result = await conn.execute(new)
    (number,) = result.inserted_primary_key or (0,)
    return int(number)


async def settle(conn: Connection, import_id: int, *, accepted: int, rejected: int) -> None:
    """Write down how it ended."""
    counts = {"accepted": accepted, "rejected": rejected}
    await conn.execute(update(imports).where(imports.c.id == import_id).values(**counts))
