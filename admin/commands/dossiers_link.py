"""`motcua dossiers link CODE`: a link that begins the conversation about a dossier."""

import secrets
from datetime import timedelta

import click

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, leaf
from bot.links import deep_links, remember_username, remembered_username
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.privacy import link_token
from surveys.store.base.database import Database
from surveys.store.dossiers import dossiers, links
from surveys.store.system import audit

TOKEN_BYTES = 16


@leaf("link")
@click.argument("code")
@format_option
async def command(runtime: Runtime, code: str, shown_as: Format) -> None:
    """Make a token for the dossier and print its link for the page and every channel."""
    database = await runtime.database()
    usernames = await _usernames(runtime, database)
    token = link_token(secrets.token_bytes(TOKEN_BYTES))
    await _keep(runtime, database, normal_code(code), token)
    made = deep_links(runtime.settings, token, usernames)
    rows = [{"channel": channel, "link": link} for channel, link in made.items()]
    runtime.show(rows, runtime.columns("dossiers_link.columns", "channel link"), shown_as)


async def _keep(runtime: Runtime, database: Database, code: str, token: str) -> None:
    """Raises Refusal `dossiers.unknown`."""
    async with database.write() as conn:
        found = await dossiers.find(conn, code)
        if found is None:
            raise Refusal("dossiers.unknown", dossier=code)
        lasts = timedelta(days=runtime.settings.link_days)
        await links.make(conn, found.id, token, runtime.now, lasts)
        await audit.append(
            conn,
            at=runtime.now,
            actor=runtime.actor,
            action="dossiers.link",
            subject=f"dossier:{code}",
            details={"days": runtime.settings.link_days},
        )


async def _usernames(runtime: Runtime, database: Database) -> dict[str, str]:
    """The public names of the configured bots; one that cannot be learned now is said so."""
    if not runtime.settings.telegram_token:
        return {}
    from telegram.error import TelegramError

    from bot.channels.telegram.channel import open_channel

    channel = open_channel(runtime.settings)
    async with database.read() as conn:
        known = await remembered_username(conn, channel.name, channel.bot)
    if known:
        return {channel.name: known}
    runtime.exits.push_async_callback(channel.close)
    await channel.start()
    try:
        me = await channel.api.get_me()
    except TelegramError as error:
        runtime.say("dossiers_link.no_telegram", reason=error.message)
        return {}
    username = str(me.username)
    async with database.write() as conn:
        await remember_username(conn, channel.name, channel.bot, username)
    return {channel.name: username}
