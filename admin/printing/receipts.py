"""Receipts: a page A6 for each dossier, or a sheet A4 of labels to stick on the paper receipt."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from admin.kit.texts import Texts
from admin.printing import codes, fonts
from admin.printing.linked import Linked
from admin.printing.text import Column

MARGIN = 8 * mm
CODE = 56 * mm
COLUMNS, ROWS = 3, 8
LABEL = (70 * mm, 37 * mm)
"""24 labels on a sheet A4, as they are sold (70 × 37 mm)."""
LABEL_CODE = 33 * mm
PAD = 2 * mm
Names = Callable[[Linked], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """Prints receipts. `name_of` gives the applicant's name, where it was asked for: a receipt
    passes through many hands, and its code works without a name."""

    texts: Texts
    authority: str
    until: date
    name_of: Names

    def pages(self, file: Path, linked: Sequence[Linked], told: Callable[[], object]) -> None:
        """Write a page A6 for each dossier; `told` is called after each."""
        canvas = self._canvas(file, A6)
        for one in linked:
            self._page(canvas, one)
            canvas.showPage()
            told()
        canvas.save()

    def labels(self, file: Path, linked: Sequence[Linked], told: Callable[[], object]) -> None:
        """Write sheets of labels; `told` is called after each label."""
        canvas = self._canvas(file, A4)
        for sheet in _sheets(linked):
            for place, one in enumerate(sheet):
                row, column = divmod(place, COLUMNS)
                left, top = column * LABEL[0], A4[1] - row * LABEL[1] - _edge()
                self._label(canvas, one, left, top)
                told()
            canvas.showPage()
        canvas.save()

    def _canvas(self, file: Path, size: tuple[float, float]) -> Canvas:
        fonts.register()
        rl_config.useA85 = 0  # binary streams: a sixth smaller
        canvas = Canvas(str(file), pagesize=size, pageCompression=1, invariant=1)
        canvas.setTitle(self._text("title"))
        canvas.setCreator("Một Cửa")
        return canvas

    def _page(self, canvas: Canvas, one: Linked) -> None:
        width, height = A6
        room = width - 2 * MARGIN
        column = Column(canvas=canvas, x=MARGIN, y=height - MARGIN, width=room)
        column.write(self.authority, 7, lines=1)
        column.write(one.dossier.unit_name, 10, bold=True, lines=2, after=4)
        column.write(self._text("title"), 11, bold=True, after=3)
        for text in self._facts(one):
            column.write(text, 7.5, lines=2, after=1)
        top = column.y - 1 * mm
        codes.draw(canvas, one.url, (width - CODE) / 2, top - CODE, CODE)
        below = Column(canvas=canvas, x=MARGIN, y=top - CODE, width=room, centred=True)
        below.write(self._text("scan"), 7.5, after=3)
        for title, link in one.ways.items():
            below.write(f"{title[:1].upper()}{title[1:]}: {link}", 5, lines=2, after=1)
        below.write(self._text("keep", until=self.until), 5.5, after=0)

    def _facts(self, one: Linked) -> Iterator[str]:
        """What the dossier is; never the day it was filed, which is asked as a second proof."""
        dossier = one.dossier
        yield self._text("code", code=dossier.code)
        if name := self.name_of(one):
            yield self._text("applicant", name=name)
        if dossier.procedure:
            yield self._text("procedure", procedure=dossier.procedure)
        if dossier.due_at is not None:
            yield self._text("due", day=_day(dossier.due_at))

    def _label(self, canvas: Canvas, one: Linked, left: float, top: float) -> None:
        width, height = LABEL
        codes.draw(canvas, one.url, left + PAD, top - (height + LABEL_CODE) / 2, LABEL_CODE)
        x = left + PAD + LABEL_CODE
        column = Column(canvas=canvas, x=x, y=top - 4 * mm, width=left + width - PAD - x)
        column.write(one.dossier.unit_name, 6, bold=True, lines=2, after=2)
        column.write(one.dossier.code, 5.5, lines=2, after=2)
        if name := self.name_of(one):
            column.write(name, 5.5, lines=2, after=2)
        column.write(self._text("scan_short"), 5.5, lines=5)

    def _text(self, key: str, **params: object) -> str:
        return self.texts.text(f"qr.printed.{key}", **params)


def _edge() -> float:
    """The white above the first row of labels."""
    return float(A4[1] - ROWS * LABEL[1]) / 2


def _sheets(linked: Iterable[Linked]) -> Iterator[list[Linked]]:
    rest = iter(linked)
    while sheet := list(islice(rest, COLUMNS * ROWS)):
        yield sheet


def _day(moment: datetime) -> date:
    return moment.date()
