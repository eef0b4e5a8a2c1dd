"""Key-value settings that a database stores about its deployment."""

from sqlalchemy import delete, select

from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import meta

KEY_FINGERPRINT = "key_fingerprint"
KEY_ROTATION = "key_rotation"
"""There while a rotation of the key is unfinished."""


async def read(conn: Connection, key: str) -> str | None:
    """The value stored under `key`."""
    found: str | None = await conn.scalar(select(meta.c.value).where(meta.c.key == key))
    return found


async def remember(conn: Connection, key: str, value: str) -> bool:
    """Store `value` unless `key` has a value; returns whether it was stored."""
    statement = insert(conn, meta).values(key=key, value=value).on_conflict_do_nothing()
    return (await conn.execute(statement.returning(meta.c.key))).one_or_none() is not None


async def write(conn: Connection, key: str, value: str) -> None:
    """Store `value` under `key`, replacing any former value."""
    statement = insert(conn, meta).values(key=key, value=value)
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )


async def forget(conn: Connection, key: str) -> None:
    """Delete the value stored under `key`."""
    await conn.execute(delete(meta).where(meta.c.key == key))


async def require_same_key(conn: Connection, ring: Keyring) -> None:
    """Store the fingerprint of the deployment's key, or check that it is still the same.

    Raises Refusal `privacy.other_key`: with another key the stored contacts could not be reached;
    and `privacy.rotation_unfinished` while some of them have the former key.
    """
    await remember(conn, KEY_FINGERPRINT, ring.fingerprint())
    known = await read(conn, KEY_FINGERPRINT)
    if known == ring.fingerprint() and await read(conn, KEY_ROTATION) is None:
        return
    is_unfinished = known is not None and ring.find(known) is not None
    raise Refusal("privacy.rotation_unfinished" if is_unfinished else "privacy.other_key")
