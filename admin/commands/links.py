"""`motcua links`: the links and poster codes that were given out, and their revocation."""

import click

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from admin.kit.tables import Row
from admin.kit.unit_scope import require_dossier
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers, links
from surveys.store.dossiers.links import Batch
from surveys.store.pushing import counters
from surveys.store.pushing.counters import Counter

COLUMNS = "batch unit links revoked made_at expires_at"
POSTER = "poster-"

command = group("links")


@command.command("list")
@click.option("--dossier", metavar="CODE")
@format_option
async def list_links(runtime: Runtime, dossier: str | None, shown_as: Format) -> None:
    """Print what was given out, latest first; no token is known any more."""
    database = await runtime.database()
    async with database.read() as conn:
        number = await _number(conn, runtime, dossier) if dossier else None
        rows = [_batch(runtime, one) for one in await links.list_batches(conn, number)]
        posters = [] if dossier else await counters.list_all(conn)
    rows += [_poster(runtime, one) for one in posters]
    rows.sort(key=lambda row: str(row["made_at"]), reverse=True)
    runtime.show(rows, runtime.columns("links.columns", COLUMNS, codes="batch"), shown_as)


@command.command("revoke")
@click.argument("batch", required=False)
@click.option("--dossier", metavar="CODE")
@click.option("--dry-run", is_flag=True)
async def revoke_links(
    runtime: Runtime,
    batch: str | None,
    dossier: str | None,
    dry_run: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Let a printing, a poster, or the links of a dossier open nothing more."""
    if (batch is None) == (dossier is None):
        raise Refusal("links.which")
    database = await runtime.database()
    async with database.write() as conn:
        count = await _revoke(conn, runtime, batch, dossier)
        if not count:
            raise Refusal("links.none", which=batch or dossier)
        if dry_run:
            await conn.rollback()
        else:
            subject = f"links:{batch}" if batch else f"dossier:{normal_code(dossier or '')}"
            await runtime.audit(conn, "links.revoke", subject, {"links": count})
    runtime.say("links.would_revoke" if dry_run else "links.revoked", count=count)


async def _revoke(
    conn: Connection, runtime: Runtime, batch: str | None, dossier: str | None
) -> int:
    scope = runtime.scope
    own = None if scope.unit is None else list(scope.numbers.values())
    if dossier is not None:
        number = await _number(conn, runtime, dossier)
        return await links.revoke(conn, runtime.now, dossier_id=number, units_in=own)
    number_of = (batch or "").removeprefix(POSTER)
    if (batch or "").startswith(POSTER) and number_of.isascii() and number_of.isdigit():
        return await counters.revoke(conn, int(number_of), runtime.now, own)
    return await links.revoke(conn, runtime.now, batch=batch, units_in=own)


async def _number(conn: Connection, runtime: Runtime, code: str) -> int:
    """Raises Refusal `dossiers.unknown` or `staff.other_dossier`."""
    wanted = normal_code(code)
    await require_dossier(conn, runtime.scope, wanted)
    found = await dossiers.find(conn, wanted)
    if found is None:
        raise Refusal("dossiers.unknown", dossier=wanted)
    return found.id


def _batch(runtime: Runtime, one: Batch) -> Row:
    return {
        "batch": one.batch,
        "unit": None,
        "links": one.links,
        "revoked": one.revoked,
        "made_at": runtime.local(one.made_at),
        "expires_at": runtime.local(one.expires_at),
    }


def _poster(runtime: Runtime, one: Counter) -> Row:
    return {
        "batch": f"{POSTER}{one.id}",
        "unit": f"{one.unit} {one.name}".strip(),
        "links": 1,
        "revoked": int(one.revoked_at is not None),
        "made_at": runtime.local(one.made_at),
        "expires_at": runtime.local(one.expires_at),
    }
