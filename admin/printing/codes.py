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

MASK = 2
"""One mask for all codes. The links are random, so it is as good as any: its mean penalty (ISO/IEC
18004, 7.8.3) is 3 % above that of the best of eight, and looking for the best takes four times as
long as the rest."""


def draw(canvas: "Canvas", content: str, x: float, y: float, side: float) -> None:
    """Draw the code, its white border included, as a square of `side` points from (x, y) up."""
    matrix = [bytes(row) for row in _make(content).matrix]
    size = len(matrix)
    module = side / (size + 2 * QUIET)
    canvas.saveState()
    canvas.transform(module, 0, 0, module, x + QUIET * module, y + QUIET * module)
    path = canvas.beginPath()
    for number, row in enumerate(matrix, 1):
        for first, length in runs(row):
            path.rect(first, size - number, length, 1)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


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
    code = _make(content)
    with file.open("wb") as stream:
        code.save(stream, kind="svg", scale=8, border=QUIET, title=title, light="white")


def _make(content: str) -> segno.QRCode:
    return segno.make_qr(content, error=ERROR, boost_error=False, mask=MASK)
