"""The words of differences: figures, fields and values by their ids."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from admin.closing import differences
from admin.closing.differences import Differences, FigureChange, ReportedChange
from admin.kit.texts import Texts
from admin.rating.rating_phrases import RatingPhrases
from scoring.rounding import plain
from scoring.supported import MISSING, FactKind
from scoring.texts import Percent, written
from scoring.unit_rating import State
from scoring.words import term_words
from surveys.form import in_language
from surveys.unit_kinds import levels

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class DifferenceWords:
    """The words of one comparison."""

    texts: Texts
    found: Differences

    @property
    def phrases(self) -> RatingPhrases:
        """The words of the rulebook signed by."""
        book, day = self.found.signed.rulebook, self.found.signed.period.end
        return RatingPhrases(texts=self.texts, rulebook=book, day=day)

    def text(self, key: str, **params: object) -> str:
        """A text of the comparison."""
        return self.texts.text(f"closing.diff.{key}", **params)

    def figure(self, one: FigureChange) -> str:
        """What a figure is called."""
        if one.of == differences.TALLY:
            return self._answer(one.figure)
        if one.of == differences.FLOW:
            return self.text(f"flow.{one.figure}")
        is_reach = one.of == differences.REACH and one.figure == "answered"
        return self.field("returned_forms" if is_reach else one.figure)

    def value(self, one: FigureChange, value: object) -> object:
        """A figure before or now."""
        if one.figure == "grade" and value is not None:
            return self.field(str(value))
        if one.figure == "state":
            return self.phrases.state(State(str(value))) if value else value
        return self._number(value)

    def field(self, name: str) -> str:
        """What is different about a dossier or a unit; a grade; an overall figure."""
        criterion = name.removesuffix("_n")
        if criterion.startswith("cs"):
            words = self.phrases.criterion(criterion[2:])
            return self.text("n_of", criterion=words) if name.endswith("_n") else words
        grades = {band.id: band.name for band in self.found.signed.rulebook.grade_bands}
        if name in grades:
            return grades[name].of(self.texts.language)
        if name in self.found.signed.aggregates:
            return self.phrases.aggregate(name)
        return self.texts.find(f"closing.diff.fields.{name}") or name

    def about(self, field: str, value: object) -> str:
        """What a dossier shows in a field."""
        if field == "complaints":
            return self._complaints(value)
        if field == differences.FLOW:
            return self._counts(value)
        if field in {"online", "answered"} and value is not None:
            return self.text("yes" if value else "no")
        if field.startswith("cs"):
            return self._outcome(field, value)
        return self._day(value) or _shown(value)

    def name_of(self, one: ReportedChange) -> str:
        """What is different of a unit: a fact, a criterion, something about the unit itself."""
        if one.kind == differences.UNIT:
            return self.text(f"of_a_unit.{one.name}")
        if one.kind != "facts":
            return self.field(f"cs{one.name}")
        return term_words(self.found.signed.rulebook, one.name, self.texts.language)

    def reported(self, one: ReportedChange, value: object) -> str:
        """A fact, a score, something about a unit, before or now."""
        if one.kind != differences.UNIT or value is None:
            return self._case(value) or self._share(one, value) or self._number(value)
        if one.name == "level":
            known = levels().get(str(value))
            return known.name[self.texts.language] if known else str(value)
        if one.name == "block":
            return self.phrases.block(str(value))
        return self._day(value) or (str(value) if isinstance(value, str) else _listed(value))

    def _share(self, one: ReportedChange, value: object) -> str | None:
        """A fact that is a share 0–1, in percent."""
        kind = self.found.signed.rulebook.fact_kinds.get(one.name)
        if one.kind != "facts" or kind is not FactKind.SHARE or value is None:
            return None
        percent = plain(100 * Decimal(str(value)))
        return written(Percent(percent), self.texts.language)

    def _day(self, value: object) -> str | None:
        """A day that is kept as text, as people write it."""
        if isinstance(value, str) and _DAY.fullmatch(value):
            with suppress(ValueError):  # a name may look like a day and be none
                return str(self.texts.shown(date.fromisoformat(value)))
        return None

    def _case(self, value: object) -> str | None:
        """A fact that is the case of a criterion itself, as its rulebook words it."""
        for criterion in self.found.signed.rulebook.criteria.values():
            if isinstance(value, str) and value in criterion.outcomes:
                return criterion.outcomes[value].text.of(self.texts.language)
        return None

    def _complaints(self, value: object) -> str:
        """Complaints kept as `kind:state,…`."""
        if not value:
            return _shown(None)
        said = (one.partition(":") for one in str(value).split(","))
        text = self.texts.text
        return ", ".join(
            f"{text(f'verify.stated.{kind}')}: {text(f'verify.complaints.{state}')}"
            for kind, _, state in said
        )

    def _counts(self, value: object) -> str:
        """The counts of the one-stop report that a dossier belongs to."""
        names = value if isinstance(value, Sequence) else ()
        return ", ".join(self.text(f"flow.{name}") for name in names) or self.text("not_counted")

    def _outcome(self, field: str, value: object) -> str:
        criterion = self.found.signed.rulebook.criteria.get(field.removeprefix("cs"))
        if criterion is None:
            return _shown(value)
        if value in (None, MISSING):
            return self.text("no_evidence")
        known = criterion.outcomes.get(str(value))
        return known.text.of(self.texts.language) if known else str(value)

    def _answer(self, figure: str) -> str:
        form_id, question_id, option_id = figure.split(".", 2)
        for form in self.found.forms:
            question = form.question(question_id) if form.id == form_id else None
            option = question.option(option_id) if question else None
            if question and option:
                language = self.texts.language
                texts = (in_language(one.text, language) for one in (question, option))
                return " – ".join(texts)
        return figure

    def _number(self, value: object) -> str:
        """A number in the user's format, with its digits; anything else as it is."""
        if isinstance(value, int | Decimal) or value is None:
            return self.phrases.number(value)
        text = str(value)
        return self.phrases.number(Decimal(text)) if _NUMBER.fullmatch(text) else text


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and value else _shown(None)
