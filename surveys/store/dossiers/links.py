"""Links to dossiers: a random token per link, of which only the hash is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from surveys.privacy import token_hash
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import links


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The dossier that a token opens, and until when."""

    dossier_id: int
    expires_at: datetime


async def make(
    conn: Connection, dossier_id: int, token: str, now: datetime, lasts: timedelta
) -> None:
    """Let `token` open the dossier until `now + lasts`."""
    values = {"token_hash": token_hash(token), "dossier_id": dossier_id}
    statement = insert(conn, links).values(**values, made_at=now, expires_at=now + lasts)
    await conn.execute(statement)


async def find(conn: Connection, token: str) -> Link | None:
    """The link of this token, expired ones included; None for an unknown token."""
    columns = links.c
    row = (
        await conn.execute(
            select(columns.dossier_id, columns.expires_at).where(
                columns.token_hash == token_hash(token)
            )
        )
    ).one_or_none()
    return Link(dossier_id=row.dossier_id, expires_at=row.expires_at) if row else None
