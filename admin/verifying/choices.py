"""The decisions that can be chosen for a review item, by their words and ids."""

from dataclasses import dataclass

from admin.verifying.dossier_phrases import DossierPhrases
from surveys.criteria import CRITERIA, ReviewReason
from surveys.spelling import fold
from surveys.store.results.review_queue import ReviewItem

CHANGE = "change"
STATES = ("upheld", "refuted")
ASIDES = ("keep", "drop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One decision: `kind` is the id (`confirm`, `upheld` …), `outcome` that of a change."""

    kind: str
    words: str
    outcome: str = ""

    @property
    def id(self) -> str:
        """`confirm`, or `change: late`."""
        return f"{self.kind}: {self.outcome}" if self.outcome else self.kind


def choices(phrases: DossierPhrases, item: ReviewItem) -> tuple[Choice, ...]:
    """What an officer can decide about an item, in the order of the drop-down list."""
    if item.doubt is ReviewReason.COMPLAINT:
        return tuple(_plain(phrases, kind) for kind in STATES)
    if item.doubt is ReviewReason.DISOWNED:
        return tuple(_plain(phrases, kind) for kind in ASIDES)
    changes = tuple(
        Choice(
            kind=CHANGE,
            outcome=name,
            words=phrases.text(
                "sheet.decisions.change", outcome=phrases.outcome(item.criterion, name)
            ),
        )
        for name in CRITERIA[item.criterion].outcome_codes
    )
    return (_plain(phrases, "confirm"), *changes, _plain(phrases, "refuse"))


def find_choice(offered: tuple[Choice, ...], written: str) -> Choice | None:
    """The decision by its words or its id; case, accents and signs make no difference."""
    key = fold(written)
    return next((one for one in offered if key in {fold(one.words), fold(one.id)}), None)


def _plain(phrases: DossierPhrases, kind: str) -> Choice:
    return Choice(kind=kind, words=phrases.text(f"sheet.decisions.{kind}"))
