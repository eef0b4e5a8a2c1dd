"""The addendum as a document: each figure before and after, then cause by cause.

Set as NĐ 30/2020/NĐ-CP wants an official document: A4, Times New Roman, black.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from admin.closing.difference_view import DifferenceView
from admin.reporting.period_phrase import period_phrase

if TYPE_CHECKING:
    from docx.document import Document

FONT = "Times New Roman"
MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 15}
"""In millimetres."""
FIGURES = ("of", "name", "figure", "before", "after", "causes")
WIDTHS = (18, 42, 57, 18, 18, 17)
"""Of the columns of the figures, in millimetres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddendumDocument:
    """Differences with their words."""

    view: DifferenceView
    office: str

    def write(self, file: Path) -> None:
        """Write the document. Raises OSError."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        document = _new_document()
        text, found = self.view.text, self.view.found
        centre = WD_ALIGN_PARAGRAPH.CENTER
        _add(document, self.office.upper(), bold=True, align=centre)
        _add(document, text("addendum.title"), bold=True, align=centre, size=14)
        of = _lowered(period_phrase(self.view.runtime.texts, found.period))
        _add(document, text("addendum.of", period=of), bold=True, align=centre)
        mark = found.mark
        told = {"number": mark.number, "at": mark.at, "officer": mark.officer}
        _add(document, text("addendum.signed", **told, digest=mark.digest))
        _add(document, self.view.counted())
        _add(document, f"I. {text('figures')}", bold=True)
        self._add_figures(document)
        _add(document, f"II. {text('causes')}", bold=True)
        for line in self._causes():
            _add(document, line)
        document.save(str(file))

    def _add_figures(self, document: "Document") -> None:
        titles = [self.view.text(f"columns.{key}") for key in FIGURES]
        rows = [[_raised(str(row[key] or "")) for key in FIGURES] for row in self.rows()]
        _add_table(document, [titles, *rows])
        _add(document, "", size=6)

    def rows(self) -> list[dict[str, object]]:
        """The figures before and after, in words."""
        return [self.view.figure_row(one) for one in self.view.found.figures]

    def _causes(self) -> list[str]:
        """A paragraph per cause, with its row in the log and the figures it bears on."""
        figures = self.rows()
        lines = []
        for cause in self.view.cause_rows():
            number = cause["cause"]
            moved = [
                self.view.text("addendum.moved", **_texts(row))
                for row in figures
                if number in str(row["causes"]).split(", ") and row["name"]
            ]
            key = "cause" if cause["audit"] else "cause_of_citizen"
            line = " ".join(self.view.text(f"addendum.{key}", **_texts(cause)).split())
            lines.append(f"{line} {'; '.join(moved)}." if moved else line)
        return lines


def _raised(text: str) -> str:
    """As the beginning of a cell."""
    return text[:1].upper() + text[1:]


def _lowered(text: str) -> str:
    """As a part of a sentence."""
    return text[:1].lower() + text[1:]


def _texts(row: dict[str, object]) -> dict[str, object]:
    return {key: "" if value is None else value for key, value in row.items()}


def _new_document() -> "Document":
    import docx
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in MARGINS.items():
        setattr(section, name, Mm(size))
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(_qualified(kind), FONT)
    style.paragraph_format.space_after = Pt(6)
    return document


def _add(
    document: "Document", text: str, *, bold: bool = False, size: int = 13, align: object = None
) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.alignment = align  # type: ignore[assignment] # None: as the style says
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)


def _add_table(document: "Document", rows: Sequence[Sequence[str]]) -> None:
    """A table with borders whose header row repeats on every page, and no row is split."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    table = document.add_table(rows=len(rows), cols=len(WIDTHS), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Mm(width)
    for place, (row, values) in enumerate(zip(table.rows, rows, strict=True)):
        for cell, value, width in zip(row.cells, values, WIDTHS, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(value)
            run.font.size, run.bold = Pt(11), place == 0
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - no API
    header = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(header)  # noqa: SLF001


def _qualified(name: str) -> str:
    from docx.oxml.ns import qn

    found: str = qn(name)
    return found
