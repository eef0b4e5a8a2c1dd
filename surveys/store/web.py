"""What the web page shows: the far end of the web channel, kept so that a reload loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from surveys.store.database import insert
from surveys.store.schema import web_messages


class Author(StrEnum):
    """Whose bubble it is."""

    CITIZEN = "citizen"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebMessage:
    """One bubble; `body` has `text` and, from the bot, `buttons`."""

    id: int
    author: Author
    body: dict[str, Any]
    at: datetime


async def add(
    conn: AsyncConnection,
    *,
    chat_key: str,
    author: Author,
    body: dict[str, Any],
    at: datetime,
    event_key: str | None = None,
) -> int | None:
    """Add a bubble and return its id; None when `event_key` is there already."""
    values = {"chat_key": chat_key, "author": author, "body": body, "at": at}
    statement = (
        insert(conn, web_messages)
        .values(**values, event_key=event_key)
        .on_conflict_do_nothing()
        .returning(web_messages.c.id)
    )
    number: int | None = (await conn.execute(statement)).scalar_one_or_none()
    return number


async def after(
    conn: AsyncConnection, chat_key: str, last_id: int, limit: int = 500
) -> Sequence[WebMessage]:
    """The bubbles of one chat behind `last_id`, oldest first."""
    columns = web_messages.c
    rows = await conn.execute(
        select(columns.id, columns.author, columns.body, columns.at)
        .where(columns.chat_key == chat_key, columns.id > last_id)
        .order_by(columns.id)
        .limit(limit)
    )
    return [
        WebMessage(id=row.id, author=Author(row.author), body=row.body, at=row.at) for row in rows
    ]


async def forget(conn: AsyncConnection, chat_key: str) -> None:
    """Delete a chat's bubbles for good."""
    await conn.execute(delete(web_messages).where(web_messages.c.chat_key == chat_key))
