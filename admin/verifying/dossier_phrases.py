"""Explains a dossier's outcome in words: its dates, its answers, the officer's decision."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from admin.kit.runtime import Runtime
from scoring.law import Rulebook
from scoring.supported import MISSING
from scoring.texts import written
from scoring.words import outcome_words
from surveys.criteria import CRITERIA, Source, outcome_name, outcomes, raw_outcomes
from surveys.form import Form, in_language, shipped_forms
from surveys.outcomes import ComplaintState, DossierRecord, Given
from surveys.store.base.connection import Connection
from surveys.store.results.verifications import Decision
from surveys.store.system import form_versions

PUBLICITY = "6"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPhrases:
    """Words dossiers under one rulebook; `forms` give the texts of questions and options."""

    runtime: Runtime
    rulebook: Rulebook
    forms: tuple[Form, ...]

    def outcome(self, criterion: str, name: str) -> str:
        """An outcome as the rulebook words it, else as it is usually called."""
        if name == MISSING:
            return self.text("no_evidence")
        return outcome_words(self.rulebook, criterion, name, self._language)

    def points(self, criterion: str, name: str) -> str:
        """The points of the outcome; a dash if it is not evidence, or does not count."""
        if self.counts_by_fact(criterion):
            return written(None, self._language)
        known = self._has(criterion) and name in self.rulebook.criteria[criterion].outcomes
        return written(self.rulebook.points(criterion, name) if known else None, self._language)

    def counts_by_fact(self, criterion: str) -> bool:
        """Whether the rulebook takes the unit's declared fact, and the answers are evidence for the
        verifier only (chỉ số 6).
        """
        source = self.rulebook.policies.choice("publicity_source", "")
        return criterion == PUBLICITY and source == "fact"

    def shown(self, criterion: str, record: DossierRecord) -> tuple[str, str]:
        """The names of the raw outcome and of the one that counts."""
        raw, counts = raw_outcomes(record).of(criterion), outcomes(record).of(criterion)
        return outcome_name(criterion, raw), outcome_name(criterion, counts)

    def reasons(
        self, criterion: str, record: DossierRecord, decision: Decision | None
    ) -> list[str]:
        """The reasons of the outcome, the officer's decision last."""
        found = [*self._dates(criterion, record), *self._answers(criterion, record)]
        if Source.COMPLAINTS in CRITERIA[criterion].sources:
            found += self._complaints(record)
        if decision is not None:
            found.append(self.decided(decision))
        return found

    def nameless(self, criterion: str, record: DossierRecord) -> list[str]:
        """The answers alone, without any day."""
        asked = [
            self.asked(given.question, given.option)
            for given in record.answers
            if given.question in CRITERIA[criterion].questions and given.option is not None
        ]
        return [self.text("said", question=question, option=option) for question, option in asked]

    def decided(self, decision: Decision) -> str:
        """One decision: who, when, from what to what, why."""
        raw, outcome = (
            self.outcome(decision.criterion, outcome_name(decision.criterion, code))
            for code in (decision.raw_outcome, decision.outcome)
        )
        return self.text(
            f"decisions.{decision.action}",
            officer=decision.officer,
            at=self.runtime.local(decision.at),
            raw=raw,
            outcome=outcome,
            reason=decision.reason,
        )

    def _dates(self, criterion: str, record: DossierRecord) -> Iterator[str]:
        sources = CRITERIA[criterion].sources
        if Source.PROMISED_DAY in sources:
            done = record.finished_at or record.returned_at
            yield self.text("dates", due=self._day(record.due_at), done=self._day(done))
            yield from self._supplements(record)
        for step in record.steps if Source.STEPS in sources else ():
            days = {"due": self._day(step.due_at), "done": self._day(step.finished_at)}
            yield self.text("step", agency=step.agency, **days)

    def _supplements(self, record: DossierRecord) -> Iterator[str]:
        """What the rulebook makes of requests for more papers."""
        if record.late_anyway:
            yield self.text("asked_again")
        if record.days_left_out:
            yield self.text("days_left_out", days=record.days_left_out)

    def _answers(self, criterion: str, record: DossierRecord) -> Iterator[str]:
        for question in CRITERIA[criterion].questions:
            for given in record.answers:
                if given.question == question and given.option is not None:
                    yield self.answer(given)

    def answer(self, given: Given) -> str:
        """One answer: when, the question, the option."""
        question, option = self.asked(given.question, given.option)
        at = self.runtime.local(given.answered_at)
        return self.text("answer", at=at, question=question, option=option)

    def asked(self, question: str, option: str | None) -> tuple[str, str]:
        """The texts of a question and an option; their ids if no form has them."""
        for form in self.forms:
            asked = form.question(question)
            chosen = asked.option(option) if asked and option is not None else None
            if asked and (chosen or option is None):
                return (
                    in_language(asked.text, self._language),
                    in_language(chosen.text, self._language) if chosen else "",
                )
        return question, option or ""

    def _complaints(self, record: DossierRecord) -> Iterator[str]:
        for state in record.conduct_complaints.values():
            yield self.text(f"complaints.{ComplaintState(state).value}")

    def _day(self, moment: datetime | None) -> object:
        return self.text("no_day") if moment is None else moment.date()

    def _has(self, criterion: str) -> bool:
        return criterion in self.rulebook.criteria

    @property
    def _language(self) -> str:
        return self.runtime.texts.language

    def text(self, key: str, **params: object) -> str:
        """A text of the verifier's own file."""
        return self.runtime.text(f"verify.{key}", **params)


async def known_forms(conn: Connection) -> tuple[Form, ...]:
    """Every published form, then the shipped ones."""
    return (*(await form_versions.load_all(conn)).values(), *shipped_forms())
