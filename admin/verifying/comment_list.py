"""What citizens wrote in their own words, for verifiers: by unit and question, nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.kit.output import Block
from admin.kit.tables import Column, Kind, Row, Table
from admin.kit.texts import Texts
from surveys.form import Form, in_language
from surveys.period import Period
from surveys.store.results.free_texts import FreeText

KEYS = ("unit", "form", "question", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentList:
    """The texts of a period, ready for every format."""

    period: Period
    found: Sequence[FreeText]
    forms: Sequence[Form]
    texts: Texts

    def blocks(self) -> Iterator[Block]:
        """One table, by unit."""
        yield self.texts.text("verify.comments.title", id=self.period.id)
        yield Table(columns=self.columns(), rows=self.in_words())

    def columns(self) -> list[Column]:
        """The columns for people."""
        return [
            Column(
                key=key,
                title=self.texts.text(f"verify.comments.columns.{key}"),
                kind=Kind.CODE if key == "unit" else Kind.TEXT,
            )
            for key in KEYS
        ]

    def in_words(self) -> list[dict[str, Any]]:
        """The rows for people."""
        return [self._words(one) for one in self.found]

    def _words(self, one: FreeText) -> dict[str, Any]:
        """A text with the words of its question."""
        return asdict(one) | {"question": self._question(one)}

    def as_json(self) -> list[dict[str, Any]]:
        """One entry per text."""
        return [asdict(one) for one in self.found]

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """The same for CSV."""
        return self.as_json(), KEYS

    def _question(self, one: FreeText) -> str:
        asked = (form.question(one.question) for form in self.forms if form.id == one.form)
        known = next(filter(None, asked), None)
        return in_language(known.text, self.texts.language) if known else one.question
