"""The messages on the web page, stored so that a reload of the page loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.sql.dml import ReturningInsert

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert_for
from surveys.store.base.schema import web_messages


class Author(StrEnum):
    """Who wrote a message."""

    CITIZEN = "citizen"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebMessage:
    """One message; `body` has `text` and, from the bot, `buttons`."""

    id: int
    author: Author
    body: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to add; an `event_key` is unique, messages without one are not deduplicated."""

    chat_key: str
    author: Author
    body: dict[str, Any]
    at: datetime
    event_key: str | None = None


async def add(conn: Connection, new: NewMessage) -> int | None:
    """Add a message and return its id; None if its `event_key` exists already."""
    values = {name: getattr(new, name) for name in NewMessage.__slots__}
    found = await conn.execute(_adding(conn.dialect.name), values)
    number: int | None = found.scalar_one_or_none()
    return number


@cache
def _adding(dialect: str) -> ReturningInsert[int]:
    new = insert_for(dialect, web_messages).on_conflict_do_nothing()
    return new.returning(web_messages.c.id)


async def list_after(
    conn: Connection, chat_key: str, last_id: int, limit: int
) -> Sequence[WebMessage]:
    """At most `limit` messages of one chat after `last_id`, oldest first."""
    rows = await conn.execute(_AFTER, {"chat": chat_key, "last": last_id, "most": limit})
    return [
        WebMessage(id=row.id, author=Author(row.author), body=row.body, at=row.at) for row in rows
    ]


async def find_start(conn: Connection, chat_key: str, count: int) -> int:
    """The id after which a chat has `count` messages; 0 if it has no more than that."""
    its = web_messages.c
    newest = select(its.id).where(its.chat_key == chat_key).order_by(its.id.desc())
    return await conn.scalar(newest.offset(count).limit(1)) or 0


_AFTER = (
    select(*(web_messages.c[name] for name in ("id", "author", "body", "at")))
    .where(web_messages.c.chat_key == bindparam("chat"), web_messages.c.id > bindparam("last"))
    .order_by(web_messages.c.id)
    .limit(bindparam("most"))
)


async def list_unsealed(
    conn: Connection, last_id: int, limit: int
) -> Sequence[tuple[int, dict[str, Any]]]:
    """At most `limit` bubbles after `last_id` that are kept in the clear: id and body."""
    plain = web_messages.c.body["sealed"].as_string().is_(None)
    query = select(web_messages.c.id, web_messages.c.body).where(plain)
    query = query.where(web_messages.c.id > last_id).order_by(web_messages.c.id).limit(limit)
    return [(row.id, row.body) for row in await conn.execute(query)]


async def replace_body(conn: Connection, number: int, body: dict[str, Any]) -> None:
    """Keep another body of the same bubble."""
    which = web_messages.c.id == number
    await conn.execute(update(web_messages).where(which).values(body=body))


async def forget(conn: Connection, chat_key: str) -> None:
    """Delete all messages of a chat."""
    await conn.execute(delete(web_messages).where(web_messages.c.chat_key == chat_key))
