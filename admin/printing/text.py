"""Texts on a page: wrapped into a column, never wider, cut to a number of lines."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from admin.printing.fonts import BOLD, PLAIN

LEADING = 1.25
ELLIPSIS = "…"


@dataclass(slots=True, kw_only=True)
class Column:
    """A column of a page that is filled from the top; `y` is where the next text begins."""

    canvas: Canvas
    x: float
    y: float
    width: float
    centred: bool = False

    def write(
        self, text: str, size: float, *, bold: bool = False, lines: int = 0, after: float = 0
    ) -> None:
        """Write a paragraph, cut to `lines` if given, and leave `after` points below it."""
        shown = text
        paragraph = self._paragraph(shown, size, bold=bold)
        height = self._height(paragraph)
        while lines and len(shown) > 1 and height > lines * size * LEADING + 0.5:
            shown = shown[: max(1, len(shown) * 9 // 10 - 1)].rstrip() + ELLIPSIS
            paragraph = self._paragraph(shown, size, bold=bold)
            height = self._height(paragraph)
        paragraph.drawOn(self.canvas, self.x, self.y - height)
        self.y -= height + after

    def _height(self, paragraph: Paragraph) -> float:
        return float(paragraph.wrap(self.width, 10_000)[1])

    def _paragraph(self, text: str, size: float, *, bold: bool) -> Paragraph:
        style = ParagraphStyle(
            "text",
            fontName=BOLD if bold else PLAIN,
            fontSize=size,
            leading=size * LEADING,
            alignment=TA_CENTER if self.centred else TA_LEFT,
            splitLongWords=True,
        )
        return Paragraph(escape(text), style)
