"""`motcua dossiers link`: links that start the conversation about one dossier, or about many."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from admin.kit.channels import channel_context, channel_title
from admin.kit.files import PRIVATE, draft_of, require_free
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, leaf
from admin.kit.tables import Row
from admin.kit.unit_scope import require_dossier
from bot.channels import registry
from bot.channels.base import Channel, ChannelUnavailable
from bot.settings import is_loopback_base
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.dossiers import dossiers, links
from surveys.store.dossiers.dossiers import FullDossier


@leaf("link")
@click.argument("code", required=False)
@click.option("--all", "which", metavar="PERIOD|FILE")
@click.option("--out", type=FILE, metavar="FILE")
@click.option("--by", type=click.Choice(["returned", "received"]), default="returned")
@click.option("--applicant", is_flag=True)
@click.option("--local", is_flag=True)
@click.option("--force", is_flag=True)
@format_option
async def command(
    runtime: Runtime,
    code: str | None,
    which: str | None,
    out: Path | None,
    by: str,
    applicant: bool,  # noqa: FBT001 - click calls by name
    local: bool,  # noqa: FBT001
    force: bool,  # noqa: FBT001
    shown_as: Format,
) -> None:
    """Print the links of one dossier, or write those of many into a workbook."""
    if (code is None) == (which is None) or (which is not None) != (out is not None):
        raise Refusal("links.one_or_all")
    if which is not None and out is not None:
        await _write_all(runtime, which, out, by=by, applicant=applicant, local=local, force=force)
        return
    await _print_one(runtime, code or "", shown_as, local=local)


async def _print_one(runtime: Runtime, code: str, shown_as: Format, *, local: bool) -> None:
    """Issue a token for the dossier and print its link for the page and every channel."""
    from admin.printing.linked import new_token

    database = await runtime.database()
    dossier = await _find(runtime, database, normal_code(code))
    channels = registry.open_channels(channel_context(runtime, database))
    for channel in channels:
        runtime.exits.push_async_callback(channel.close)
    token = new_token()
    rows = [row for channel in channels for row in await _rows(runtime, channel, token)]
    if shown_as is Format.TABLE and sys.stdout.isatty() and not local:
        _require_reach(runtime, rows)
    await _keep(runtime, database, dossier, token)
    _show(runtime, rows, shown_as)


def _require_reach(runtime: Runtime, rows: Sequence[Row]) -> None:
    """Refuse a person at a terminal, who would hand it on, a link that only this machine opens
    because nobody said at which address the pages are found. A script goes on and is told.

    Raises Refusal `links.only_here`.
    """
    links_found = [str(row["link"]) for row in rows]
    if runtime.settings.has_address or not all(map(is_loopback_base, links_found)):
        return
    host, port = runtime.settings.address
    raise Refusal("links.only_here", base=f"http://{host}:{port}")


def _show(runtime: Runtime, rows: list[Row], shown_as: Format) -> None:
    """Print the links. One that only this machine can open is not shown as if others could.

    CSV keeps its two columns, on which scripts rely; the warning is on standard error.
    """
    here = [is_loopback_base(str(row["link"])) for row in rows]
    if not any(here) or shown_as is Format.CSV:
        columns = runtime.columns("dossiers_link.columns", "channel link", codes="link")
        runtime.show(rows, columns, shown_as)
        if any(here):
            runtime.say("dossiers_link.only_here")
        return
    words = {True: "this_machine", False: "anywhere"}
    if shown_as is Format.TABLE:
        words = {True: runtime.text("dossiers_link.this_machine"), False: ""}
    told = [{**row, "opens": words[one]} for row, one in zip(rows, here, strict=True)]
    columns = runtime.columns("dossiers_link.columns", "channel link opens", codes="link")
    runtime.show(told, columns, shown_as)
    runtime.say("dossiers_link.only_here")


async def _write_all(
    runtime: Runtime,
    which: str,
    out: Path,
    *,
    by: str,
    applicant: bool,
    local: bool,
    force: bool,
) -> None:
    from admin.printing.chosen import choose
    from admin.printing.linked import make_batch, require_base
    from admin.printing.mail_merge import write_links
    from admin.printing.names import names_of

    if out.suffix.lower() != ".xlsx":
        raise Refusal("links.list_file", file=out)
    base = require_base(runtime.settings, local=local)
    require_free(out, force=force)
    database = await runtime.database()
    found = await choose(runtime, database, which, by=by)
    batch = await make_batch(runtime, database, "list", found, base)
    shown = names_of(runtime, shown=True) if applicant else None
    with draft_of(out, PRIVATE) as draft:
        write_links(draft, runtime.texts, batch.linked, batch.until, shown)
        await batch.keep(runtime, database, "dossiers.link", applicant=applicant)
    told = {"count": len(found), "file": out, "batch": batch.name, "until": batch.until}
    runtime.say("dossiers_link.written", **told)


async def _find(runtime: Runtime, database: Database, code: str) -> FullDossier:
    """Raises Refusal `dossiers.unknown`."""
    async with database.read() as conn:
        await require_dossier(conn, runtime.scope, code)
        found = await dossiers.find(conn, code)
    if found is None:
        raise Refusal("dossiers.unknown", dossier=code)
    return found


async def _keep(runtime: Runtime, database: Database, dossier: FullDossier, token: str) -> None:
    days = runtime.settings.link_days
    async with database.write() as conn:
        await links.make(conn, dossier.id, token, runtime.now, timedelta(days=days))
        await runtime.audit(conn, "dossiers.link", f"dossier:{dossier.code}", {"days": days})


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
    if link and channel.traits.link_is_bare:
        runtime.say("dossiers_link.bare", channel=channel_title(runtime, channel.name))
    return [{"channel": channel.name, "link": link}] if link else []
