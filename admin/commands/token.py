"""`motcua token`: systems that may push dossiers, and are told about surveys."""

import secrets

import click

from admin.importing import UnitIndex
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from bot.api.webhook_policy import require_address
from bot.push_settings import networks
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.pushing import api_tokens, webhooks
from surveys.store.pushing.api_tokens import SECRET_BYTES

COLUMNS = "name unit webhook made_at made_by revoked_at"

command = group("token")


@command.command("add")
@click.argument("name")
@click.option("--unit", metavar="CODE")
@click.option("--webhook", metavar="URL")
async def add_token(runtime: Runtime, name: str, unit: str | None, webhook: str | None) -> None:
    """Issue a token and print it once, with the secret that signs its webhook."""
    if not name.strip():
        raise Refusal("token.no_name")
    if webhook:
        require_address(webhook, networks(runtime.settings.webhook_networks))
    signing = secrets.token_urlsafe(SECRET_BYTES) if webhook else ""
    database = await runtime.database()
    async with database.write() as conn:
        code, number = await _unit(conn, unit)
        token = await api_tokens.add(
            conn,
            runtime.keyring(),
            secrets.token_bytes(SECRET_BYTES),
            name=name.strip(),
            unit_id=number,
            webhook=(webhook, signing) if webhook else None,
            at=runtime.now,
            by=runtime.actor,
        )
        details = {"unit": code, "webhook": webhook}
        await runtime.audit(conn, "token.add", f"token:{name.strip()}", details)
    click.echo(token)
    runtime.say("token.made", name=name.strip())
    if signing:
        runtime.say("token.signing", secret=signing)


@command.command("list")
@format_option
async def list_tokens(runtime: Runtime, shown_as: Format) -> None:
    """Print every system that ever had a token."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await api_tokens.list_all(conn)
    rows = [
        {
            "name": one.name,
            "unit": one.unit,
            "webhook": one.webhook_url,
            "made_at": runtime.local(one.made_at),
            "made_by": one.made_by,
            "revoked_at": one.revoked_at and runtime.local(one.revoked_at),
        }
        for one in found
    ]
    runtime.show(rows, runtime.columns("token.columns", COLUMNS, codes="name"), shown_as)


@command.command("revoke")
@click.argument("name")
async def revoke_token(runtime: Runtime, name: str) -> None:
    """Revoke a token; what waits for its webhook is cancelled."""
    database = await runtime.database()
    async with database.write() as conn:
        number = await api_tokens.revoke(conn, name, runtime.now)
        count = await webhooks.cancel(conn, number)
        await runtime.audit(conn, "token.revoke", f"token:{name}", {"cancelled": count})
    runtime.say("token.revoked", name=name, count=count)


async def _unit(conn: Connection, named: str | None) -> tuple[str | None, int | None]:
    """Code and number of the unit. Raises Refusal `units.unknown` or `units.ambiguous`."""
    if not named:
        return None, None
    index = await UnitIndex.load(conn)
    code = index.code_of(named)
    return code, index.ids[code]
