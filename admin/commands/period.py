"""`motcua period`: close a period, so that what was signed stays; reopen it; what changed since."""

from dataclasses import replace
from pathlib import Path

import click

from admin.closing import figures, making
from admin.closing.difference_view import DifferenceView
from admin.closing.differences import read_differences
from admin.closing.figures import Wish
from admin.closing.making import Plan
from admin.closing.view import ClosingList, PlanView
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from admin.rating import weights
from admin.rating.result import read_rating
from admin.rating.rulebooks import chosen
from admin.tallying.counts import read_counts
from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.results import closings
from surveys.store.results.closings import Closing

command = group("period")


@command.command("close")
@click.argument("period")
@click.option("--rulebook", metavar="ID")
@click.option("--policy", "policies", metavar="NAME=CHOICE", multiple=True)
@click.option("--weights", "wanted_weights", metavar="WEIGHTS")
@click.option("--files", type=FILE, metavar="FILE", multiple=True)
@click.option("--dry-run", is_flag=True)
@format_option
async def close(
    runtime: Runtime,
    period: str,
    rulebook: str | None,
    policies: tuple[str, ...],
    wanted_weights: str | None,
    files: tuple[Path, ...],
    dry_run: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Sign the figures of a period that is over: they stay as they are now."""
    wanted = runtime.period(period)
    making.require_over(wanted, runtime.today)
    hashed = making.hash_files(files)
    wish = Wish(rulebook=rulebook, policies=policies)
    planned = await _plan(runtime, wanted, wish, wanted_weights, hashed)
    made = None if dry_run else await _store(runtime, planned)
    mark = None if made is None else figures.mark_of(runtime, made)
    runtime.present(PlanView(texts=runtime.texts, plan=planned, mark=mark), shown_as)
    if made is None:
        runtime.say("closing.dry_run")
        return
    runtime.say("closing.closed", period=wanted.id, number=made.number, digest=made.digest)


@command.command("reopen")
@click.argument("period")
@click.option("--reason", required=True, metavar="TEXT")
async def reopen(runtime: Runtime, period: str, reason: str) -> None:
    """Reopen a closed period; what was signed is kept, with the reason."""
    wanted = runtime.period(period)
    database = await runtime.database()
    async with database.write() as conn:
        author = await runtime.author(conn)
        made = await closings.reopen(
            conn, wanted, reason=reason, officer=author.name, at=runtime.local(runtime.now)
        )
        details = {"number": made.number, "reason": made.reason, **wanted.as_json()}
        await runtime.audit(conn, "period.reopen", f"period:{wanted.id}", details)
    runtime.say("closing.reopened", period=wanted.id, number=made.number)


@command.command("list")
@click.argument("period", required=False)
@click.option("--files", type=FILE, metavar="FILE", multiple=True)
@format_option
async def list_closings(
    runtime: Runtime, period: str | None, files: tuple[Path, ...], shown_as: Format
) -> None:
    """Print the closings; with --files, whether these files are the ones that were signed."""
    if files and period is None:
        raise Refusal("closing.files_of_which")
    wanted = None if period is None else runtime.period(period)
    hashed = making.hash_files(files)
    database = await runtime.database()
    async with database.read() as conn:
        found = await closings.list_all(conn, wanted)
    runtime.present(ClosingList(runtime=runtime, closings=tuple(found), files=hashed), shown_as)
    if not found and shown_as is Format.TABLE:
        runtime.say("closing.none")


@command.command("diff")
@click.argument("period")
@format_option
async def diff(runtime: Runtime, period: str, shown_as: Format) -> None:
    """Print what changed since a period was closed: figures, dossiers, answers, decisions."""
    wanted = runtime.period(period)
    database = await runtime.database()
    async with database.read() as conn:
        found = await read_differences(conn, runtime, wanted)
    view = DifferenceView(runtime=runtime, found=found)
    runtime.present(view, shown_as)


async def _plan(
    runtime: Runtime,
    period: Period,
    wish: Wish,
    wanted_weights: str | None,
    files: tuple[making.SignedFile, ...],
) -> Plan:
    """Read everything on one snapshot. Raises as `making.plan`."""
    book = chosen(runtime, wish.rulebook, wish.policies, period)
    weighing = None if wanted_weights is None else weights.parse(wanted_weights)
    settings = runtime.settings
    database = await runtime.database()
    async with database.read() as conn:
        result = (await read_rating(conn, book, period)).weighted_by(weighing)
        counts = await read_counts(conn, period, settings.form, settings.quota_percent)
        return await making.plan(conn, runtime, result, counts, files)


async def _store(runtime: Runtime, planned: Plan) -> Closing:
    """Store the closing and its digest in the audit log, in one transaction."""
    database = await runtime.database()
    async with database.write() as conn:
        author = await runtime.author(conn)
        made = await closings.close(
            conn,
            planned.period,
            manifest=planned.manifest,
            parts=planned.parts,
            officer=author.name,
            at=runtime.local(runtime.now),
        )
        kept = ("period", "rulebook", "forms", "evidence", "files")
        details = {name: planned.manifest[name] for name in kept}
        details |= {"number": made.number, "digest": made.digest}
        await runtime.audit(conn, "period.close", f"period:{planned.period.id}", details)
    return replace(made, at=runtime.now)
