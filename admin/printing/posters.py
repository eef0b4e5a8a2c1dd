"""The poster of a counter: one large code that opens the counter's own rating."""

from pathlib import Path

from reportlab.lib.pagesizes import A4, A5
from reportlab.pdfgen.canvas import Canvas

from admin.kit.texts import Texts
from admin.printing import codes, fonts
from admin.printing.text import Column

SIZES = {"a4": A4, "a5": A5}


def write_poster(
    file: Path, texts: Texts, *, size: str, authority: str, unit: str, counter: str, url: str
) -> None:
    """Write the poster as a PDF of one page."""
    fonts.register()
    width, height = SIZES[size]
    unit_of_size = width / 100
    canvas = Canvas(str(file), pagesize=(width, height), pageCompression=1, invariant=1)
    canvas.setTitle(texts.text("qr.poster.title"))
    canvas.setCreator("Một Cửa")
    margin = 8 * unit_of_size
    column = Column(
        canvas=canvas, x=margin, y=height - margin, width=width - 2 * margin, centred=True
    )
    column.write(authority, 2.6 * unit_of_size, lines=2, after=unit_of_size)
    column.write(unit, 4.2 * unit_of_size, bold=True, lines=3, after=unit_of_size)
    if counter:
        column.write(counter, 3.4 * unit_of_size, lines=2)
    column.y -= 2 * unit_of_size
    column.write(texts.text("qr.poster.title"), 5.4 * unit_of_size, bold=True, lines=3)
    side = min(width - 2 * margin - 10 * unit_of_size, column.y - 32 * unit_of_size)
    codes.draw(canvas, url, (width - side) / 2, column.y - side, side)
    column.y -= side + unit_of_size
    column.write(texts.text("qr.poster.how"), 3 * unit_of_size, after=1.5 * unit_of_size)
    column.write(texts.text("qr.poster.anonymous"), 2.5 * unit_of_size, after=1.5 * unit_of_size)
    column.write(texts.text("qr.poster.receipt"), 2.2 * unit_of_size, after=unit_of_size)
    column.write(url, 1.6 * unit_of_size, lines=2)
    canvas.showPage()
    canvas.save()
