"""How a rating's figures and states are said."""

from dataclasses import dataclass
from decimal import Decimal

from admin.kit.texts import Texts
from scoring import confidence
from scoring.confidence import Trust
from scoring.law import Rulebook
from scoring.rounding import plain
from scoring.texts import say, written
from scoring.unit_rating import UnitRating
from surveys.criteria import FROM_CITIZENS

NOTHING = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words for one rulebook in one language."""

    texts: Texts
    rulebook: Rulebook

    @property
    def language(self) -> str:
        """`vi` or `en`."""
        return self.texts.language

    def text(self, key: str, **params: object) -> str:
        """A text of the rating's own file."""
        return self.texts.text(f"rate.{key}", **params)

    def number(self, value: Decimal | int | None) -> str:
        """Points and means with their digits, whole numbers grouped, nothing as a dash."""
        if isinstance(value, int):
            return str(self.texts.shown(value))
        return NOTHING if value is None else written(value, self.language)

    def signed(self, value: Decimal | None) -> str:
        """A difference with its sign."""
        if value is None:
            return NOTHING
        return f"{'+' if value > 0 else ''}{written(value, self.language)}"

    def points(self, unit: UnitRating, criterion: str) -> str:
        """A criterion of a unit; an appraised one is marked with *."""
        score = unit.scores[criterion]
        mark = "" if score.appraised is None else "*"
        return self.number(score.points) + mark

    def total(self, unit: UnitRating) -> str:
        """The total of what could be reached: `14,7/16`."""
        if unit.total is None:
            return NOTHING
        return f"{self.number(unit.total)}/{plain(unit.reachable)}"

    def grade(self, unit: UnitRating) -> str:
        """The grade, or why there is none."""
        if unit.grade is None:
            return say("states", unit.state.value, self.language)
        return unit.grade.name.of(self.language)

    def is_doubtful(self, unit: UnitRating) -> bool:
        """Whether so few citizens answered that the unit's grade is only an indication."""
        if unit.total is None:
            return False
        found = (
            confidence.of_finding(self.rulebook, unit.scores[c].finding, unit.evidence.dossiers)
            for c in FROM_CITIZENS
            if c in unit.scores and unit.scores[c].appraised is None
        )
        return any(one is not None and one.trust is Trust.FEW for one in found)
