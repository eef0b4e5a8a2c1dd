"""The counts of answers of a public page, and which of them are hidden.

They are hidden in view of the pages of shorter periods within this one, too: a year less the
quarters shown must not tell what a quarter hides.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from admin.public.hidden import BELOW, HIDDEN, Count
from admin.tallying.result import Tally
from surveys.suppression import hidden_answers
from surveys.tally import Cell, hide_small

SATISFACTION: Final = "satisfaction"
Counts = Mapping[str, Mapping[str, int]]
"""Option → count, by unit or by question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicQuestion:
    """A question of all units together: option → count; `answered` is their sum."""

    id: str
    text: str
    options: Mapping[str, str]
    counts: Mapping[str, Count]
    answered: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswers:
    """Satisfaction by unit, each with its sum, and all questions of all units together."""

    by_unit: Mapping[str, Sequence[Count]] = field(default_factory=dict)
    options: Sequence[str] = ()
    questions: tuple[PublicQuestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A tally to be published; `told`: questions that points of so few answers would tell."""

    tally: Tally
    told: Collection[str] = ()


def show_answers(
    asked: Answered, parts: Sequence[Answered], codes: Sequence[str], language: str
) -> ShownAnswers:
    """What may be shown. `parts`: those of the shorter periods that are published as well."""
    by_unit = _by_unit(asked.tally, codes)
    options = list(dict.fromkeys(option for counts in by_unit.values() for option in counts))
    rows = list(by_unit)
    table = _table(by_unit, rows, options)
    others = [_table(_by_unit(part.tally, codes), rows, options) for part in parts]
    hidden = hidden_answers(table, BELOW, others) if options else set()
    sums = [sum(column) for column in zip(*table, strict=True)]
    shown: list[list[Count]] = [
        [HIDDEN if (r, c) in hidden else value for c, value in enumerate([*row, sum(row)])]
        for r, row in enumerate([*table, sums])
    ]
    whole = dict(zip([*options, None], shown[-1], strict=True)) if options else {}
    return ShownAnswers(
        by_unit=dict(zip(rows, shown, strict=False)) if options else dict.fromkeys(rows, ()),
        options=options,
        questions=tuple(_questions(asked, parts, language, whole)),
    )


def _by_unit(tally: Tally, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Satisfaction of each unit, those without answers too."""
    counts: dict[str, dict[str, int]] = {code: {} for code in codes}
    for cell in tally.cells:
        if cell.question == SATISFACTION:
            of_unit = counts.setdefault(cell.group[0], {})
            of_unit[cell.option] = of_unit.get(cell.option, 0) + (cell.count or 0)
    return counts


def _table(counts: Counts, rows: Sequence[str], options: Sequence[str]) -> list[list[int]]:
    return [[counts.get(row, {}).get(option, 0) for option in options] for row in rows]


def _together(tally: Tally) -> dict[str, dict[str, int]]:
    """Every question with its options, all forms and units together."""
    found: dict[str, dict[str, int]] = {}
    for cell in tally.cells:
        counts = found.setdefault(cell.question, {})
        counts[cell.option] = counts.get(cell.option, 0) + (cell.count or 0)
    return found


def _questions(
    asked: Answered,
    parts: Sequence[Answered],
    language: str,
    satisfaction: Mapping[str | None, Count],
) -> Iterator[PublicQuestion]:
    """Every question that was answered; of satisfaction what the table by unit shows."""
    together, words = _together(asked.tally), asked.tally.words(language)
    hidden = _hidden(asked, parts)
    if satisfaction:
        hidden[SATISFACTION] = {o for o, count in satisfaction.items() if count is HIDDEN}
    _hide_follow_ups(asked.tally, hidden)
    for question, counts in together.items():
        if any(counts.values()):
            known = words.get(question, {})
            options = known.get("options", {})
            gone = hidden.get(question, set())
            yield PublicQuestion(
                id=question,
                text=known.get("text", question),
                options={one: options.get(one, one) for one in counts},
                counts={one: HIDDEN if one in gone else n for one, n in counts.items()},
                answered=HIDDEN if None in gone else sum(counts.values()),
            )


def _hidden(asked: Answered, parts: Sequence[Answered]) -> dict[str, set[str | None]]:
    """Question → options hidden; None: the sum."""
    together = _together(asked.tally)
    found = {one: _small(one, counts) for one, counts in together.items()}
    for question in asked.told:
        found[question] = {*together.get(question, {}), None}
    _hide_follow_ups(asked.tally, found)
    for part in parts:
        for question, gone in _hidden(part, ()).items():
            found.setdefault(question, set()).update(gone)
    if parts:
        explained = [_together(part.tally) for part in parts]
        for question, counts in together.items():
            rest = {
                one: abs(n - sum(p.get(question, {}).get(one, 0) for p in explained))
                for one, n in counts.items()
            }
            found[question] |= _small(question, rest)
    return found


def _small(question: str, counts: Mapping[str, int]) -> set[str | None]:
    """The options to hide for small counts, the sum if it is small."""
    cells = [
        Cell(group=(), form="", question=question, option=option, count=count)
        for option, count in counts.items()
    ]
    gone: set[str | None] = set()
    if any(counts.values()):
        gone = {cell.option for cell in hide_small(cells, BELOW) if cell.count is None}
    return gone | ({None} if 0 < sum(counts.values()) < BELOW else set())


def _hide_follow_ups(tally: Tally, hidden: dict[str, set[str | None]]) -> None:
    """A question that was asked after a hidden option only tells by its sum how many chose it."""
    for form in tally.forms:
        for one in form.questions:
            if one.when and hidden.get(one.when.question, set()) & set(one.when.among):
                hidden[one.id] = {None, *(option.id for option in one.options)}
