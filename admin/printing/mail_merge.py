"""A workbook with the links of dossiers, as a mail merge or another program reads it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from admin.kit.texts import Texts
from admin.printing.linked import Linked

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
FIXED = ("code", "unit", "unit_name", "procedure", "received_at", "due_at")
WIDTHS = {"code": 28, "unit_name": 24, "procedure": 40, "link": 60}


def write_links(
    file: Path,
    texts: Texts,
    linked: Sequence[Linked],
    until: date,
    name_of: Callable[[Linked], str | None] | None = None,
) -> None:
    """Write a row for each dossier: what it is, its link, and the channels' own links; with
    `name_of` the applicant's name too."""
    import xlsxwriter

    ways = list(dict.fromkeys(title for one in linked for title in one.ways))
    named = ["applicant"] if name_of else []
    heads = [*FIXED, *named, "link", "until"]
    with xlsxwriter.Workbook(str(file), OPTIONS) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for place, key in enumerate([*heads, *ways]):
            sheet.set_column(place, place, WIDTHS.get(key, 60 if key in ways else 14))
        titles = [texts.text(f"qr.columns.{key}") for key in heads]
        for place, title in enumerate([*titles, *ways]):
            sheet.write_string(0, place, title, bold)
        sheet.freeze_panes(1, 0)
        for number, one in enumerate(linked, 1):
            facts = [_shown(getattr(one.dossier, key)) for key in FIXED]
            names = [name_of(one) or ""] if name_of else []
            cells = [*facts, *names, one.url, _shown(until), *(one.ways.get(w, "") for w in ways)]
            for place, cell in enumerate(cells):
                sheet.write_string(number, place, cell)


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value or "")
