"""`motcua petitions`: formal phản ánh, kiến nghị, to be answered by a day (NĐ 20/2008/NĐ-CP)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import Runtime, file_option, format_option, group
from admin.petitioning.view import LISTED, SHOWN, local_day, row, whole
from surveys.errors import Refusal
from surveys.outcomes import ComplaintState
from surveys.store.base.connection import Connection
from surveys.store.dossiers import units
from surveys.store.results import complaints, petitions, verifications
from surveys.store.results.petitions import Petition, PetitionState

command = group("petitions")
WIDTHS = {"unit": 30, "dossier": 26, "state": 24, "found": 24, "forwarded_to": 28, "disputed": 24}
"""The widths of columns of a sheet."""


@command.command("list")
@click.option("--unit", metavar="CODE")
@click.option("--open", "only_open", is_flag=True)
@file_option
@format_option
async def list_petitions(
    runtime: Runtime,
    unit: str | None,
    only_open: bool,  # noqa: FBT001 - click calls by name
    out: Path | None,
    force: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Print the petitions, the earliest due date first."""
    database = await runtime.database()
    async with database.read() as conn:
        found = [one for one in await petitions.list_sent(conn) if _is_ours(runtime, one)]
        names = await units.list_names(conn)
    wanted = [one for one in found if unit in {None, one.unit} and (one.is_open or not only_open)]
    rows = [row(one, runtime.today) for one in wanted]
    if out is not None:
        _write(runtime, rows, names, out, force=force)
        return
    people = shown_as is Format.TABLE
    shown = [_in_words(runtime, one) for one in rows] if people else rows
    runtime.show(shown, runtime.columns("petitions.columns", LISTED, codes="reference"), shown_as)
    if people and not rows:
        runtime.say("common.nothing")


@command.command("show")
@click.argument("reference")
@format_option
async def show_petition(runtime: Runtime, reference: str, shown_as: Format) -> None:
    """Print one petition with its sender; this is written to the audit log."""
    database = await runtime.database()
    async with database.write() as conn:
        found = await _required(conn, runtime, reference)
        await runtime.audit(conn, "petitions.show", f"petition:{found.reference}", {})
    shown = whole(found, runtime.today, runtime.keyring())
    if shown_as is Format.JSON:
        output.show_json(shown)
    elif shown_as is Format.CSV:
        output.show_csv([shown], SHOWN.split())
    else:
        words = _in_words(runtime, shown)
        lines = [
            {"field": runtime.text(f"petitions.columns.{name}"), "value": words[name]}
            for name in SHOWN.split()
            if words[name] is not None
        ]
        runtime.show(lines, runtime.columns("petitions.columns", "field value"), shown_as)


@command.command("answer")
@click.argument("reference")
@click.argument("found", type=click.Choice(["upheld", "refuted"]))
@click.option("--text", required=True, metavar="TEXT")
@click.option("--again", is_flag=True)
async def answer_petition(
    runtime: Runtime,
    reference: str,
    found: str,
    text: str,
    again: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Answer a petition; the citizen gets the text, and its complaints are decided with it."""
    database = await runtime.database()
    async with database.write() as conn:
        petition = await _required(conn, runtime, reference)
        _refuse_unanswerable(petition, text, again=again)
        state = ComplaintState(found)
        author = await runtime.author(conn)
        said = text.strip()
        await petitions.answer(
            conn, petition, found=state, text=said, officer=author.name, now=runtime.now
        )
        await _decide_complaints(conn, runtime, petition, state, said)
        details = {"found": found, "text": said}
        await runtime.audit(conn, "petitions.answer", f"petition:{petition.reference}", details)
    runtime.say("petitions.answered", reference=petition.reference)


@command.command("forward")
@click.argument("reference")
@click.option("--to", required=True, metavar="NAME")
async def forward_petition(runtime: Runtime, reference: str, to: str) -> None:
    """Forward a petition to the responsible body; the citizen is told to which one."""
    database = await runtime.database()
    async with database.write() as conn:
        petition = await _required(conn, runtime, reference)
        if not petition.is_open:
            raise Refusal("petitions.not_open", reference=petition.reference)
        if not to.strip():
            raise Refusal("petitions.no_text")
        author = await runtime.author(conn)
        await petitions.forward(conn, petition, to=to.strip(), officer=author.name, now=runtime.now)
        details = {"to": to.strip()}
        await runtime.audit(conn, "petitions.forward", f"petition:{petition.reference}", details)
    runtime.say("petitions.forwarded", reference=petition.reference, to=to.strip())


def _write(
    runtime: Runtime,
    rows: list[dict[str, Any]],
    names: Mapping[str, str],
    out: Path,
    *,
    force: bool,
) -> None:
    from admin.reporting.list_workbook import ListWorkbook
    from admin.reporting.result_files import write_petitions
    from admin.reporting.workbook import Heading

    shown = [_in_words(runtime, one) for one in rows]
    for one in shown:
        one["due_on"] = one["due_on"] and f"{one['due_on']:%d/%m/%Y}"
    book = ListWorkbook(
        runtime=runtime,
        heading=Heading(
            office=runtime.settings.authority,
            title=runtime.text("petitions.sheet.title"),
            period=runtime.text("petitions.sheet.until", day=runtime.today),
        ),
        columns=runtime.columns("petitions.columns", LISTED),
        rows=shown,
        name=runtime.text("petitions.sheet.name"),
        counted="state",
        notes=[runtime.text("petitions.sheet.note")],
        widths=WIDTHS,
        unit_names=names,
    )
    write_petitions(book, rows, out, force=force)
    runtime.say("petitions.sheet.written", file=out, count=len(rows))


def _is_ours(runtime: Runtime, one: Petition) -> bool:
    """Whether it concerns the officer's unit; one about no dossier concerns the whole office."""
    return runtime.scope.unit is None or (one.unit is not None and runtime.scope.covers(one.unit))


async def _required(conn: Connection, runtime: Runtime, reference: str) -> Petition:
    code = reference.strip().upper()
    found = await petitions.find_by_reference(conn, code)
    if found is None or found.sent_at is None or not _is_ours(runtime, found):
        raise Refusal("petitions.unknown", reference=code)
    return found


def _refuse_unanswerable(petition: Petition, text: str, *, again: bool) -> None:
    if not text.strip():
        raise Refusal("petitions.no_text")
    if petition.state is PetitionState.WITHDRAWN:
        raise Refusal("petitions.not_open", reference=petition.reference)
    if petition.state is PetitionState.ANSWERED and not again:
        raise Refusal("petitions.answered_before", reference=petition.reference)


async def _decide_complaints(
    conn: Connection, runtime: Runtime, petition: Petition, state: ComplaintState, reason: str
) -> None:
    """Decide the complaints that were sent with the petition as its answer says."""
    if petition.response_id is None:
        return
    author = await runtime.author(conn)
    for one in await complaints.list_by_response(conn, petition.response_id):
        if one.formal_at is not None and one.state is not ComplaintState.WITHDRAWN:
            before = await verifications.lock_complaint(conn, one.reference)
            await verifications.decide_complaint(
                conn, before, state=state, reason=reason, author=author, now=runtime.now
            )


def _in_words(runtime: Runtime, one: dict[str, Any]) -> dict[str, Any]:
    found = one["found"] and runtime.text(f"petitions.found.{one['found']}")
    disputed = runtime.text("petitions.disputed") if one["disputed"] else None
    return one | {
        "state": runtime.text(f"petitions.states.{one['state']}"),
        "found": found,
        "sent_at": local_day(one["sent_at"], runtime.local),
        "disputed": disputed,
    }
