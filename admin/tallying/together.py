"""Adds up questions that several forms ask: the same question id means the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from admin.tallying.result import AskedQuestion, Names, Row, Tally, words_of
from surveys.tally import Cell, Group

ALL_FORMS = ""
"""The form of a cell that is added up over forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """A tally whose cells are added up over forms; `forms`: question → the forms that ask it, of
    those with answers.

    Only of a tally without suppressed counts: they cannot be added up.
    """

    tally: Tally
    forms: Mapping[str, tuple[str, ...]]
    silent: tuple[str, ...]
    """The forms of the tally that nobody answered."""

    @property
    def several(self) -> bool:
        """Whether a question that was answered is asked by several forms."""
        return any(len(forms) > 1 for forms in self.forms.values())

    def apart(self, tally: Tally) -> "Together":
        """The same forms, not added up; `tally` is the one this was made of."""
        kept = tuple(cell for cell in tally.cells if cell.form not in self.silent)
        return replace(self, tally=replace(tally, cells=kept))

    def questions(self) -> Iterator[AskedQuestion]:
        """The questions of forms with answers, group by group."""
        return self.tally.questions()

    def as_json(self) -> list[Row]:
        """One entry per question and group: the forms that ask it, counts and shares by option."""
        return [
            {
                **dict(zip(map(str, self.tally.by), one.group, strict=True)),
                "forms": list(self.forms[one.question]),
                "question": one.question,
                "answered": one.answered,
                "counts": {cell.option: cell.count for cell in one.cells},
                "shares": {cell.option: _text(one.share(cell)) for cell in one.cells},
            }
            for one in self.questions()
        ]

    def names(self, language: str) -> Names:
        """Question → `text` and `options`, as a form says them that was answered."""
        used = {form for forms in self.forms.values() for form in forms}
        return words_of(self.tally.names(language), used)


def added_up(tally: Tally) -> Together:
    """The tally over all forms that were answered; of all where none was."""
    forms = dict.fromkeys(cell.form for cell in tally.cells)
    used = {cell.form for cell in tally.cells if cell.count != 0} or set(forms)
    kept = [cell for cell in tally.cells if cell.form in used]
    asking: dict[str, dict[str, None]] = {}
    for cell in kept:
        asking.setdefault(cell.question, {})[cell.form] = None
    return Together(
        tally=replace(tally, cells=tuple(_ordered(kept))),
        forms={question: tuple(found) for question, found in asking.items()},
        silent=tuple(form for form in forms if form not in used),
    )


def _ordered(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The sums, group by group; each question as a block, in the order of first appearance."""
    sums: dict[Group, dict[str, dict[str, Cell]]] = {}
    for cell in cells:
        options = sums.setdefault(cell.group, {}).setdefault(cell.question, {})
        options[cell.option] = _sum(options.get(cell.option), cell)
    for questions in sums.values():
        for options in questions.values():
            yield from options.values()


def _sum(one: Cell | None, other: Cell) -> Cell:
    if one is None:
        return replace(other, form=ALL_FORMS)
    count = (one.count or 0) + (other.count or 0)
    return replace(one, count=count, simulated=one.simulated + other.simulated)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
