"""Words a rating's figures, grades, states and blocks in one language."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from admin.kit.texts import Texts
from scoring.law import Rulebook
from scoring.rounding import plain
from scoring.supported import Printed
from scoring.texts import Percent, written
from scoring.unit_rating import State, UnitRating
from scoring.words import state_words
from surveys.unit_kinds import block_name

UNKNOWN = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingPhrases:
    """The words for ratings by one rulebook, as they are on `day`, the last one of the period."""

    texts: Texts
    rulebook: Rulebook
    day: date

    @property
    def language(self) -> str:
        """`vi` or `en`."""
        return self.texts.language

    def text(self, key: str, **params: object) -> str:
        """A text of the rating's own file."""
        return self.texts.text(f"rate.{key}", **params)

    def number(self, value: Decimal | int | None) -> str:
        """Points and means with their digits, whole numbers grouped; a dash if unknown."""
        if isinstance(value, int):
            return str(self.texts.shown(value))
        return UNKNOWN if value is None else written(value, self.language)

    def percent(self, value: Decimal | None) -> str:
        """A percentage with one decimal; a dash if unknown."""
        return UNKNOWN if value is None else self.texts.percent(value)

    def signed(self, value: Decimal | None) -> str:
        """A difference with its sign."""
        if value is None:
            return UNKNOWN
        return f"{'+' if value > 0 else ''}{written(value, self.language)}"

    def criterion(self, number: str) -> str:
        """The short name of a criterion: `CS1`, or its id where it has no number."""
        if not number.isdecimal():
            return number
        return self.text("columns.criterion", number=number)

    def points(self, unit: UnitRating, criterion: str) -> str:
        """A criterion of a unit, `94,5%` if it has no points; an appraised one is marked with *."""
        score = unit.scores[criterion]
        mark = "" if score.appraised is None else "*"
        if score.points is None and score.percent is not None:
            return written(Percent(score.percent), self.language)
        return self.number(score.points) + mark

    def group(self, unit: UnitRating, name: str) -> str:
        """The points of a group; with the reachable points if these are below its maximum."""
        group = unit.groups[name]
        if group.points is None or group.reachable == group.max:
            return self.number(group.points)
        return f"{self.number(group.points)}/{plain(group.reachable)}"

    def total(self, unit: UnitRating) -> str:
        """The total out of the points that could be reached: `14,7/16`."""
        if unit.total is None:
            return UNKNOWN
        return f"{self.number(unit.total)}/{plain(unit.reachable)}"

    def grade(self, unit: UnitRating) -> str:
        """The grade, or why there is none."""
        if unit.grade is None:
            return self.state(unit.state)
        return unit.grade.name.of(self.language)

    def state(self, state: State) -> str:
        """How far a unit could be rated."""
        return state_words(self.rulebook, state, self.language)

    def block(self, block: str) -> str:
        """The name of a block of units; its id if it has no text."""
        return block_name(block, self.language, self.day)

    def aggregate(self, name: str) -> str:
        """The name of an overall figure."""
        return self.text(f"aggregates.{name}")

    def names(self, blocks: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """The names of every id used in a rating's JSON, for pages and reports."""
        language, bands = self.language, self.rulebook.grade_bands
        criteria = self.rulebook.criteria.items()
        groups = {name: one.name.of(language) for name, one in self.rulebook.groups.items()}
        found = {
            "criteria": {number: one.name.of(language) for number, one in criteria},
            "grades": {band.id: band.name.of(language) for band in bands},
            "states": {state.value: self.state(state) for state in State},
            "blocks": {block: self.block(block) for block in blocks},
            "aggregates": {name.value: self.aggregate(name.value) for name in Printed},
        }
        return found | ({"groups": groups} if groups else {})
