"""The bot's public name: asked for once, then kept, so that links can be made while Telegram cannot
be reached."""

from telegram import Bot

from bot.channels.telegram import NAME
from surveys.store.base.database import Database
from surveys.store.system import meta


async def learn(api: Bot, bot: str, database: Database) -> str:
    """The public name of bot number `bot`. Raises TelegramError when it has to be asked for in
    vain."""
    key = f"username:{NAME}:{bot}"
    async with database.read() as conn:
        known = await meta.read(conn, key)
    if known:
        return known
    name = str((await api.get_me()).username)
    async with database.write() as conn:
        await meta.remember(conn, key, name)
    return name
