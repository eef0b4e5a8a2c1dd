"""The items a verifier should review, for people and programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.kit.output import Block
from admin.kit.tables import Column, Kind, Row, Table
from admin.verifying.dossier_phrases import DossierPhrases
from surveys.criteria import ReviewReason
from surveys.period import Period
from surveys.store.results.review_queue import ReviewItem

KEYS = ["unit", "dossier", "criterion", "doubt", "shown", "stated", "reference"]
IN_GROUP = ["dossier", "unit", "criterion", "shown", "stated", "reference"]
CODES = {"unit", "dossier", "reference"}
IN_WORDS = ("doubt", "shown", "stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewList:
    """The review items of a period, ready for every format."""

    period: Period
    items: tuple[ReviewItem, ...]
    phrases: DossierPhrases

    def blocks(self) -> Iterator[Block]:
        """A table per reason, named as `--doubt` and `--all-of` take it; one row per item."""
        columns = [
            Column(
                key=key,
                title=self.phrases.text(f"columns.{key}"),
                kind=Kind.CODE if key in CODES else Kind.TEXT,
            )
            for key in IN_GROUP
        ]
        yield self.phrases.text("list_title", id=self.period.id)
        for doubt in ReviewReason:
            rows = [
                asdict(one) | item_words(self.phrases, one)
                for one in self.items
                if one.doubt is doubt
            ]
            if rows:
                words = self.phrases.text(f"doubts.{doubt}")
                title = self.phrases.text("group", id=doubt.value, words=words, count=len(rows))
                yield Table(columns=columns, rows=rows, title=title)

    def as_json(self) -> list[dict[str, Any]]:
        """One entry per item: ids, and their texts."""
        rows, keys = self.as_rows()
        return [{key: row[key] for key in keys} for row in rows]

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """The same for CSV."""
        rows = [
            asdict(one)
            | {f"{key}_words": text for key, text in item_words(self.phrases, one).items()}
            for one in self.items
        ]
        return rows, [*KEYS, *(f"{key}_words" for key in IN_WORDS)]


def item_words(phrases: DossierPhrases, one: ReviewItem) -> dict[str, str]:
    """Why an item is listed, what counts now and what is stated, in words."""
    shown = phrases.outcome(one.criterion, one.shown) if one.criterion else ""
    doubt = phrases.text(f"doubts.{one.doubt}")
    return {"doubt": doubt, "shown": shown, "stated": _stated(phrases, one)}


def _stated(phrases: DossierPhrases, one: ReviewItem) -> str:
    if one.doubt is ReviewReason.CHANGED:
        return phrases.outcome(one.criterion, one.stated)
    return phrases.text(f"stated.{one.stated}") if one.stated else ""
