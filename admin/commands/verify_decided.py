"""`motcua verify decided`: who decided what about the dossiers returned in a period."""

from pathlib import Path

import click

from admin.importing import UnitIndex
from admin.kit.output import Format
from admin.kit.runtime import Runtime, file_option, format_option, leaf
from admin.rating.rulebooks import chosen
from admin.reporting.listed import show_or_write
from admin.verifying.decided_list import DecidedList, of_units
from admin.verifying.dossier_phrases import DossierPhrases
from surveys.store.dossiers import units
from surveys.store.results import decided


@leaf("decided")
@click.argument("period")
@click.option("--unit", metavar="CODE")
@click.option("--complaints", is_flag=True)
@file_option
@format_option
async def command(
    runtime: Runtime,
    period: str,
    unit: str | None,
    complaints: bool,  # noqa: FBT001 - click calls by name
    out: Path | None,
    force: bool,  # noqa: FBT001
    shown_as: Format,
) -> None:
    """Print the decisions, or write them to a file."""
    wanted = runtime.period(period)
    database = await runtime.database()
    async with database.read() as conn:
        wanted_unit = (await UnitIndex.load(conn)).code_of(unit) if unit is not None else None
        names = await units.list_names(conn)
        found = of_units(await decided.list_decided(conn, wanted), runtime.scope.covers)
    shown = tuple(
        one
        for one in found
        if wanted_unit in {None, one.unit} and (one.reference or not complaints)
    )
    phrases = DossierPhrases(runtime=runtime, rulebook=chosen(runtime, None), forms=())
    listed = DecidedList(period=wanted, found=shown, phrases=phrases)
    told = {"kind": "verify.made", "counted": "decision"}
    show_or_write(runtime, listed, shown_as, out, **told, unit_names=names, force=force)
