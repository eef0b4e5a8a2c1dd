"""How many messages a day a channel that reaches by phone takes, as it said last."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from surveys.inviting import Reason
from surveys.store.asking.invitations import InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import daily_quotas, dossiers, invitations


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyQuota:
    """The channel's last answer; `left_today` is about `day` only."""

    channel: str
    bot: str
    per_day: int
    left_today: int
    day: date
    asked_at: datetime

    def left_on(self, day: date) -> int:
        """How many messages the channel takes on this day, as far as known."""
        return self.left_today if day == self.day else self.per_day


async def save(conn: Connection, quota: DailyQuota) -> None:
    """Store the channel's answer in place of its former one."""
    values = {name: getattr(quota, name) for name in DailyQuota.__slots__}
    new = insert(conn, daily_quotas).values(**values)
    changed = {name: value for name, value in values.items() if name not in {"channel", "bot"}}
    await conn.execute(new.on_conflict_do_update(index_elements=["channel", "bot"], set_=changed))


async def find(conn: Connection, channel: str, bot: str) -> DailyQuota | None:
    """The last answer of this bot's channel; None if there was none."""
    query = select(daily_quotas).where(daily_quotas.c.channel == channel, daily_quotas.c.bot == bot)
    row = (await conn.execute(query)).mappings().one_or_none()
    return DailyQuota(**row) if row else None


async def count_waiting(conn: Connection, channel: str, bot: str) -> int:
    """How many citizens wait for a day on which the channel takes more messages."""
    query = (
        select(func.count(dossiers.c.phone_key.distinct()))
        .join_from(invitations, dossiers, dossiers.c.id == invitations.c.dossier_id)
        .where(
            invitations.c.state == InvitationState.PLANNED,
            invitations.c.reason == Reason.QUOTA,
            invitations.c.channel == channel,
            invitations.c.bot == bot,
        )
    )
    return int(await conn.scalar(query) or 0)
