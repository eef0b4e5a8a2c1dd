"""The rows of the sheet on which a review is decided: what we write, and what officers fill in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from admin.kit.texts import load_texts
from admin.sheets import ColumnSpec
from admin.verifying.dossier_phrases import DossierPhrases
from admin.verifying.review_list import item_words
from surveys.criteria import ReviewReason
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers
from surveys.store.results import dossier_records
from surveys.store.results.review_queue import ReviewItem
from surveys.texts import LANGUAGES

TOLD = ("dossier", "unit", "criterion", "doubt", "shown", "stated", "basis", "reference", "period")
"""What the program writes; an officer who changes it is refused by cell."""
DECISION, REASON = "decision", "officer_reason"
KEYS = (*TOLD[:-1], DECISION, REASON, TOLD[-1])
REQUIRED = frozenset({"dossier", "doubt", "period"})
"""The columns that are filled in every row."""
ORDER = {reason: place for place, reason in enumerate(ReviewReason)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One review item with the texts of its cells, by column."""

    item: ReviewItem
    told: Mapping[str, str]


def title_of(key: str, language: str) -> str:
    """The heading of a column."""
    return load_texts(language).text(f"verify.sheet.columns.{key}")


def columns() -> tuple[ColumnSpec, ...]:
    """The columns by their headings in every language."""
    return tuple(
        ColumnSpec(
            name=key,
            titles=tuple(title_of(key, language) for language in LANGUAGES),
            required=key in REQUIRED,
        )
        for key in KEYS
    )


async def read_rows(
    conn: Connection, phrases: DossierPhrases, period: Period, items: Sequence[ReviewItem]
) -> list[SheetRow]:
    """The items as rows: by reason and criterion, so that equal drop-down lists are together."""
    ids = await dossiers.find_ids(conn, {one.dossier for one in items})
    known = {one.code: one for one in await dossier_records.find_many(conn, list(ids.values()))}
    ordered = sorted(items, key=lambda one: (ORDER[one.doubt], one.criterion))

    def basis(one: ReviewItem) -> str:
        if not one.criterion:
            return ""
        return "; ".join(phrases.reasons(one.criterion, known[one.dossier].record, None))

    return [
        SheetRow(item=one, told=dict(_told(phrases, period, one, basis(one)))) for one in ordered
    ]


def _told(
    phrases: DossierPhrases, period: Period, one: ReviewItem, basis: str
) -> Iterator[tuple[str, str]]:
    yield from item_words(phrases, one).items()
    for key in ("dossier", "unit", "criterion", "reference"):
        yield key, getattr(one, key)
    yield "basis", basis
    yield "period", period.id
