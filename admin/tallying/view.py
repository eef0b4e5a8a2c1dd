"""A tally for people and programs: each question with its options, then the survey's reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from admin.kit.output import Block
from admin.kit.tables import Column, Kind, Row, Table
from admin.kit.texts import Texts
from admin.tallying.result import AskedQuestion, QuotaReached, Tally, of_dossiers
from admin.tallying.together import Together, added_up
from surveys.store.results.tallies import Dimension
from surveys.tally import Group, Reach


class Show(StrEnum):
    """What a file of a tally calls questions and options by."""

    IDS = "ids"
    LABELS = "labels"


KINDS = {"unit": Kind.CODE, "share": Kind.PERCENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyView:
    """A tally with its words, ready for every format."""

    texts: Texts
    tally: Tally

    def as_json(self) -> dict[str, Any]:
        """Everything the blocks show; `together` where several forms were answered."""
        found = self.tally.as_json(self.texts.language)
        return found if self.together is None else found | {"together": self.together.as_json()}

    @property
    def together(self) -> Together | None:
        """The sums over forms; None where they say nothing new, or counts are suppressed."""
        if self.tally.hidden_below is not None:
            return None
        found = added_up(self.tally)
        return found if found.several else None

    def as_labelled_rows(
        self, unit_names: Mapping[str, str]
    ) -> tuple[Sequence[Row], Sequence[str]]:
        """The same rows in words, with shares, under the headings of the table."""
        names = self.tally.names(self.texts.language)
        titles = {key: self._text(f"columns.{key}") for key in self._keys()}
        found: list[Row] = []
        for one in self.tally.questions():
            head = {**_grouped(self.tally.by, one.group), "form": one.form}
            head["unit_name"] = unit_names.get(str(head.get("unit")), "")
            if self.tally.mark is not None:
                head["signed"] = self.tally.mark.column
            asked: Row = {}
            for row in self._question(one, names):
                asked = asked or {"question": row["question"]}
                whole = {**head, **asked, **row}
                found.append({title: whole[key] for key, title in titles.items()})
        return found, list(titles.values())

    def _keys(self) -> tuple[str, ...]:
        by = [str(one) for one in self.tally.by]
        named = ["unit_name"] if Dimension.UNIT in self.tally.by else []
        signed = ["signed"] if self.tally.mark is not None else []
        return (*by, *named, "form", "question", "option", "count", "share", *signed)

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per option and group."""
        rows = self.tally.rows()
        if self.tally.mark is not None:
            rows = [row | {"signed": self.tally.mark.column} for row in rows]
        return rows, list(rows[0]) if rows else []

    def blocks(self) -> Iterator[Block]:
        """The tally; suppressed counts are shown as `<5`."""
        tally, period = self.tally, self.tally.period
        yield self._text("period", id=period.id, first=period.start, last=period.end)
        if tally.mark is not None:
            yield tally.mark.line(self.texts)
        if tally.simulated:
            yield self._text("simulated", count=tally.simulated)
        if tally.hidden_below:
            yield self._text("hidden", below=tally.hidden_below)
        unused = self._unused_forms()
        yield self._answers(unused)
        for form in unused:
            yield self._text("unused", form=form)
        if self.together is not None:
            yield self._added_up(self.together)
        yield self._reach()
        yield from self._counters()

    def _counters(self) -> Iterator[str]:
        """A line for each unit that was rated at its counters; floods are named."""
        for one in self.tally.counters:
            key = "counter_flood" if one.flood else "counter"
            counts = {"rated": one.rated, "flood": one.flood}
            yield self._text(key, unit=one.unit_name, **counts)

    def _answers(self, unused: Sequence[str]) -> Table:
        keys = (*self.tally.by, "form", "question", "option", "count", "share")
        names = self.tally.names(self.texts.language)
        questions = (one for one in self.tally.questions() if one.form not in unused)
        rows = [row for one in questions for row in self._question(one, names)]
        return Table(columns=self._columns(keys), rows=rows, title=self._text("answers"))

    def _added_up(self, whole: Together) -> Table:
        """The questions that several forms ask, with the sums."""
        keys = (*self.tally.by, "form", "question", "option", "count", "share")
        names = whole.names(self.texts.language)
        rows: list[Row] = [
            {**row, **({"form": ", ".join(forms)} if "form" in row else {})}
            for one in whole.questions()
            if len(forms := whole.forms[one.question]) > 1
            for row in self._question(one, {one.form: names})
        ]
        return Table(columns=self._columns(keys), rows=rows, title=self._text("together"))

    def _unused_forms(self) -> list[str]:
        """The forms without answers, if another form has some: their zeros are left out."""
        used = {cell.form for cell in self.tally.cells if cell.count != 0}
        forms = dict.fromkeys(cell.form for cell in self.tally.cells)
        return [form for form in forms if used and form not in used]

    def _question(self, one: AskedQuestion, names: Mapping[str, Any]) -> Iterator[Row]:
        known = names.get(one.form, {}).get(one.question, {})
        head = {"form": one.form, "question": known.get("text", one.question)}
        for cell in one.cells:
            yield {
                **_grouped(self.tally.by, one.group),
                **head,
                "option": known.get("options", {}).get(cell.option, cell.option),
                "count": self._count(cell.count),
                "share": one.share(cell),
            }
            head = {}

    def _reach(self) -> Table:
        groups = of_dossiers(self.tally.by)
        keys = ["returned", "issued", "delivered", "answered", "valid", "share", "quota", "met"]
        pairs = zip(self.tally.reach, self.tally.quotas(), strict=True)
        rows = [_grouped(groups, one.group) | self._reached(one, quota) for one, quota in pairs]
        title = self._text("reach", percent=self.tally.quota_percent)
        return Table(columns=self._columns((*groups, *keys)), rows=rows, title=title)

    def _reached(self, one: Reach, quota: QuotaReached) -> dict[str, object]:
        return {
            "returned": one.returned,
            "issued": one.issued,
            "delivered": one.delivered,
            "answered": self._count(one.answered),
            "valid": self._count(one.valid),
            "share": quota.share,
            "quota": quota.quota,
            "met": None if quota.met is None else self._text("met" if quota.met else "not_met"),
        }

    def _columns(self, keys: Sequence[str]) -> list[Column]:
        return [
            Column(key=key, title=self._text(f"columns.{key}"), kind=KINDS.get(key, Kind.TEXT))
            for key in map(str, keys)
        ]

    def _count(self, count: int | None) -> object:
        return f"<{self.tally.hidden_below}" if count is None else count

    def _text(self, key: str, **params: object) -> str:
        return self.texts.text(f"tally.{key}", **params)


def _grouped(by: Sequence[Dimension], group: Group) -> dict[str, object]:
    return dict(zip(map(str, by), group, strict=True))
