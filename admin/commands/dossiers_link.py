"""`motcua dossiers link CODE`: a link that starts the conversation about a dossier."""

import secrets
from datetime import timedelta

import click

from admin.kit.channels import channel_context, channel_title
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, leaf
from admin.kit.tables import Row
from admin.kit.unit_scope import require_dossier
from bot.channels import registry
from bot.channels.base import Channel, ChannelUnavailable
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.privacy import link_token
from surveys.store.base.database import Database
from surveys.store.dossiers import dossiers, links

TOKEN_BYTES = 16


@leaf("link")
@click.argument("code")
@format_option
async def command(runtime: Runtime, code: str, shown_as: Format) -> None:
    """Issue a token for the dossier and print its link for the page and every channel."""
    database = await runtime.database()
    channels = registry.open_channels(channel_context(runtime, database))
    for channel in channels:
        runtime.exits.push_async_callback(channel.close)
    token = link_token(secrets.token_bytes(TOKEN_BYTES))
    await _keep(runtime, database, normal_code(code), token)
    rows = [row for channel in channels for row in await _rows(runtime, channel, token)]
    runtime.show(
        rows, runtime.columns("dossiers_link.columns", "channel link", codes="link"), shown_as
    )


async def _keep(runtime: Runtime, database: Database, code: str, token: str) -> None:
    """Raises Refusal `dossiers.unknown`."""
    async with database.write() as conn:
        await require_dossier(conn, runtime.scope, code)
        found = await dossiers.find(conn, code)
        if found is None:
            raise Refusal("dossiers.unknown", dossier=code)
        lasts = timedelta(days=runtime.settings.link_days)
        await links.make(conn, found.id, token, runtime.now, lasts)
        await runtime.audit(
            conn, "dossiers.link", f"dossier:{code}", {"days": runtime.settings.link_days}
        )


async def _rows(runtime: Runtime, channel: Channel, token: str) -> list[Row]:
    """The channel and its link; no row if it has no link, with a message if it failed to answer."""
    try:
        link = await channel.link(token)
    except ChannelUnavailable as error:
        runtime.say(
            "dossiers_link.unavailable",
            channel=channel_title(runtime, channel.name),
            command=channel.name,
            reason=error.reason,
        )
        return []
    return [{"channel": channel.name, "link": link}] if link else []
