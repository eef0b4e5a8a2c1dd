"""The chain from a grade to the evidence: unit, criterion, dossiers, answer or date or decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from admin.kit.runtime import Runtime
from admin.verifying.words import CaseWords
from scoring import confidence
from scoring.explain import Explanation
from scoring.law import Rulebook
from scoring.unit_rating import UnitRating
from surveys.criteria import FROM_CITIZENS
from surveys.privacy import masked
from surveys.store.results.dossier_records import Known
from surveys.store.results.verifications import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossiers:
    """One page of the dossiers behind a criterion; codes are masked unless `open_codes`."""

    criterion: str
    known: tuple[Known, ...]
    decisions: Mapping[tuple[int, str], Decision]
    first: int
    whole: int
    open_codes: bool

    def rows(self, words: CaseWords) -> list[dict[str, Any]]:
        """One row a dossier: its outcome, points and reasons in words."""
        return [self._row(words, one) for one in self.known]

    def _row(self, words: CaseWords, one: Known) -> dict[str, Any]:
        _, counts = words.shown(self.criterion, one.case)
        decision = self.decisions.get((one.dossier_id, self.criterion))
        return {
            "dossier": one.code if self.open_codes else masked(one.code),
            "outcome": counts,
            "words": words.outcome(self.criterion, counts),
            "points": words.points(self.criterion, counts),
            "reasons": words.reasons(self.criterion, one.case, decision),
        }


def confidence_line(
    runtime: Runtime, rulebook: Rulebook, unit: UnitRating, criterion: str
) -> tuple[str, ...]:
    """How sure a mean of citizens' answers is, when not everybody was heard; else nothing."""
    finding = unit.scores[criterion].finding
    sure = confidence.of_finding(rulebook, finding, unit.evidence.dossiers)
    if criterion not in FROM_CITIZENS or sure is None:
        return ()
    low, high = (rulebook.round_mean(value) for value in (sure.low, sure.high))
    word = sure.word(runtime.texts.language)
    params = {"n": finding.n, "dossiers": unit.evidence.dossiers, "word": word}
    return (runtime.text("explain.confidence", low=low, high=high, **params),)


def as_json(
    unit: str, explanation: Explanation, words: CaseWords, dossiers: Dossiers | None
) -> dict[str, Any]:
    """For programs."""
    found: dict[str, Any] = {
        "unit": unit,
        "rulebook": words.rulebook.id,
        "sentence": explanation.sentence,
        "because": list(explanation.because),
    }
    if dossiers is not None:
        found |= {
            "criterion": dossiers.criterion,
            "whole": dossiers.whole,
            "first": dossiers.first,
            "dossiers": dossiers.rows(words),
        }
    return found


def show(
    runtime: Runtime, explanation: Explanation, words: CaseWords, dossiers: Dossiers | None
) -> None:
    """For people: a sentence, what stands behind it, then dossier by dossier."""
    click.echo(explanation.sentence)
    for line in explanation.because:
        click.echo(f"  • {line}")
    if dossiers is None:
        return
    last = dossiers.first + len(dossiers.known) - 1
    params = {"first": dossiers.first, "last": last, "whole": dossiers.whole}
    click.echo()
    click.echo(runtime.text("explain.dossiers" if dossiers.known else "explain.none", **params))
    for row in dossiers.rows(words):
        click.echo(f"  {runtime.text('explain.dossier', **row)}")
        for reason in row["reasons"]:
            click.echo(f"      {reason}")
    if last < dossiers.whole:
        click.echo(runtime.text("explain.more", page=(last // max(len(dossiers.known), 1)) + 1))
