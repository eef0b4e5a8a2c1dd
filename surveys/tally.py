"""Makes a survey tally complete and safe to publish: adds zero rows, hides small cells."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveys.form_model import Form

Group = tuple[str, ...]
"""One value for each dimension the tally is split by, e.g. `("XA01",)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How often an option was chosen; None: suppressed. `simulated` of these answers came from the
    demo.
    """

    group: Group
    form: str
    question: str
    option: str
    count: int | None
    simulated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """For the dossiers returned: counts of invitations issued and delivered, responses, valid
    responses.
    """

    group: Group
    returned: int = 0
    issued: int = 0
    delivered: int = 0
    answered: int | None = 0
    valid: int | None = 0
    simulated: int = 0

    def meets(self, percent: int) -> bool | None:
        """Whether the valid responses reach the quota; None if no dossier was returned."""
        return None if not self.returned else (self.valid or 0) >= quota(self.returned, percent)


def quota(returned: int, percent: int) -> int:
    """The required number of responses: a share of the dossiers, rounded up (a local rule)."""
    return int((Decimal(returned * percent) / 100).to_integral_value(ROUND_CEILING))


def complete(
    counted: Iterable[Cell], groups: Iterable[Group], forms: Iterable["Form"]
) -> list[Cell]:
    """Every option of every form for every group, in the order of the forms.

    Options nobody chose are cells with 0. Counted options that no form has are kept at the end of
    their form.
    """
    found = {(cell.group, cell.form, cell.question, cell.option): cell for cell in counted}
    wanted = dict.fromkeys(_options(forms))
    wanted |= dict.fromkeys(key[1:] for key in sorted(found))
    ordered = sorted(wanted, key=lambda key: key[0])
    return [
        found.get((group, *key)) or _nobody(group, *key)
        for group in sorted({*groups, *(key[0] for key in found)})
        for key in ordered
    ]


def complete_reach(counted: Iterable[Reach], groups: Iterable[Group]) -> list[Reach]:
    """A row for every group, in their order."""
    found = {one.group: one for one in counted}
    return [found.get(group) or Reach(group=group) for group in sorted({*groups, *found})]


def hide_small(cells: Iterable[Cell], below: int) -> list[Cell]:
    """Hide counts under `below`, plus further cells, so that no hidden count can be derived from
    the total (complementary suppression).

    `cells` come question by question, as `complete` leaves them.
    """
    questions = groupby(cells, key=lambda cell: (cell.group, cell.form, cell.question))
    return [cell for _, question in questions for cell in _hidden(list(question), below)]


def hide_follow_ups(cells: Iterable[Cell], forms: Iterable["Form"]) -> list[Cell]:
    """Hide a question that was asked only after an option that is hidden: its sum would tell how
    many chose that.

    `cells` come in the order of the forms.
    """
    asked = {(form.id, one.id): one.when for form in forms for one in form.questions if one.when}
    hidden: set[tuple[Group, str, str, str]] = set()
    found: list[Cell] = []
    for cell in cells:
        when = asked.get((cell.form, cell.question))
        before = (when.question, when.among) if when else ("", ())
        if any((cell.group, cell.form, before[0], option) in hidden for option in before[1]):
            cell = replace(cell, count=None, simulated=0)
        if cell.count is None:
            hidden.add((cell.group, cell.form, cell.question, cell.option))
        found.append(cell)
    return found


def hide_small_reach(reach: Iterable[Reach], below: int) -> list[Reach]:
    """Hide the numbers of responses that are small."""
    return [
        replace(one, answered=_shown(one.answered, below), valid=_shown(one.valid, below))
        for one in reach
    ]


def _options(forms: Iterable["Form"]) -> Iterator[tuple[str, str, str]]:
    for form in forms:
        for question in form.questions:
            for option in question.options:
                yield form.id, question.id, option.id


def _nobody(group: Group, form: str, question: str, option: str) -> Cell:
    return Cell(group=group, form=form, question=question, option=option, count=0)


def _hidden(question: list[Cell], below: int) -> list[Cell]:
    """Hide the smallest cells: zero if all are large enough, else at least two whose sum is large
    enough.
    """
    smallest = sorted(question, key=lambda cell: cell.count or 0)
    small = [cell for cell in smallest if (cell.count or 0) < below]
    hidden = len(small)
    if any(cell.count for cell in small):
        while hidden < len(smallest) and not _safe(smallest[:hidden], below):
            hidden += 1
    gone = {cell.option for cell in smallest[:hidden]}
    return [replace(c, count=None, simulated=0) if c.option in gone else c for c in question]


def _safe(hidden: list[Cell], below: int) -> bool:
    return len(hidden) > 1 and sum(cell.count or 0 for cell in hidden) >= below


def _shown(count: int | None, below: int) -> int | None:
    return None if count is not None and count < below else count
