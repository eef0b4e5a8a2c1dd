"""The links that bring a citizen to a dossier: one for the page, one for each channel."""

from collections.abc import Mapping

from bot.settings import Settings
from surveys.store.base.connection import Connection
from surveys.store.system import meta


def web_link(settings: Settings, token: str) -> str:
    """The page with the token behind the `#`, where no server log ever sees it."""
    host, port = settings.address
    base = settings.public_url.rstrip("/") or f"http://{host}:{port}"
    return f"{base}/#{token}"


def telegram_link(username: str, token: str) -> str:
    """Telegram hands the token to the bot when the citizen presses Start."""
    return f"https://t.me/{username}?start={token}"


def deep_links(settings: Settings, token: str, usernames: Mapping[str, str]) -> dict[str, str]:
    """The link of the page and of every channel whose bot's name is known, by channel."""
    telegram = usernames.get("telegram")
    found = {"web": web_link(settings, token)}
    return found | ({"telegram": telegram_link(telegram, token)} if telegram else {})


async def remembered_username(conn: Connection, channel: str, bot: str) -> str | None:
    """The bot's public name, if it was ever asked for."""
    return await meta.read(conn, _key(channel, bot))


async def remember_username(conn: Connection, channel: str, bot: str, username: str) -> None:
    """So that links can be made while the channel cannot be reached."""
    await meta.remember(conn, _key(channel, bot), username)


def _key(channel: str, bot: str) -> str:
    return f"username:{channel}:{bot}"
