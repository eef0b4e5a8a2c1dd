"""Writes what changed after a closing as files to hand in: document, workbook, JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from admin.closing import difference_view
from admin.closing.difference_view import DifferenceView
from admin.kit.output import plain
from admin.kit.texts import Texts
from admin.reporting.addendum_document import AddendumDocument
from admin.reporting.folder import filled_folder
from admin.reporting.pdf import to_pdf
from admin.reporting.period_phrase import period_phrase
from admin.reporting.workbook import Field, Heading, SheetTable, Value, WorkbookWriter
from surveys.errors import Refusal

NAMES = ("dinh-chinh.docx", "dinh-chinh.xlsx", "dinh-chinh.json")
WIDTHS = {"name": 36, "figure": 44, "changes": 70, "what": 50, "dossier": 30, "at": 18}


PDFS = ("dinh-chinh.pdf",)


def write_addendum(
    view: DifferenceView, folder: Path, *, office: str, force: bool, pdf: bool = False
) -> None:
    """Write the addendum of a period.

    Raises Refusal `closing.no_addendum` if nothing differs from what was signed, and as
    `filled_folder` and `to_pdf`.
    """
    found = view.found
    if not (found.figures or found.dossiers or found.reported):
        raise Refusal("closing.no_addendum", period=found.period.id)
    document, workbook, data = NAMES
    names = [*NAMES, *(PDFS if pdf else ())]
    with filled_folder(folder, names, force=force) as made:
        AddendumDocument(view=view, office=office).write(made / document)
        _write_workbook(view, made / workbook, office)
        text = json.dumps(view.as_json(), ensure_ascii=False, indent=1, default=plain)
        (made / data).write_text(f"{text}\n", "utf-8")
        if pdf:
            to_pdf([made / document], made)


def _write_workbook(view: DifferenceView, file: Path, office: str) -> None:
    texts = view.runtime.texts
    heading = Heading(
        office=office,
        title=view.text("addendum.title"),
        period=period_phrase(texts, view.found.period),
        mark=view.found.mark.line(texts),
    )
    with file.open("wb") as stream:
        book = WorkbookWriter(stream, heading, texts.language)
        for name, keys, rows in (
            ("figures", difference_view.FIGURES, map(view.figure_row, view.found.figures)),
            ("dossiers", difference_view.DOSSIERS, map(view.dossier_row, view.found.dossiers)),
            ("reported", difference_view.REPORTED, map(view.reported_row, view.found.reported)),
            ("causes", difference_view.CAUSES, iter(view.cause_rows())),
        ):
            listed = [[_cell(texts, row[key]) for key in keys.split()] for row in rows]
            title = view.text(f"addendum.sheets.{name}")
            book.add_sheet(title, [_table(view, keys.split(), listed)])
        book.activate(view.text("addendum.sheets.figures"))
        book.close()


def _table(view: DifferenceView, keys: Sequence[str], rows: list[list[Value]]) -> SheetTable:
    fields = [Field(title=view.text(f"columns.{k}"), width=WIDTHS.get(k, 14)) for k in keys]
    return SheetTable(fields=fields, rows=rows)


def _cell(texts: Texts, value: object) -> Value:
    return None if value is None else str(texts.shown(value))
