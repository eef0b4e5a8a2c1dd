"""Answers to pushed requests, kept by their Idempotency-Key: a repeated request has no effect."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from surveys.store.base.connection import Connection
from surveys.store.base.schema import api_requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request that was answered before."""

    body_hash: str
    status: int
    answer: str


async def find(conn: Connection, token_id: int, key: str) -> Answered | None:
    """The request of this system with this key."""
    columns = (api_requests.c.body_hash, api_requests.c.status, api_requests.c.answer)
    mine = (api_requests.c.token_id == token_id, api_requests.c.key == key)
    row = (await conn.execute(select(*columns).where(*mine))).one_or_none()
    return row and Answered(body_hash=row.body_hash, status=row.status, answer=row.answer)


async def keep(conn: Connection, token_id: int, key: str, answered: Answered, at: datetime) -> None:
    """Keep an answer, in the transaction of its effects."""
    new = api_requests.insert().values(
        token_id=token_id,
        key=key,
        body_hash=answered.body_hash,
        status=answered.status,
        answer=answered.answer,
        at=at,
    )
    await conn.execute(new)


async def forget(conn: Connection, before: datetime) -> int:
    """Delete the answers from before this moment."""
    return (await conn.execute(delete(api_requests).where(api_requests.c.at < before))).rowcount
