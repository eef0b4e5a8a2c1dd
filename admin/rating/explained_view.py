"""An explanation for people and programs: sentences, their figures, the dossiers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.closing.mark import marked_json
from admin.kit.output import Block
from admin.kit.tables import Row
from admin.kit.texts import Texts
from admin.rating.explained import DossierPage, ExplainedCriterion, ExplainResult
from admin.verifying.dossier_phrases import DossierPhrases
from scoring.confidence import Confidence
from scoring.texts import say
from scoring.unit_rating import UnitRating
from surveys.criteria import outcome_name
from surveys.privacy import masked
from surveys.store.results.dossier_records import Known

CSV_KEYS = ("dossier", "outcome", "points", "words", "reasons")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainView:
    """An explanation with its words, ready for every format."""

    texts: Texts
    result: ExplainResult
    phrases: DossierPhrases

    def blocks(self) -> Iterator[Block]:
        """A sentence, the lines that support it, then dossier by dossier."""
        explanation = self.result.explanation(self.texts.language)
        if self.result.mark is not None:
            yield self.result.mark.line(self.texts)
        yield explanation.sentence
        for line in (*explanation.because, *self._confidence()):
            yield f"  • {line}"
        if self.result.dossiers is not None:
            yield ""
            yield from self._dossier_lines(self.result.dossiers)

    def as_json(self) -> dict[str, Any]:
        """The sentences, their figures, one page of dossiers."""
        explanation = self.result.explanation(self.texts.language)
        unit, criterion, page = self.result.unit, self.result.criterion, self.result.dossiers
        found: dict[str, Any] = {
            "unit": unit.code,
            "rulebook": self.result.rulebook.id,
            "period": self.result.period.as_json(),
            **marked_json(self.result.mark),
            "sentence": explanation.sentence,
            "because": [*explanation.because, *self._confidence()],
            "rating": unit.as_json(),
            "scores": {number: score.points for number, score in unit.scores.items()},
            "grade_from": None if unit.grade is None else unit.grade.points,
        }
        if criterion is not None:
            found |= {"criterion": criterion.criterion, "figures": _figures(criterion, unit)}
        if page is not None:
            found |= {
                "whole": page.whole,
                "first": page.first,
                "next_page": page.next_page,
                "dossiers": self._dossiers(page),
            }
        return found

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per dossier."""
        page = self.result.dossiers
        rows = self._dossiers(page) if page else []
        return [row | {"reasons": " | ".join(row["reasons"])} for row in rows], CSV_KEYS

    def _confidence(self) -> Iterator[str]:
        criterion, unit = self.result.criterion, self.result.unit
        if criterion is None or criterion.confidence is None:
            return
        sure = criterion.confidence
        low, high = (self.result.rulebook.round_mean(value) for value in (sure.low, sure.high))
        word = say("trust", sure.trust.value, self.texts.language)
        role = self.result.rulebook.measures(criterion.criterion)
        counts = {"n": criterion.n, "dossiers": unit.evidence.seen_as(role).dossiers}
        yield self.texts.text("explain.confidence", low=low, high=high, word=word, **counts)

    def _dossier_lines(self, page: DossierPage) -> Iterator[str]:
        key = "dossiers" if page.known else "too_few" if page.nameless and page.whole else "none"
        numbers = {"first": page.first, "last": page.last, "whole": page.whole}
        yield self.texts.text(f"explain.{key}", **numbers)
        for row in self._dossiers(page):
            line = "nameless" if page.nameless else "dossier"
            yield f"  {self.texts.text(f'explain.{line}', **row)}"
            for reason in row["reasons"]:
                yield f"      {reason}"
        if page.next_page is not None:
            yield self.texts.text("explain.more", page=page.next_page)

    def _dossiers(self, page: DossierPage) -> list[dict[str, Any]]:
        return [self._dossier(page, one) for one in page.known]

    def _dossier(self, page: DossierPage, one: Known) -> dict[str, Any]:
        """A dossier's outcome, points and reasons in words."""
        _, today = self.phrases.shown(page.criterion, one.record)
        decision = page.decisions.get((one.dossier_id, page.criterion))
        if page.nameless:
            code, reasons = None, self.phrases.nameless(page.criterion, one.record)
        else:
            code = one.code if page.open_codes else masked(one.code)
            reasons = self.phrases.reasons(page.criterion, one.record, decision)
        signed = page.signed.get(one.dossier_id)
        counts = today if signed is None else outcome_name(page.criterion, signed)
        if counts != today:
            words = self.phrases.outcome(page.criterion, today)
            reasons.append(self.texts.text("explain.changed_since", today=words))
        return {
            "dossier": code,
            "outcome": counts,
            "words": self.phrases.outcome(page.criterion, counts),
            "points": self.phrases.points(page.criterion, counts),
            "reasons": reasons,
        }


def _figures(criterion: ExplainedCriterion, unit: UnitRating) -> Mapping[str, Any]:
    """The figures of a criterion; shares from 0 to 1."""
    found = asdict(criterion)
    found["confidence"] = _interval(criterion.confidence)
    return found | {"dossiers": unit.evidence.dossiers}


def _interval(sure: Confidence | None) -> dict[str, Any] | None:
    return None if sure is None else {"low": sure.low, "high": sure.high, "trust": sure.trust}
