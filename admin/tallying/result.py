"""The result of `motcua tally` for a period, as data: cells, shares, reach and quota."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from admin.closing.mark import Mark, marked_json
from admin.kit.percent import share
from surveys.errors import Refusal
from surveys.form import Form, current, in_language, shipped_forms
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import counter_tallies, tallies
from surveys.store.results.counter_tallies import CounterRatings
from surveys.store.results.tallies import OF_A_DOSSIER, Dimension
from surveys.store.system import form_versions
from surveys.tally import (
    Cell,
    Group,
    Reach,
    complete,
    complete_reach,
    hide_follow_ups,
    hide_small,
    hide_small_reach,
    quota,
)

Row = dict[str, Any]
ALWAYS = ("form", "question", "option")
REACHED = ("returned", "issued", "delivered", "answered", "valid")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """One question of one group, with a cell for each option."""

    group: Group
    form: str
    question: str
    cells: tuple[Cell, ...]

    @property
    def answered(self) -> int | None:
        """The number of answers to it; None if a count is suppressed."""
        counts = [cell.count for cell in self.cells if cell.count is not None]
        return sum(counts) if len(counts) == len(self.cells) else None

    def share(self, cell: Cell) -> Decimal | None:
        """An option's share of the answers, in percent; None if it is not known."""
        return None if self.answered is None else share(cell.count or 0, self.answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaReached:
    """Whether a group has the responses required by the quota.

    `share`: valid responses in percent of the dossiers returned. `share` and `met` are None if
    nothing was returned or the count is suppressed.
    """

    group: Group
    returned: int
    quota: int
    share: Decimal | None
    met: bool | None


Names = dict[str, dict[str, Any]]


def words_of(names: Mapping[str, Names], used: Collection[str]) -> Names:
    """The words of each question: those of the newest of the forms that were used, if any.

    `names`: of each form, the oldest first; `used`: the forms that somebody answered.
    """
    found: Names = {}
    for form in sorted(names, key=lambda form: form in used):
        for question, known in names[form].items():
            options = found.get(question, {}).get("options", {}) | known["options"]
            found[question] = {"text": known["text"], "options": options}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The answers of a period, split by `by` (in the order of `Dimension`).

    `quota_percent`: the responses required, in percent of the dossiers returned.
    """

    period: Period
    by: tuple[Dimension, ...]
    forms: tuple[Form, ...]
    cells: tuple[Cell, ...]
    reach: tuple[Reach, ...]
    quota_percent: int
    counters: tuple[CounterRatings, ...] = ()
    """The ratings given at counters without a dossier's code, by unit."""
    hidden_below: int | None = None
    mark: Mark | None = None
    """The closing of the period, if it is closed."""

    @property
    def simulated(self) -> int:
        """The number of simulated responses."""
        return sum(one.simulated for one in self.reach)

    def rows(self) -> list[Row]:
        """One row per option and group; `simulated` only if the tally has any."""
        marks = self.simulated > 0
        return [
            {
                **dict(zip(map(str, self.by), cell.group, strict=True)),
                "form": cell.form,
                "question": cell.question,
                "option": cell.option,
                "count": cell.count,
                **_marked(cell.simulated, marks=marks),
            }
            for cell in self.cells
        ]

    def response(self) -> list[Row]:
        """One row per group: returned, issued, delivered, answered, valid."""
        marks = self.simulated > 0
        return [
            {
                **dict(zip(map(str, of_dossiers(self.by)), one.group, strict=True)),
                **{name: getattr(one, name) for name in REACHED},
                **_marked(one.simulated, marks=marks),
            }
            for one in self.reach
        ]

    def questions(self) -> Iterator[AskedQuestion]:
        """The cells, question by question."""
        by_question = groupby(self.cells, key=lambda cell: (cell.group, cell.form, cell.question))
        for (group, form, question), cells in by_question:
            yield AskedQuestion(group=group, form=form, question=question, cells=tuple(cells))

    def quotas(self) -> list[QuotaReached]:
        """The quota of each group, in the order of the reach."""
        return [self._quota(one) for one in self.reach]

    def names(self, language: str) -> dict[str, dict[str, Any]]:
        """The texts of questions and options: form → question → `text` and `options`."""
        found: dict[str, dict[str, Any]] = {}
        for form in reversed(self.forms):
            of_form = found.setdefault(form.id, {})
            for question in form.questions:
                known = of_form.setdefault(question.id, {"options": {}})
                known["text"] = in_language(question.text, language)
                known["options"] |= {
                    one.id: in_language(one.text, language) for one in question.options
                }
        return found

    def words(self, language: str) -> Names:
        """Question → `text` and `options`, as `words_of` says."""
        used = {cell.form for cell in self.cells if cell.count != 0}
        return words_of(self.names(language), used)

    def as_json(self, language: str = "vi") -> dict[str, Any]:
        """The documented shape and, in further keys, shares, quotas and question texts."""
        hidden = {} if self.hidden_below is None else {"hidden_below": self.hidden_below}
        found = {
            "period": self.period.as_json(),
            **marked_json(self.mark),
            **_marked(self.simulated, marks=self.simulated > 0),
            **hidden,
        }
        found |= self.figures()
        if self.by and self.hidden_below is None:
            found["whole"] = self.summed().figures()
        counters = [asdict(one) for one in self.counters]
        return found | {"names": self.names(language), "counters": counters}

    def summed(self) -> "Tally":
        """A copy without groups. Not for a published tally: suppressed counts cannot be summed."""
        counts: dict[tuple[str, str, str], Cell] = {}
        for cell in self.cells:
            key = (cell.form, cell.question, cell.option)
            counts[key] = _joined(counts.get(key), cell)
        reach = Reach(group=(), **{name: self._sum(name) for name in (*REACHED, "simulated")})
        return replace(self, by=(), cells=tuple(counts.values()), reach=(reach,))

    def published(self, below: int) -> "Tally":
        """A copy for publication, with small counts suppressed."""
        return replace(
            self,
            cells=tuple(hide_follow_ups(hide_small(self.cells, below), self.forms)),
            reach=tuple(hide_small_reach(self.reach, below)),
            counters=(),
            hidden_below=below,
        )

    def figures(self) -> Row:
        """Counts, shares, reach and quota as JSON."""
        return {
            "rows": self.rows(),
            "response": self.response(),
            "questions": [self._question(one) for one in self.questions()],
            "quota": {
                "percent": self.quota_percent,
                "groups": [self._quota_row(one) for one in self.quotas()],
            },
        }

    def _sum(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.reach)

    def _question(self, one: AskedQuestion) -> Row:
        """The question's answers and the shares of its options, in percent."""
        shares = {cell.option: one.share(cell) for cell in one.cells}
        return {
            **dict(zip(map(str, self.by), one.group, strict=True)),
            "form": one.form,
            "question": one.question,
            "answered": one.answered,
            "shares": {key: None if value is None else str(value) for key, value in shares.items()},
        }

    def _quota(self, one: Reach) -> QuotaReached:
        known = one.valid is not None
        return QuotaReached(
            group=one.group,
            returned=one.returned,
            quota=quota(one.returned, self.quota_percent),
            share=share(one.valid, one.returned) if one.valid is not None else None,
            met=one.meets(self.quota_percent) if known else None,
        )

    def _quota_row(self, one: QuotaReached) -> Row:
        return {
            **dict(zip(map(str, of_dossiers(self.by)), one.group, strict=True)),
            "returned": one.returned,
            "quota": one.quota,
            "share": None if one.share is None else str(one.share),
            "met": one.met,
        }


async def read_tally(
    conn: Connection,
    period: Period,
    by: Sequence[Dimension],
    default_form: str,
    quota_percent: int,
) -> Tally:
    """Count a period: every option of every form with answers, and of the default form."""
    asked = await asked_forms(conn, period, default_form)
    split = tuple(one for one in Dimension if one in by)
    groups = await tallies.list_groups(conn, period, split)
    reached = await tallies.list_groups(conn, period, of_dossiers(split))
    counted = await tallies.count_cells(conn, period, split)
    counted += await counter_tallies.count_cells(conn, period, split)
    return Tally(
        period=period,
        by=split,
        forms=asked,
        cells=tuple(complete(counted, groups, asked)),
        reach=tuple(complete_reach(await tallies.count_reach(conn, period, split), reached)),
        quota_percent=quota_percent,
        counters=tuple(await counter_tallies.count_by_unit(conn, period)),
    )


def _marked(simulated: int, *, marks: bool) -> Row:
    return {"simulated": simulated} if marks else {}


def _joined(one: Cell | None, other: Cell) -> Cell:
    """Merge two cells of the same option into one without a group."""
    if one is None:
        return replace(other, group=())
    count = (one.count or 0) + (other.count or 0)
    return replace(one, count=count, simulated=one.simulated + other.simulated)


def of_dossiers(by: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """The dimensions by which the reach can be split."""
    return tuple(one for one in by if one in OF_A_DOSSIER)


def parse_by(text: str) -> tuple[Dimension, ...]:
    """Parse `unit,question` as dimensions; form, question and option are always included.

    Raises Refusal `tally.by`.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    known = {*Dimension, *ALWAYS}
    for name in names:
        if name not in known:
            raise Refusal("tally.by", value=name, known=", ".join([*Dimension, *ALWAYS]))
    return tuple(one for one in Dimension if one in names)


async def asked_forms(conn: Connection, period: Period, default_form: str) -> tuple[Form, ...]:
    """The form versions answered about the period, and the default form; the newest first."""
    found = await form_versions.load_all(conn)
    versions = await tallies.list_versions(conn, period)
    versions |= await counter_tallies.list_versions(conn, period)
    asked = {key: found[key] for key in versions if key in found}
    shipped = shipped_forms()
    if any(form.id == default_form and form.valid_on(period.end) for form in shipped):
        default = current(shipped, default_form, period.end)
        asked.setdefault((default.id, default.version), default)
    return tuple(sorted(asked.values(), key=lambda form: (form.id, form.valid_from), reverse=True))
