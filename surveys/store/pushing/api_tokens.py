"""Tokens of systems that may push dossiers: the secret is not kept, only its keyed hash."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, Select, select, update

from surveys.errors import Refusal
from surveys.privacy import Keyring, link_token
from surveys.store.base.connection import Connection
from surveys.store.base.schema import api_tokens, units
from surveys.store.dossiers.units import find_subtree

SECRET_BYTES = 32
PURPOSE = "api token"
_TOKEN = re.compile(r"mc_(\d{1,18})_([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system with a token. `unit`: the code of the unit it is limited to; None: the office."""

    id: int
    name: str
    unit: str | None
    webhook_url: str | None
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Code → number of its unit and those below; only of one that `find_by_token` found."""

    def covers(self, unit_id: int) -> bool:
        """Whether the unit with this number is in its scope."""
        return self.unit is None or unit_id in self.numbers.values()


async def add(
    conn: Connection,
    keys: Keyring,
    randomness: bytes,
    *,
    name: str,
    unit_id: int | None,
    webhook: tuple[str, str] | None,
    at: datetime,
    by: str,
) -> str:
    """Add a system and return its token, which nobody can read again.

    `randomness` are `SECRET_BYTES` bytes; `webhook` is an address and the secret that signs.
    Raises Refusal `token.taken` while another system has the name.
    """
    same = select(api_tokens.c.id).where(
        api_tokens.c.name == name, api_tokens.c.revoked_at.is_(None)
    )
    if await conn.scalar(same) is not None:
        raise Refusal("token.taken", name=name)
    secret = link_token(randomness)
    url, signing = webhook or (None, None)
    new = api_tokens.insert().values(
        name=name,
        unit_id=unit_id,
        token_hash=keys.sign(PURPOSE, secret),
        webhook_url=url,
        webhook_secret_sealed=keys.seal(signing) if signing else None,
        made_at=at,
        made_by=by,
    )
    (number,) = (await conn.execute(new)).inserted_primary_key or (0,)
    return f"mc_{number}_{secret}"


async def find_by_token(conn: Connection, keys: Keyring, token: str) -> System | None:
    """The system with this token, unless it was revoked; compared in constant time."""
    parts = _TOKEN.fullmatch(token)
    number, secret = (int(parts[1]), parts[2]) if parts else (0, "")
    wanted = _select().add_columns(api_tokens.c.token_hash).where(api_tokens.c.id == number)
    row = (await conn.execute(wanted)).one_or_none()
    known = row.token_hash if row else ""
    made = [one.sign(PURPOSE, secret) for one in keys.each]
    is_right = any(hmac.compare_digest(known, one) for one in made)
    if row is None or not is_right or row.revoked_at is not None:
        return None
    below = await find_subtree(conn, row.unit) if row.unit else {}
    return _system(row, below)


async def list_all(conn: Connection) -> list[System]:
    """Every system that ever had a token, oldest first."""
    rows = await conn.execute(_select().order_by(api_tokens.c.id))
    return [_system(row, {}) for row in rows]


async def revoke(conn: Connection, name: str, at: datetime) -> int:
    """Let the token of this system work no more; returns its number.

    Raises Refusal `token.unknown`.
    """
    mine = update(api_tokens).where(api_tokens.c.name == name, api_tokens.c.revoked_at.is_(None))
    number = await conn.scalar(mine.values(revoked_at=at).returning(api_tokens.c.id))
    if number is None:
        raise Refusal("token.unknown", name=name)
    return int(number)


async def find_hooks(conn: Connection) -> dict[int, tuple[System, bytes]]:
    """The systems that are told by a webhook, by number, with the sealed secret that signs."""
    chosen = _select().add_columns(api_tokens.c.webhook_secret_sealed)
    present = (api_tokens.c.webhook_url.is_not(None), api_tokens.c.revoked_at.is_(None))
    found = {}
    for row in await conn.execute(chosen.where(*present)):
        below = await find_subtree(conn, row.unit) if row.unit else {}
        found[row.id] = (_system(row, below), row.webhook_secret_sealed)
    return found


def _select() -> Select[tuple[object, ...]]:
    names = ("id", "name", "webhook_url", "made_at", "made_by", "revoked_at")
    told = select(*(api_tokens.c[name] for name in names), units.c.code.label("unit"))
    return told.join_from(api_tokens, units, units.c.id == api_tokens.c.unit_id, isouter=True)


def _system(row: Row[tuple[object, ...]], below: Mapping[str, int]) -> System:
    names = ("id", "name", "unit", "webhook_url", "made_at", "made_by", "revoked_at")
    return System(**{name: getattr(row, name) for name in names}, numbers=below)
