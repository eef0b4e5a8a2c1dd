"""What changed since a closing, for people and programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from admin.closing import differences
from admin.closing.causes import COMPLAINT, DECISION, Cause
from admin.closing.difference_words import DifferenceWords
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
from surveys.criteria import FROM_CITIZENS
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
        yield self.counted()
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

    def counted(self) -> str:
        """The counts above 0 in a sentence."""
        some = [(key, n) for key, n in self.counts().items() if n]
        parts = "; ".join(self.text(f"counted.{key}", count=n) for key, n in some)
        return f"{parts[:1].upper()}{parts[1:]}."

    def figure_row(self, one: FigureChange) -> dict[str, Any]:
        """A figure before and after, in words."""
        return {
            "of": self.text(f"of.{one.of}"),
            "code": one.code,
            "name": self._name(one),
            "figure": self.words.figure(one),
            "before": self.words.value(one, one.before),
            "after": self.words.value(one, one.after),
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
            return self.words.field(one.field)
        before, after = (self.words.about(one.field, value) for value in (one.before, one.after))
        return self.text("change", field=self.words.field(one.field), before=before, after=after)

    def reported_row(self, one: ReportedChange) -> dict[str, Any]:
        """A fact or a score before and after."""
        return {
            "unit": one.unit,
            "kind": self.text(f"kinds.{one.kind}"),
            "name": self.words.name_of(one),
            "before": self.words.reported(one, one.before),
            "after": self.words.reported(one, one.after),
            "causes": _listed(self._of(one.causes)),
        }

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
        raw, counts = (self.words.about(f"cs{criterion}", name) for name in outcomes)
        return f"{self.words.field(f'cs{criterion}')}: {raw} → {counts} ({reason})"

    @cached_property
    def words(self) -> DifferenceWords:
        """The words of figures, fields and values."""
        return DifferenceWords(texts=self.runtime.texts, found=self.found)

    def text(self, key: str, **params: object) -> str:
        """A text of the comparison."""
        return self.words.text(key, **params)

    def _of_figure(self, one: FigureChange) -> list[int]:
        """The causes that touched the unit's dossiers, facts or scores; of a criterion, only those
        that touched this criterion.
        """
        if one.of in (differences.BLOCK, differences.OVERALL):
            return self._of(self.found.causes)
        dossiers = self._by_unit.get(one.code, ())
        causes = [c for d in dossiers if _touches(d, one) for c in d.causes]
        causes += [c for r in self._of_unit(one.code) if self._bears_on(r, one) for c in r.causes]
        if one.of != differences.UNIT:
            causes = [c for c in causes if c.kind not in DECIDED]
            causes += self.found.reached.get((one.code, one.figure), ())
        return self._of(causes)

    def _of_unit(self, code: str) -> list[ReportedChange]:
        return [one for one in self.found.reported if one.unit == code]

    def _bears_on(self, reported: ReportedChange, one: FigureChange) -> bool:
        """Whether a fact, a score or a change of the unit itself can bear on a figure of it: a
        score on its criterion; a fact and the level on those that are not counted by dossier; what
        is counted with it on all.
        """
        if reported.kind == differences.UNIT and reported.name != "level":
            came_or_went = reported.before is None or reported.after is None
            return reported.name == "includes" or (reported.name == "name" and came_or_went)
        criterion = one.figure.removesuffix("_n")
        if one.of != differences.UNIT or not criterion.startswith("cs"):
            return one.of == differences.UNIT and one.figure in RATED
        if reported.kind in {"appraised", "self_scores"}:
            return criterion == f"cs{reported.name}"
        return not self._is_counted(one.code, criterion[2:])

    def _is_counted(self, code: str, criterion: str) -> bool:
        rated = (*self.found.signed.rating.units, *self.found.live.rating.units)
        findings = [unit.scores[criterion].finding for unit in rated if unit.code == code]
        return any(one.n is not None and one.measure is None for one in findings)

    @cached_property
    def _by_unit(self) -> Mapping[str, Sequence[DossierChange]]:
        """The dossiers of each unit, those that were moved away from it, those of merged units."""
        rated = (*self.found.signed.rating.units, *self.found.live.rating.units)
        heads = {part: unit.code for unit in rated for part in unit.evidence.includes}
        found: dict[str, list[DossierChange]] = {}
        for one in self.found.dossiers:
            before = [c.before for c in one.changes if c.field == "unit"]
            units = {one.unit, *map(str, filter(None, before))}
            for unit in units | {heads[code] for code in units if code in heads}:
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
            return self.words.phrases.block(one.code)
        return self.found.names.get(one.code, "")

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
    changed = {c.field: c for c in dossier.changes}
    if one.of == differences.FLOW:
        moved = changed.get(differences.FLOW)
        counts = {*(moved.before or ()), *(moved.after or ())} if moved else set()
        return one.figure in counts or "unit" in changed
    if dossier.how != differences.CHANGED:
        return True
    if changed.keys() <= {differences.FLOW}:
        return False
    moves = {"unit", "returned_on"}
    if one.of != differences.UNIT or one.figure == "responses":
        return bool(changed.keys() & {differences.ANSWERS, "answered", *moves})
    if one.figure in {"received", "dossiers"}:
        return bool(changed.keys() & {"received_on", *moves})
    criterion = one.figure.removesuffix("_n")
    return not criterion.startswith("cs") or bool(changed.keys() & {criterion, *moves})


def _cause(cause: Cause) -> dict[str, Any]:
    """A cause for programs: `what` says everything."""
    return {key: value for key, value in asdict(cause).items() if key != "said"}


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _kind(key: str) -> Kind:
    return Kind.CODE if key in CODES else Kind.FIGURE if key in NUMBERS else Kind.TEXT
