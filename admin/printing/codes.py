"""QR codes: as lines of a PDF, and as SVG files. Their contents are links to this service."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

QUIET = 4
"""Modules that stay white on every side (ISO/IEC 18004)."""
ERROR = "m"
"""15 % of a code may be covered or worn."""


def draw(canvas: "Canvas", content: str, x: float, y: float, side: float) -> None:
    """Draw the code, its white border included, as a square of `side` points from (x, y) up."""
    matrix = [bytes(row) for row in segno.make(content, error=ERROR, boost_error=False).matrix]
    module = side / (len(matrix) + 2 * QUIET)
    path = canvas.beginPath()
    for number, row in enumerate(matrix):
        top = y + side - (QUIET + number + 1) * module
        for first, length in runs(row):
            path.rect(x + (QUIET + first) * module, top, length * module, module)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def runs(row: bytes) -> Iterator[tuple[int, int]]:
    """The dark stretches of a row: where each begins, and how long it is."""
    at = row.find(1)
    while at >= 0:
        end = row.find(0, at)
        end = len(row) if end < 0 else end
        yield at, end - at
        at = row.find(1, end)


def write_svg(file: Path, content: str, title: str) -> None:
    """Write the code as an SVG file."""
    code = segno.make(content, error=ERROR, boost_error=False)
    with file.open("wb") as stream:
        code.save(stream, kind="svg", scale=8, border=QUIET, title=title, light="white")
