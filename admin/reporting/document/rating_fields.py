"""The fields of a report about the rating: the area's figure, its blocks, criteria and grades."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from admin.figures.model import (
    BlockFigures,
    CriterionFigures,
    GradeFigures,
    Number,
    RatingFigures,
)
from admin.reporting.document.words import Words
from scoring.unit_rating import State

UNRATED = (State.NO_DOSSIERS.value, State.NOT_SCORED.value, State.INSUFFICIENT.value)
Fields = dict[str, Any]
ZERO = Decimal(0)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
"""The numbers of the annexes: the first is about the whole area, the next about each block."""


def criteria_named(words: Words, criteria: Sequence[CriterionFigures]) -> str:
    """`chỉ số 2, 9`; a criterion without a number by its name."""
    numbers = [one.id for one in criteria if one.id.isdecimal()]
    others = [words.say("criterion.other", name=c.name) for c in criteria if not c.id.isdecimal()]
    joined = words.say("comma").join(numbers)
    named = [words.say("criterion.number", id=joined)] if numbers else []
    return words.say("comma").join([*named, *others])


def criterion_in_full(words: Words, criterion: CriterionFigures) -> str:
    """`chỉ số 2 “Thời gian …”`."""
    key = "criterion.named" if criterion.id.isdecimal() else "criterion.other"
    return words.say(key, id=criterion.id, name=criterion.name)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _within(name: str) -> str:
    """A name within a sentence: `khối xã`, but `UBND các xã`."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFields:
    """The rating's figures in words. `area`: the area the report speaks of."""

    words: Words
    rating: RatingFigures
    area: str

    def whole(self) -> Fields:
        """`diem`: the figure of the area, its grade, the criteria."""
        say, rating = self.words.say, self.rating
        scored = len(rating.in_state(State.SCORED.value))
        return {
            "binh_quan": self.words.number(rating.leading),
            "xep_loai": self.grade_name(rating.grade),
            "toi_da": self.words.number(rating.rules.full_marks),
            "so_don_vi": self.words.plain(len(rating.units)),
            "da_cham": self.words.plain(scored),
            "cau": self._sentence(),
            "cau_chi_so": self._criteria(rating.criteria),
            "cau_da_cham": say("rating.scored", scored, all=len(rating.units)),
            "cau_cach_tinh": self._aggregates(),
            "cau_bo_quy_tac": self._rules(),
        }

    def _rules(self) -> str:
        """Which rules, and on what basis they still hold."""
        rules, say = self.rating.rules, self.words.say
        found = [say("rating.rules", id=rules.id, version=str(rules.version), source=rules.source)]
        if rules.local_decision:
            found.append(say("rating.kept", decision=rules.local_decision))
        if rules.basis_ended:
            found.append(say("rating.ended"))
        return " ".join(found)

    def _sentence(self) -> str:
        rating, say = self.rating, self.words.say
        if not rating.in_state(State.SCORED.value):
            return say("rating.none")
        if rating.leading is None:
            return say("rating.no_total")
        if rating.grade is None:
            full = rating.rules.full_marks
            return say("rating.mean_ungraded", area=self.area, mean=rating.leading, full=full)
        grade = self.grade_name(rating.grade)
        return say("rating.mean", area=self.area, mean=rating.leading, grade=grade)

    def _aggregates(self) -> str:
        known = {k: value for k, value in self.rating.aggregates.items() if value is not None}
        if len(set(known.values())) < len(known) or len(known) < 2:
            return ""
        name = {key: self.words.texts.text(f"rate.aggregates.{key}") for key in known}
        listed = [f"{name[key]}: {self.words.number(value)}" for key, value in known.items()]
        say, leading = self.words.say, name.get(self.rating.rules.printed, "")
        joined = say("semicolon").join(listed)
        return say("rating.aggregates", aggregates=joined, leading=leading)

    def _criteria(self, criteria: Sequence[CriterionFigures]) -> str:
        """The criteria with their means, those with the same mean taken together."""
        known = [one for one in criteria if one.mean is not None]
        parts = []
        for mean in dict.fromkeys(one.mean for one in known):
            alike = [one for one in known if one.mean == mean]
            parts.append(self._with_mean(alike))
        joined = self.words.say("semicolon").join(parts)
        return self.words.say("rating.criteria", criteria=joined) if parts else ""

    def _with_mean(self, alike: Sequence[CriterionFigures]) -> str:
        key = "rating.points" if alike[0].max is not None else "rating.share"
        named = criteria_named(self.words, alike)
        return self.words.say(key, criteria=named, points=self.mean(alike[0]))

    def mean(self, criterion: CriterionFigures, value: Number | str = "") -> str:
        """A mean of a criterion: points, or a percentage where it gives none."""
        shown = criterion.mean if value == "" else value
        number = self.words.number(shown if not isinstance(shown, str) else None)
        return number if criterion.max is not None or shown is None else f"{number}%"

    def criteria(self) -> list[Fields]:
        """`chi_so[]`: every criterion."""
        return [
            {
                "ma": one.id,
                "ten": one.name,
                "binh_quan": self.mean(one),
                "toi_da": self.words.number(one.max),
                "so_don_vi": self.words.plain(one.units),
            }
            for one in self.rating.criteria
        ]

    def blocks(self) -> list[Fields]:
        """`khoi[]`: every block with its grades, states and sentences."""
        return [self._block(n, block) for n, block in enumerate(self.rating.blocks, 1)]

    def _block(self, number: int, block: BlockFigures) -> Fields:
        grades = self.rating.grades
        absent = [grade.name.lower() for grade in grades if not block.grades.get(grade.id)]
        return {
            "so": str(number),
            "ten": block.name,
            "so_don_vi": self.words.plain(block.units),
            "da_cham": self.words.plain(block.scored),
            "binh_quan": self.words.number(block.mean),
            "xep_loai": self.grade_name(block.grade),
            "muc": [self._grade(block, n) for n, grade in enumerate(grades)],
            "muc_co": [self._grade_sentence(block, n) for n in self._reached(block)],
            "chua_phat_sinh": self.words.plain(block.states.get(State.NO_DOSSIERS.value, 0)),
            "chua_cham": self.words.plain(block.states.get(State.NOT_SCORED.value, 0)),
            "thieu_thong_tin": self.words.plain(block.states.get(State.INSUFFICIENT.value, 0)),
            "cau_khong_co": self._absent(absent) if block.scored else "",
            "cau_binh_quan": self._block_mean(block),
            "cau_trang_thai": self._states(block),
            "cau_tom_tat": self._summary(block),
            "cau_chi_so": self._block_criteria(block),
            "phu_luc": ROMAN[number] if number < len(ROMAN) else str(number + 1),
        }

    def _reached(self, block: BlockFigures) -> list[int]:
        return [n for n, g in enumerate(self.rating.grades) if block.grades.get(g.id)]

    def _absent(self, grades: Sequence[str]) -> str:
        joined = self.words.say("comma").join(grades)
        return self.words.say("block.no_grade", grades=joined) if grades else ""

    def _grade(self, block: BlockFigures, place: int) -> Fields:
        grade = self.rating.grades[place]
        return {
            "ten": grade.name,
            "khoang": self._range(place),
            "so": self.words.plain(block.grades.get(grade.id, 0)),
            "ty_le": self.words.number(block.shares_of_all.get(grade.id, ZERO)),
            "ty_le_da_cham": self.words.number(block.shares_of_scored.get(grade.id, ZERO)),
        }

    def _grade_sentence(self, block: BlockFigures, place: int) -> str:
        grade, say = self.rating.grades[place], self.words.say
        of_scored = block.shares_of_scored.get(grade.id, ZERO)
        differs = block.scored != block.units
        return say(
            "block.grade",
            grade=grade.name.lower(),
            range=self._range(place),
            part=block.grades[grade.id],
            all=block.units,
            share=block.shares_of_all.get(grade.id, ZERO),
            of_scored=say("block.of_scored", share=of_scored) if differs else "",
        )

    def _range(self, place: int) -> str:
        """`từ 12 điểm đến dưới 15 điểm`."""
        grades: Sequence[GradeFigures] = self.rating.grades
        points = grades[place].points
        if place == 0:
            key = "highest" if points else "only"
            return self.words.say(f"grades.{key}", points=points)
        key = "middle" if points else "lowest"
        return self.words.say(f"grades.{key}", points=points, above=grades[place - 1].points)

    def _block_mean(self, block: BlockFigures) -> str:
        name, say = _within(block.name), self.words.say
        if not block.scored:
            return say("block.no_mean", block=name)
        if block.mean is None:
            return ""
        if block.grade is None:
            return say("block.mean_ungraded", block=name, mean=block.mean)
        grade = self.grade_name(block.grade)
        return say("block.mean", block=name, mean=block.mean, grade=grade)

    def _states(self, block: BlockFigures) -> str:
        joined = self.words.say("semicolon").join(self._unrated(block))
        return f"{capital(joined)}." if joined else ""

    def _unrated(self, block: BlockFigures) -> Iterator[str]:
        for state in UNRATED:
            if count := block.states.get(state, 0):
                yield self.words.say(f"block.{state}", count)

    def _summary(self, block: BlockFigures) -> str:
        say = self.words.say
        graded = [
            say("block.graded", block.grades[grade.id], grade=grade.name)
            for grade in self.rating.grades
            if block.grades.get(grade.id)
        ]
        if block.scored and not self.rating.grades:
            graded = [say("block.rated", block.scored)]
        parts = [*graded, *self._unrated(block)] or [say("block.empty")]
        return say("block.summary", block=block.name, parts=say("semicolon").join(parts))

    def _block_criteria(self, block: BlockFigures) -> str:
        """The means of the block's criteria, equal ones taken together."""
        known = [c for c in self.rating.criteria if block.criteria.get(c.id) is not None]
        ordered = sorted(known, key=lambda one: (block.criteria[one.id], one.max is None))
        parts = []
        for _, alike in groupby(ordered, key=lambda c: (block.criteria[c.id], c.max is None)):
            same = list(alike)
            key = "rating.points" if same[0].max is not None else "rating.share"
            value = self.mean(same[0], block.criteria[same[0].id])
            named = criteria_named(self.words, same)
            parts.append(self.words.say(key, criteria=named, points=value))
        joined = self.words.say("semicolon").join(parts)
        return self.words.say("rating.criteria", criteria=joined) if parts else ""

    def grade_name(self, wanted: str | None) -> str:
        """The name of a grade, in lower case as sentences have it; a dash for none."""
        names = (grade.name.lower() for grade in self.rating.grades if grade.id == wanted)
        return next(names, self.words.say("unknown"))
