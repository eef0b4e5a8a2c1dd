"""What changed since a closing, for people and programs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from admin.closing import differences
from admin.closing.causes import COMPLAINT, DECISION, Cause
from admin.closing.differences import (
    Differences,
    DossierChange,
    FieldChange,
    FigureChange,
    ReportedChange,
)
from admin.kit.output import Block
from admin.kit.runtime import Runtime
from admin.kit.tables import Column, Kind, Row, Table
from admin.rating.dossier_pages import may_see_answers
from admin.rating.rating_phrases import RatingPhrases
from scoring.supported import MISSING
from scoring.unit_rating import State
from scoring.words import term_words
from surveys.criteria import FROM_CITIZENS
from surveys.form import in_language
from surveys.privacy import masked

FIGURES = "of code name figure before after causes"
CSV = ("of", "code", "figure", "before", "after", "causes")
DOSSIERS = "dossier unit how changes causes"
REPORTED = "unit kind name before after causes"
CAUSES = "cause at by kind what audit"
CODES = frozenset({"code", "dossier", "unit"})
NUMBERS = frozenset({"before", "after"})
RATED = frozenset({"total", "grade", "state"})
"""Figures of a unit that follow from all others."""
FROM_ANSWERS = frozenset({"complaints", *(f"cs{number}" for number in FROM_CITIZENS)})
"""Fields of a dossier from which its answers could be read."""
DECIDED = frozenset({DECISION, COMPLAINT})
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class DifferenceView:
    """Differences with their words."""

    runtime: Runtime
    found: Differences

    def blocks(self) -> Iterator[Block]:
        """The closing, then figures, dossiers, reported facts and scores, the causes."""
        found = self.found
        period = found.period
        yield self.text("heading", period=period.id, first=period.start, last=period.end)
        yield found.mark.line(self.runtime.texts)
        if found.is_open:
            yield self.text("reopened")
        if not (found.figures or found.dossiers or found.reported):
            yield self.text("nothing")
            return
        yield self.text("counts", **self.counts())
        for title, keys, rows in (
            ("figures", FIGURES, [self.figure_row(one) for one in found.figures]),
            ("dossiers", DOSSIERS, [self.dossier_row(one) for one in found.dossiers]),
            ("reported", REPORTED, [self.reported_row(one) for one in found.reported]),
            ("causes", CAUSES, self.cause_rows()),
        ):
            if rows:
                yield Table(columns=self._columns(keys), rows=rows, title=self.text(title))

    def as_json(self) -> dict[str, Any]:
        """Ids and values; causes are numbers of the list `causes`."""
        found, numbers = self.found, self._numbers
        return {
            "period": found.period.as_json(),
            **found.mark.as_json(),
            "reopened": found.is_open,
            "counts": self.counts(),
            "figures": [asdict(f) | {"causes": self._of_figure(f)} for f in found.figures],
            "dossiers": [self._dossier(one) for one in found.dossiers],
            "reported": [self._with_causes(one) for one in found.reported],
            "causes": [_cause(cause) | {"cause": numbers[cause]} for cause in found.causes],
        }

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per figure."""
        rows = [
            asdict(one) | {"causes": _listed(self._of_figure(one))} for one in self.found.figures
        ]
        return rows, CSV

    def counts(self) -> dict[str, int]:
        """The numbers of figures, units with another total, dossiers, and causes by kind."""
        found = self.found
        kinds = [cause.kind for cause in found.causes]
        return {
            "figures": len(found.figures),
            "grades": sum(one.figure == "grade" for one in found.figures),
            "dossiers": len(found.dossiers),
            "entered": sum(one.how == differences.ENTERED for one in found.dossiers),
            "left": sum(one.how == differences.LEFT for one in found.dossiers),
            "reported": len(found.reported),
            "decisions": kinds.count("decision") + kinds.count("complaint"),
            "imports": kinds.count("import") + kinds.count("undo"),
        }

    def figure_row(self, one: FigureChange) -> dict[str, Any]:
        """A figure before and after, in words."""
        return {
            "of": self.text(f"of.{one.of}"),
            "code": one.code,
            "name": self._name(one),
            "figure": self._figure(one),
            "before": self._value(one, one.before),
            "after": self._value(one, one.after),
            "causes": _listed(self._of_figure(one)),
        }

    def dossier_row(self, one: DossierChange) -> dict[str, Any]:
        """A dossier and what it shows now."""
        changes = [self._change(c) for c in one.changes]
        return {
            "dossier": one.dossier if self._sees_answers else masked(one.dossier),
            "unit": one.unit,
            "how": self.text(f"how.{one.how}"),
            "changes": "; ".join(changes) if one.how == differences.CHANGED else "",
            "causes": _listed(self._of(one.causes)),
        }

    @cached_property
    def _sees_answers(self) -> bool:
        """Answers by dossier are for verifiers alone."""
        return may_see_answers(self.runtime, [one.unit for one in self.found.dossiers])

    def _hides(self, one: FieldChange) -> bool:
        return one.field in FROM_ANSWERS and not self._sees_answers

    def _change(self, one: FieldChange) -> str:
        if one.field == differences.ANSWERS:
            return self.text("later_answers")
        if self._hides(one):
            return self._field(one.field)
        shown = self._complaints if one.field == "complaints" else partial(self._outcome, one.field)
        before, after = (shown(value) for value in (one.before, one.after))
        return self.text("change", field=self._field(one.field), before=before, after=after)

    def _complaints(self, value: object) -> str:
        """Complaints kept as `kind:state,…` in words."""
        if not value:
            return _shown(None)
        said = (one.partition(":") for one in str(value).split(","))
        text = self.runtime.text
        return ", ".join(
            f"{text(f'verify.stated.{kind}')}: {text(f'verify.complaints.{state}')}"
            for kind, _, state in said
        )

    def reported_row(self, one: ReportedChange) -> dict[str, Any]:
        """A fact or a score before and after."""
        return {
            "unit": one.unit,
            "kind": self.text(f"kinds.{one.kind}"),
            "name": self._reported(one),
            "before": self._number(one.before),
            "after": self._number(one.after),
            "causes": _listed(self._of(one.causes)),
        }

    def _reported(self, one: ReportedChange) -> str:
        if one.kind != "facts":
            return self._field(f"cs{one.name}")
        return term_words(self.found.signed.rulebook, one.name, self.runtime.texts.language)

    def cause_rows(self) -> list[dict[str, Any]]:
        """Every cause with its number, and the number of its row in the audit log."""
        return [
            {
                "cause": str(number),
                "at": self.runtime.local(one.at),
                "by": one.by,
                "kind": self.text(f"causes_of.{one.kind}"),
                "what": self._what(one),
                "audit": None if one.audit is None else str(one.audit),
            }
            for one, number in self._numbers.items()
        ]

    def _what(self, one: Cause) -> str:
        """What happened, in words where the cause has ids."""
        if one.kind == COMPLAINT:
            reference, state, reason = one.said
            return f"{reference}: {self.runtime.text(f'verify.complaints.{state}')} ({reason})"
        if one.kind != DECISION:
            return one.what
        criterion, *outcomes, reason = one.said
        raw, counts = (self._outcome(f"cs{criterion}", name) for name in outcomes)
        return f"{self._field(f'cs{criterion}')}: {raw} → {counts} ({reason})"

    def text(self, key: str, **params: object) -> str:
        """A text of the comparison."""
        return self.runtime.text(f"closing.diff.{key}", **params)

    def _of_figure(self, one: FigureChange) -> list[int]:
        """The causes that touched the unit's dossiers, facts or scores; of a criterion, only those
        that touched this criterion.
        """
        if one.of in (differences.BLOCK, differences.OVERALL):
            return self._of(self.found.causes)
        dossiers = self._by_unit.get(one.code, ())
        causes = [c for d in dossiers if _touches(d, one) for c in d.causes]
        if one.of == differences.UNIT:
            causes += [
                c
                for r in self.found.reported
                if r.unit == one.code and self._bears_on(r, one)
                for c in r.causes
            ]
        else:
            causes = [c for c in causes if c.kind not in DECIDED]
            causes += self.found.reached.get((one.code, one.figure), ())
        return self._of(causes)

    def _bears_on(self, reported: ReportedChange, one: FigureChange) -> bool:
        """Whether a fact or score can bear on a figure of its unit: a score on its criterion, a
        fact on those that are not counted by dossier.
        """
        criterion = one.figure.removesuffix("_n")
        if not criterion.startswith("cs"):
            return one.figure in RATED
        if reported.kind != "facts":
            return criterion == f"cs{reported.name}"
        return not self._is_counted(one.code, criterion[2:])

    def _is_counted(self, code: str, criterion: str) -> bool:
        rated = (*self.found.signed.rating.units, *self.found.live.rating.units)
        findings = [unit.scores[criterion].finding for unit in rated if unit.code == code]
        return any(one.n is not None and one.measure is None for one in findings)

    @cached_property
    def _by_unit(self) -> Mapping[str, Sequence[DossierChange]]:
        """The dossiers of each unit, and those that were moved away from it."""
        found: dict[str, list[DossierChange]] = {}
        for one in self.found.dossiers:
            before = [c.before for c in one.changes if c.field == "unit"]
            for unit in {one.unit, *map(str, filter(None, before))}:
                found.setdefault(unit, []).append(one)
        return found

    def _of(self, causes: Sequence[Cause]) -> list[int]:
        numbers = self._numbers
        return sorted({numbers[cause] for cause in causes})

    @cached_property
    def _numbers(self) -> dict[Cause, int]:
        return {cause: number for number, cause in enumerate(self.found.causes, 1)}

    def _dossier(self, one: DossierChange) -> dict[str, Any]:
        shown = replace(one, changes=tuple(c for c in one.changes if not self._hides(c)))
        if not self._sees_answers:
            shown = replace(shown, dossier=masked(one.dossier))
        return self._with_causes(shown)

    def _with_causes(self, one: DossierChange | ReportedChange) -> dict[str, Any]:
        return asdict(one) | {"causes": self._of(one.causes)}

    def _name(self, one: FigureChange) -> str:
        if one.of == differences.BLOCK:
            return self._phrases().block(one.code)
        return self.found.names.get(one.code, "")

    def _figure(self, one: FigureChange) -> str:
        if one.of == differences.TALLY:
            return self._answer(one.figure)
        is_reach = one.of == differences.REACH and one.figure == "answered"
        return self._field("returned_forms" if is_reach else one.figure)

    def _field(self, name: str) -> str:
        criterion = name.removesuffix("_n")
        if criterion.startswith("cs"):
            words = self._phrases().criterion(criterion[2:])
            return self.text("n_of", criterion=words) if name.endswith("_n") else words
        grades = {band.id: band.name for band in self.found.signed.rulebook.grade_bands}
        if name in grades:
            return grades[name].of(self.runtime.texts.language)
        if name in self.found.signed.aggregates:
            return self._phrases().aggregate(name)
        return self.runtime.texts.find(f"closing.diff.fields.{name}") or name

    def _answer(self, figure: str) -> str:
        form_id, question_id, option_id = figure.split(".", 2)
        for form in self.found.forms:
            question = form.question(question_id) if form.id == form_id else None
            option = question.option(option_id) if question else None
            if question and option:
                language = self.runtime.texts.language
                texts = (in_language(one.text, language) for one in (question, option))
                return " – ".join(texts)
        return figure

    def _value(self, one: FigureChange, value: object) -> object:
        if one.figure == "grade" and value is not None:
            return self._field(str(value))
        if one.figure == "state":
            return self._phrases().state(State(str(value))) if value else value
        return self._number(value)

    def _number(self, value: object) -> str:
        """A number in the user's format, with its digits; anything else as it is."""
        if isinstance(value, int | Decimal) or value is None:
            return self._phrases().number(value)
        text = str(value)
        return self._phrases().number(Decimal(text)) if _NUMBER.fullmatch(text) else text

    def _outcome(self, field: str, value: object) -> str:
        """What a dossier shows, in words."""
        criterion = self.found.signed.rulebook.criteria.get(field.removeprefix("cs"))
        if criterion is None or not field.startswith("cs"):
            return _shown(value)
        if value in (None, MISSING):
            return self.text("no_evidence")
        known = criterion.outcomes.get(str(value))
        return known.text.of(self.runtime.texts.language) if known else str(value)

    def _phrases(self) -> RatingPhrases:
        return RatingPhrases(
            texts=self.runtime.texts,
            rulebook=self.found.signed.rulebook,
            day=self.found.signed.period.end,
        )

    def _columns(self, keys: str) -> list[Column]:
        return [
            Column(
                key=key,
                title=self.text(f"columns.{key}"),
                kind=_kind(key),
            )
            for key in keys.split()
        ]


def _touches(dossier: DossierChange, one: FigureChange) -> bool:
    """Whether what changed about a dossier of the unit can bear on this figure of it."""
    if dossier.how != differences.CHANGED:
        return True
    changed = {c.field for c in dossier.changes}
    moved = {"unit", "returned_on"}
    if one.of != differences.UNIT or one.figure == "responses":
        return bool(changed & {differences.ANSWERS, "answered", *moved})
    if one.figure in {"received", "dossiers"}:
        return bool(changed & {"received_on", *moved})
    criterion = one.figure.removesuffix("_n")
    return not criterion.startswith("cs") or bool(changed & {criterion, *moved})


def _cause(cause: Cause) -> dict[str, Any]:
    """A cause for programs: `what` says everything."""
    return {key: value for key, value in asdict(cause).items() if key != "said"}


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _kind(key: str) -> Kind:
    return Kind.CODE if key in CODES else Kind.FIGURE if key in NUMBERS else Kind.TEXT


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
