"""`motcua verify`: Mẫu phiếu 3. Confirm, change with a reason, or refuse what a dossier shows."""

from collections.abc import Sequence
from pathlib import Path

import click

from admin.importing import UnitIndex
from admin.importing.report import tell
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, file_option, format_option, group
from admin.kit.unit_scope import require_dossier
from admin.rating.rulebooks import chosen
from admin.verifying import deciding
from admin.verifying.batches import GROUPS, REASON_CODES, Batch, confirm_all
from admin.verifying.deciding import past_decision
from admin.verifying.dossier_file import read_dossier
from admin.verifying.dossier_phrases import DossierPhrases, known_forms
from admin.verifying.dossier_view import DossierView
from admin.verifying.outcomes import find_outcome
from admin.verifying.review_list import ReviewList
from admin.verifying.review_sheet import SheetRow, read_rows
from admin.verifying.sheet_import import import_sheet
from surveys.criteria import CRITERIA, ReviewReason, outcome_name
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.outcomes import ComplaintState
from surveys.store.base.connection import Connection
from surveys.store.results import dossier_records, review_queue, verifications
from surveys.store.results.verifications import Action

command = group("verify")
reason_option = click.option("--reason", required=True, metavar="TEXT")


@command.command("list")
@click.argument("period")
@click.option("--unit", metavar="CODE")
@click.option("--doubt", type=click.Choice([reason.value for reason in ReviewReason]))
@file_option
@format_option
async def list_review_items(
    runtime: Runtime,
    period: str,
    unit: str | None,
    doubt: str | None,
    out: Path | None,
    force: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Print the items a verifier should review, or write them to a sheet to decide on."""
    wanted = runtime.period(period)
    database = await runtime.database()
    async with database.read() as conn:
        wanted_unit = (await UnitIndex.load(conn)).code_of(unit) if unit is not None else None
        found = await review_queue.list_items(conn, wanted)
        found = [one for one in found if runtime.scope.covers(one.unit)]
        phrases = await _phrases(runtime, conn)
        items = tuple(
            one
            for one in found
            if (unit is None or one.unit == wanted_unit) and (doubt is None or one.doubt == doubt)
        )
        rows = await read_rows(conn, phrases, wanted, items) if out is not None else []
    listed = ReviewList(period=wanted, items=items, phrases=phrases)
    if out is not None:
        _write(runtime, listed, rows, out, force=force)
        return
    runtime.present(listed, shown_as)
    if not items and shown_as is Format.TABLE:
        runtime.say("common.nothing")


@command.command("import")
@click.argument("file", type=FILE)
@click.option("--rejects", type=FILE, metavar="FILE")
@click.option("--yes", is_flag=True)
@format_option
async def import_decisions(
    runtime: Runtime,
    file: Path,
    rejects: Path | None,
    yes: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> int:
    """Decide the rows of a sheet that `list --out` wrote; without `--yes` only a dry run."""
    report = await import_sheet(runtime, file, rejects=rejects, dry_run=not yes)
    return tell(runtime, shown_as, report)


@command.command("show")
@click.argument("dossier")
@format_option
async def show_dossier(runtime: Runtime, dossier: str, shown_as: Format) -> None:
    """Print everything about a dossier that affects its points."""
    database = await runtime.database()
    async with database.read() as conn:
        await require_dossier(conn, runtime.scope, normal_code(dossier))
        found = await read_dossier(conn, normal_code(dossier))
        phrases = await _phrases(runtime, conn)
    runtime.present(DossierView(file=found, phrases=phrases), shown_as)


@command.command("confirm")
@click.argument("dossier")
@click.argument("criteria", nargs=-1)
@click.option("--all-of", "group_", type=click.Choice(GROUPS))
@click.option("--unit", metavar="CODE")
@click.option("--reason", metavar="TEXT")
@click.option("--reason-code", type=click.Choice(REASON_CODES))
@click.option("--yes", is_flag=True)
async def confirm(
    runtime: Runtime,
    dossier: str,
    criteria: tuple[str, ...],
    group_: str | None,
    unit: str | None,
    reason: str | None,
    reason_code: str | None,
    yes: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Confirm outcomes unchanged; without criteria, all that have evidence."""
    given = runtime.text(f"verify.reasons.{reason_code}") if reason_code else reason or ""
    said = f"{given} – {reason}" if reason_code and reason else given
    if group_ is None:
        await _decide(runtime, dossier, criteria, Action.CONFIRM, None, said)
        return
    batch = Batch(period=runtime.period(dossier), doubt=ReviewReason(group_), unit=unit)
    count = await confirm_all(runtime, batch, said, dry_run=not yes)
    key = "verify.confirmed_all" if yes else "verify.would_confirm"
    runtime.say(key, count=count, group=runtime.text(f"verify.doubts.{group_}"))


@command.command("change")
@click.argument("dossier")
@click.argument("criterion")
@click.argument("outcome")
@reason_option
async def change(runtime: Runtime, dossier: str, criterion: str, outcome: str, reason: str) -> None:
    """Override the outcome of a criterion; the raw outcome is kept."""
    phrases = DossierPhrases(runtime=runtime, rulebook=chosen(runtime, None), forms=())
    code = find_outcome(phrases, criterion, outcome)
    await _decide(runtime, dossier, (criterion,), Action.CHANGE, code, reason)
    name = outcome_name(criterion, code)
    runtime.say("verify.now_counts", outcome=phrases.outcome(criterion, name), name=name)


@command.command("refuse")
@click.argument("dossier")
@click.argument("criteria", nargs=-1, required=True)
@reason_option
async def refuse(runtime: Runtime, dossier: str, criteria: tuple[str, ...], reason: str) -> None:
    """Leave a dossier out of criteria: its evidence cannot be relied on."""
    await _decide(runtime, dossier, criteria, Action.REFUSE, None, reason)


@command.command("aside")
@click.argument("dossier")
@click.argument("decision", type=click.Choice(["keep", "drop"]))
@reason_option
async def decide_aside(runtime: Runtime, dossier: str, decision: str, reason: str) -> None:
    """Decide about an answer that the owner disowned."""
    code = normal_code(dossier)
    database = await runtime.database()
    async with database.write() as conn:
        await deciding.decide_aside(conn, runtime, code, decision, reason)
    runtime.say("verify.aside_decided", dossier=code)


@command.command("complaint")
@click.argument("reference")
@click.argument("state", type=click.Choice(["upheld", "refuted"]))
@click.option("--again", is_flag=True)
@reason_option
async def decide_complaint(
    runtime: Runtime,
    reference: str,
    state: str,
    again: bool,  # noqa: FBT001 - click calls by name
    reason: str,
) -> None:
    """Record the decision on a complaint; an earlier decision is replaced only with --again."""
    reference = reference.strip().upper()
    database = await runtime.database()
    async with database.write() as conn:
        before = await deciding.decide_complaint(
            conn, runtime, reference, ComplaintState(state), reason, again=again
        )
    runtime.say("verify.complaint_decided", reference=reference)
    if before.decided:
        runtime.say("verify.decided_before", **past_decision(runtime, before))


def _write(
    runtime: Runtime, listed: ReviewList, rows: Sequence[SheetRow], out: Path, *, force: bool
) -> None:
    from admin.reporting.result_files import write_review

    write_review(listed, rows, out, office=runtime.settings.authority, force=force)
    runtime.say("verify.sheet.written", file=out, count=len(listed.items))


async def _decide(
    runtime: Runtime,
    dossier: str,
    criteria: tuple[str, ...],
    action: Action,
    outcome: int | None,
    reason: str,
) -> None:
    code = normal_code(dossier)
    database = await runtime.database()
    async with database.write() as conn:
        await require_dossier(conn, runtime.scope, code)
        wanted = tuple(dict.fromkeys(criteria)) or await _with_evidence(conn, code)
        author = await runtime.author(conn)
        for criterion in wanted:
            await verifications.decide(
                conn,
                dossier=code,
                criterion=criterion,
                action=action,
                outcome=outcome,
                reason=reason,
                author=author,
                now=runtime.now,
            )
    runtime.say("verify.decided", dossier=code, criteria=", ".join(wanted))


async def _with_evidence(conn: Connection, code: str) -> tuple[str, ...]:
    raw = await dossier_records.derive_raw_codes(
        conn, await verifications.find_dossier_id(conn, code)
    )
    found = tuple(criterion for criterion in CRITERIA if raw[criterion])
    if not found:
        raise Refusal("verify.nothing_at_all", dossier=code)
    return found


async def _phrases(runtime: Runtime, conn: Connection) -> DossierPhrases:
    forms = await known_forms(conn)
    return DossierPhrases(runtime=runtime, rulebook=chosen(runtime, None), forms=forms)
