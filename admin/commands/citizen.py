"""`motcua citizen`: what a citizen may ask for at the counter about their own data."""

import click

from admin.kit.output import Format
from admin.kit.runtime import F, Runtime, format_option, group
from admin.kit.tables import Row
from admin.personal_data import holdings
from admin.personal_data.subjects import Found, conversation_context, find
from surveys.privacy import Keyring
from surveys.rights import RequestKind, due_on
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers, lookups
from surveys.store.personal_data import held_data, requests

COLUMNS = "contact kind subject value at"

command = group("citizen")


def whose(function: F) -> F:
    """`--phone` or `--dossier`: whose data."""
    by_dossier = click.option("--dossier", metavar="CODE")(function)
    return click.option("--phone", metavar="NUMBER")(by_dossier)


@command.command("export")
@whose
@format_option
async def export(
    runtime: Runtime, phone: str | None, dossier: str | None, shown_as: Format
) -> None:
    """Print all data held about the citizen; the request is logged."""
    database = await runtime.database()
    ring = (await conversation_context(runtime, database)).keyring
    async with database.write() as conn:
        found = await find(conn, runtime, phone, dossier)
        rows = await _everything(conn, ring, found)
        await _log(conn, runtime, found, RequestKind.VIEW)
    runtime.show(rows, runtime.columns("citizen.columns", COLUMNS), shown_as)


@command.command("erase")
@whose
@click.option("--yes", is_flag=True)
async def erase(
    runtime: Runtime,
    phone: str | None,
    dossier: str | None,
    yes: bool,  # noqa: FBT001 - click calls by name
) -> int:
    """Erase the citizen's identity, keep the answers; the request is logged."""
    database = await runtime.database()
    await conversation_context(runtime, database)
    async with database.write() as conn:
        found = await find(conn, runtime, phone, dossier)
    counted = {"contacts": len(found.contacts), "dossiers": len(found.dossier_ids)}
    if not yes and not runtime.confirm("citizen.sure", **counted):
        runtime.say("citizen.nothing_done")
        return 1
    async with database.write() as conn:
        await _log(conn, runtime, found, RequestKind.ERASE)
        for contact in found.contacts:
            await requests.forget(conn, contact.id)
        await requests.forget_applicant(conn, found.dossier_ids)
        await requests.finish_erasures(conn, runtime.now)
    runtime.say("citizen.erased", **counted)
    return 0


async def _log(conn: Connection, runtime: Runtime, found: Found, kind: RequestKind) -> None:
    for contact in found.contacts:
        due, done = due_on(kind, runtime.today), kind is RequestKind.VIEW
        await requests.log(conn, contact.id, kind, now=runtime.now, due_on=due, done=done)
    await runtime.audit(
        conn,
        f"citizen.{'export' if kind is RequestKind.VIEW else 'erase'}",
        found.subject,
        {"contacts": len(found.contacts), "dossiers": len(found.dossier_ids)},
    )


async def _everything(conn: Connection, ring: Keyring, found: Found) -> list[Row]:
    rows: list[Row] = []
    for dossier_id in found.dossier_ids:
        stage = await lookups.find_by_id(conn, dossier_id)
        dossier = await dossiers.find(conn, stage.code) if stage else None
        rows += holdings.of_dossier(ring, dossier) if dossier else ()
    for contact in found.contacts:
        about = await held_data.collect(conn, ring, contact.id)
        rows += holdings.of_contact(ring, about) if about else ()
    return rows
