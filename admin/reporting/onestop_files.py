"""Writes the one-stop figures as JSON, CSV or XLSX, by the file's suffix."""

from pathlib import Path

from admin.figures.onestop_view import SHARES, OnestopView
from admin.kit.percent import share
from admin.reporting.annexes import annex_texts
from admin.reporting.files import write_whole
from admin.reporting.intake_tables import by_procedure, by_unit
from admin.reporting.period_phrase import period_phrase
from admin.reporting.result_formats import write_csv, write_json
from admin.reporting.workbook import Chart, Field, Heading, Look, SheetTable, Value, WorkbookWriter
from surveys.intake import Intake


def write_onestop(view: OnestopView, file: Path, *, office: str, force: bool) -> None:
    """Write the figures. Raises OSError, Refusal `reporting.suffix` or `files.exists`."""
    writers = {
        ".json": lambda draft: write_json(draft, view.as_json()),
        ".csv": lambda draft: write_csv(draft, *view.as_rows()),
        ".xlsx": lambda draft: _workbook(view, draft, office),
    }
    write_whole(file, writers, force=force)


def _workbook(view: OnestopView, file: Path, office: str) -> None:
    texts = annex_texts()
    heading = Heading(
        office=office,
        title=texts["titles"]["intake"],
        period=period_phrase(view.texts, view.span.period),
        mark=view.mark.line(view.texts) if view.mark else "",
    )
    tables = {
        "intake": by_unit(texts, view.intake, view.block_names),
        "procedures": by_procedure(texts, view.intake),
        "notes": _notes(view),
    }
    with file.open("wb") as stream:
        book = WorkbookWriter(stream, heading, "vi")
        flow, late, charts = _summary(view)
        book.add_sheet(texts["onestop"]["summary"], [flow, late], charts)
        for key, table in tables.items():
            book.add_sheet(texts["sheets"][key], [table], title=texts["titles"][key])
        book.close()


FLOW = ("received", "new", "carried_over", "on_time", "late", "unknown", "pending", "stopped")
DRAWN = ("on_time", "late", "pending")


def _summary(view: OnestopView) -> tuple[SheetTable, SheetTable, list[Chart]]:
    """The flow and the shares of each block and the area, with charts of the blocks."""
    texts, whole = annex_texts(), view.intake.whole
    words = {**texts["columns"], **texts["onestop"]["columns"]}
    groups = [(view.block_names.get(b, b), c) for b, c in view.intake.groups("block")]
    rows = [*groups, (texts["total"], whole)]
    block = Field(title=words["block"], width=34)
    flow = SheetTable(
        title=texts["onestop"]["flow"],
        fields=[block, *(Field(title=words[k], look=Look.COUNT, width=11) for k in FLOW)],
        rows=[[name, *(getattr(counts, key) for key in FLOW)] for name, counts in rows],
        totals=1,
    )
    shares = SheetTable(
        title=texts["onestop"]["shares"],
        fields=[block, *(Field(title=words[k], look=Look.PERCENT, width=11) for k in SHARES)],
        rows=[[name, *_shares(counts)] for name, counts in rows],
        totals=1,
    )
    drawn = [1 + FLOW.index(key) for key in DRAWN]
    title, late = texts["onestop"]["flow"], words["late_share"]
    charts = [Chart(title=title, table=0, categories=0, values=drawn, stacked=True)]
    charts.append(Chart(title=late, table=1, categories=0, values=[1]))
    return flow, shares, charts


def _shares(counts: Intake) -> list[Value]:
    return [share(getattr(counts, part), getattr(counts, of)) for part, of in SHARES.values()]


def _notes(view: OnestopView) -> SheetTable:
    texts, whole = annex_texts(), view.intake.whole
    day = view.texts.shown(view.intake.as_of)
    notes = [texts["notes"][key].format(day=day) for key in ("intake", "shares")]
    notes.append(texts["onestop"]["near"].format(days=view.intake.near_days))
    if view.merged:
        notes.append(view.texts.text("onestop.merged", units=view.merged))
    key = "differs" if whole.difference else "balanced"
    notes.append(view.texts.text(f"onestop.{key}", difference=whole.difference))
    return SheetTable(
        fields=[Field(title=texts["columns"]["note"], width=110)], rows=[[one] for one in notes]
    )
