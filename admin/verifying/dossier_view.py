"""One dossier as its verifier sees it, for people and programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.kit.output import Block
from admin.kit.tables import Column, Kind, Row, Table
from admin.verifying.dossier_file import DossierFile
from admin.verifying.dossier_phrases import DossierPhrases
from scoring.supported import MISSING
from surveys.criteria import CRITERIA
from surveys.store.results.answer_history import Complained, Said
from surveys.store.results.asides import form_of

CSV_KEYS = ("criterion", "raw", "outcome", "points", "raw_words", "outcome_words")
ANSWERS = "at channel form question answer latest"
COMPLAINTS = "at reference kind state due_on reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierView:
    """A dossier with its words, ready for every format."""

    file: DossierFile
    phrases: DossierPhrases

    def blocks(self) -> Iterator[Block]:
        """Criterion by criterion, then answers, complaints and decisions."""
        yield self.phrases.text("dossier", code=self.file.known.code)
        for title, keys, rows in (
            ("criteria", "criterion raw outcome points reasons", self._criteria_in_words()),
            ("answers", ANSWERS, [self._said(one) for one in self.file.said]),
            ("petitions", COMPLAINTS, [self._complained(one) for one in self.file.complained]),
        ):
            if rows:
                yield Table(
                    columns=self._columns(keys),
                    rows=rows,
                    title=self.phrases.text(f"titles.{title}"),
                )
        for decision in self.file.decisions:
            yield f"{decision.criterion}: {self.phrases.decided(decision)}"

    def as_json(self) -> dict[str, Any]:
        """Ids and moments, each with the words the terminal shows."""
        record = self.file.known.record
        decisions = self.file.decisions
        return {
            "dossier": self.file.known.code,
            "due_at": record.due_at,
            "finished_at": record.finished_at,
            "returned_at": record.returned_at,
            "criteria": {row["criterion"]: row for row in self._criteria()},
            "answers": [_in_words(one, self._said(one)) for one in self.file.said],
            "complaints": [_in_words(one, self._complained(one)) for one in self.file.complained],
            "decisions": [asdict(one) | {"words": self.phrases.decided(one)} for one in decisions],
        }

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per criterion."""
        return self._criteria(), CSV_KEYS

    def _criteria(self) -> list[dict[str, Any]]:
        found = []
        for criterion in CRITERIA:
            raw, counts = self.phrases.shown(criterion, self.file.known.record)
            last = self.file.last(criterion)
            found.append(
                {
                    "criterion": criterion,
                    "raw": raw,
                    "outcome": counts,
                    "points": self.phrases.points(criterion, counts),
                    "reasons": self.phrases.reasons(criterion, self.file.known.record, last),
                    "raw_words": self.phrases.outcome(criterion, raw),
                    "outcome_words": self._outcome_words(criterion, counts),
                    "by_fact": self.phrases.counts_by_fact(criterion),
                }
            )
        return found

    def _outcome_words(self, criterion: str, counts: str) -> str:
        """What counts: the outcome, or that the unit's fact does."""
        if self.phrases.counts_by_fact(criterion):
            return self.phrases.text("by_fact")
        return self.phrases.outcome(criterion, counts)

    def _criteria_in_words(self) -> list[dict[str, Any]]:
        return [
            row
            | {
                "raw": _with_id(row["raw_words"], row["raw"]),
                "outcome": row["outcome_words"]
                if row["by_fact"]
                else _with_id(row["outcome_words"], row["outcome"]),
                "reasons": "\n".join(row["reasons"]),
            }
            for row in self._criteria()
        ]

    def _said(self, one: Said) -> dict[str, Any]:
        question, option = self.phrases.asked(one.question, one.option)
        form = f"{form_of(one.form)} {one.form_version}"
        if form_of(one.form) != one.form:
            form = self.phrases.text("aside", form=form)
        return {
            "at": self.phrases.runtime.local(one.answered_at),
            "channel": one.channel,
            "form": form,
            "question": question,
            "answer": option or one.text or self.phrases.text("withdrawn"),
            "latest": one.latest,
        }

    def _complained(self, one: Complained) -> dict[str, Any]:
        return {
            "at": self.phrases.runtime.local(one.opened_at),
            "reference": one.reference,
            "kind": self.phrases.text(f"stated.{one.kind}"),
            "state": self.phrases.text(f"complaints.{one.state}"),
            "due_on": one.due_on,
            "reason": one.reason,
        }

    def _columns(self, keys: str) -> list[Column]:
        return [
            Column(
                key=key,
                title=self.phrases.text(f"columns.{key}"),
                kind=Kind.CODE if key == "reference" else Kind.TEXT,
            )
            for key in keys.split()
        ]


def _with_id(words: str, name: str) -> str:
    """The words, with the id that commands take; no evidence has none."""
    return words if name == MISSING else f"{words} ({name})"


def _in_words(one: Said | Complained, words: dict[str, Any]) -> dict[str, Any]:
    """The stored row; `words` has its texts on the terminal, in the authority's time zone."""
    return asdict(one) | {"words": words}
