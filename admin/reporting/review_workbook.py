"""The review as a workbook to decide in: a row per item, with a list of decisions to choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from admin.reporting.period_phrase import period_phrase
from admin.reporting.workbook import Field, Heading, Picker, SheetTable, WorkbookWriter
from admin.verifying.choices import choices
from admin.verifying.dossier_phrases import DossierPhrases
from admin.verifying.review_sheet import DECISION, KEYS, REASON, SheetRow, title_of
from surveys.period import Period

WIDTHS = {"dossier": 26, "unit": 12, "criterion": 8, "reference": 12, "period": 10}
WIDE = {"basis": 44, DECISION: 32, REASON: 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWorkbook:
    """The items of a period with their words; `office` heads the sheet."""

    phrases: DossierPhrases
    period: Period
    rows: Sequence[SheetRow]
    office: str

    def write(self, file: Path) -> None:
        """Write the workbook. Raises OSError."""
        texts = self.phrases.runtime.texts
        heading = Heading(
            office=self.office,
            title=texts.text("verify.sheet.title"),
            period=period_phrase(texts, self.period),
        )
        fields = [
            Field(title=title_of(key, texts.language), width=(WIDTHS | WIDE).get(key, 22))
            for key in KEYS
        ]
        lines = [[one.told.get(key, "") for key in KEYS] for one in self.rows]
        table = SheetTable(fields=fields, rows=lines, pickers=self._pickers())
        with file.open("wb") as stream:
            book = WorkbookWriter(stream, heading, texts.language)
            book.add_sheet(texts.text("verify.sheet.name"), [table])
            book.close()

    def _pickers(self) -> list[Picker]:
        """A list for each run of rows that can be decided alike."""
        found, first = [], 0
        for _, run in groupby(self.rows, key=lambda one: (one.item.doubt, one.item.criterion)):
            alike = list(run)
            words = tuple(one.words for one in choices(self.phrases, alike[0].item))
            last = first + len(alike) - 1
            found.append(Picker(column=KEYS.index(DECISION), first=first, last=last, words=words))
            first = last + 1
        return found
