"""Who decided what, for people and programs: a list, a workbook, the annex of a report."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.kit.output import Block
from admin.kit.tables import Column, Kind, Row, Table
from admin.verifying.dossier_phrases import DossierPhrases
from surveys.criteria import FROM_CITIZENS
from surveys.period import Period
from surveys.privacy import masked
from surveys.store.results.decided import Decided
from surveys.store.results.verifications import Action

SHOWN = ("at", "officer", "unit", "dossier", "about", "decision", "outcome", "reason")
CODES = frozenset({"unit", "dossier"})
KEYS = tuple(Decided.__slots__)
TOLD = (*KEYS, "decision_words", "outcome_words")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedList:
    """The decisions of a period, ready for every format."""

    period: Period
    found: Sequence[Decided]
    phrases: DossierPhrases

    def blocks(self) -> Iterator[Block]:
        """One table, oldest first."""
        yield self.phrases.text("made.title", id=self.period.id)
        yield Table(columns=self.columns(), rows=self.in_words())

    def columns(self) -> list[Column]:
        """The columns for people."""
        return [
            Column(
                key=key,
                title=self.phrases.text(f"made.columns.{key}"),
                kind=Kind.CODE if key in CODES else Kind.TEXT,
            )
            for key in SHOWN
        ]

    def in_words(self) -> list[dict[str, Any]]:
        """The rows for people."""
        return [self.words(one) for one in self.found]

    def words(self, one: Decided, *, open_codes: bool = True) -> dict[str, Any]:
        """A decision in words; without `open_codes` neither whole code nor what a citizen said."""
        hides = not open_codes and one.criterion in FROM_CITIZENS
        return {
            "at": f"{self.phrases.runtime.local(one.at):%d/%m/%Y %H:%M}",
            "officer": one.officer,
            "unit": one.unit,
            "dossier": one.dossier if open_codes else masked(one.dossier),
            "about": self._about(one),
            "decision": self._decision(one),
            "outcome": "" if hides else self._outcome(one),
            "reason": one.reason,
        }

    def as_json(self) -> list[dict[str, Any]]:
        """One entry per decision: ids, and their texts."""
        rows, keys = self.as_rows()
        return [{key: row[key] for key in keys} for row in rows]

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """The same for CSV."""
        rows = [
            asdict(one)
            | {"decision_words": self._decision(one), "outcome_words": self._outcome(one)}
            for one in self.found
        ]
        return rows, TOLD

    def _about(self, one: Decided) -> str:
        if one.reference:
            return self.phrases.text("made.about_complaint", reference=one.reference)
        if one.criterion:
            return self.phrases.text("made.about_criterion", number=one.criterion)
        return self.phrases.text("doubts.disowned")

    def _decision(self, one: Decided) -> str:
        return self.phrases.text(f"made.words.{one.decision}")

    def _outcome(self, one: Decided) -> str:
        if not one.criterion:
            return ""
        raw, counts = (self.phrases.outcome(one.criterion, name) for name in (one.raw, one.outcome))
        if one.decision != Action.CHANGE:
            return raw
        return self.phrases.text("made.change", raw=raw, outcome=counts)


def of_units(found: Collection[Decided], covers: Callable[[str], bool]) -> list[Decided]:
    """The decisions about units for which `covers` is true."""
    return [one for one in found if covers(one.unit)]
