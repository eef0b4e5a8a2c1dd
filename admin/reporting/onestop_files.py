"""Writes the one-stop figures as JSON, CSV or XLSX, by the file's suffix."""

from pathlib import Path

from admin.figures.onestop_view import OnestopView
from admin.reporting.annexes import annex_texts
from admin.reporting.files import write_whole
from admin.reporting.intake_tables import by_procedure, by_unit
from admin.reporting.period_phrase import period_phrase
from admin.reporting.result_formats import write_csv, write_json
from admin.reporting.workbook import Heading, WorkbookWriter


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
    )
    tables = {
        "intake": by_unit(texts, view.intake, view.block_names),
        "procedures": by_procedure(texts, view.intake),
    }
    with file.open("wb") as stream:
        book = WorkbookWriter(stream, heading, "vi")
        for key, table in tables.items():
            book.add_sheet(texts["sheets"][key], [table], title=texts["titles"][key])
        book.close()
