"""Caches the bot's public name, so that links can be made while Telegram is unreachable."""

from telegram import Bot

from bot.channels.telegram import NAME
from surveys.store.base.database import Database
from surveys.store.system import meta


async def learn(api: Bot, bot: str, database: Database) -> str:
    """The public name of bot number `bot`. Raises TelegramError if it is not cached and the request
    fails."""
    key = f"username:{NAME}:{bot}"
    async with database.read() as conn:
        known = await meta.read(conn, key)
    if known:
        return known
    name = str((await api.get_me()).username)
    async with database.write() as conn:
        await meta.remember(conn, key, name)
    return name
