"""`motcua verify comments`: what citizens wrote in their own words, for verifiers."""

from pathlib import Path

import click

from admin.importing import UnitIndex
from admin.kit.output import Format
from admin.kit.runtime import Runtime, file_option, format_option, leaf
from admin.reporting.listed import show_or_write
from admin.verifying.comment_list import CommentList
from admin.verifying.dossier_phrases import known_forms
from surveys.store.dossiers import units
from surveys.store.results import free_texts


@leaf("comments")
@click.argument("period")
@click.option("--unit", metavar="CODE")
@file_option
@format_option
async def command(
    runtime: Runtime,
    period: str,
    unit: str | None,
    out: Path | None,
    force: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Print the texts by unit and question, without dossier or day, or write them to a file."""
    wanted = runtime.period(period)
    database = await runtime.database()
    async with database.read() as conn:
        wanted_unit = (await UnitIndex.load(conn)).code_of(unit) if unit is not None else None
        found = await free_texts.list_by_period(conn, wanted, runtime.keyring())
        forms = await known_forms(conn)
        names = await units.list_names(conn)
    shown = tuple(
        one for one in found if runtime.scope.covers(one.unit) and wanted_unit in {None, one.unit}
    )
    listed = CommentList(period=wanted, found=shown, forms=forms, texts=runtime.texts)
    told = {"kind": "verify.comments", "counted": "unit"}
    show_or_write(runtime, listed, shown_as, out, **told, unit_names=names, force=force)
