"""`motcua onestop` for people and programs: the flow of dossiers by unit, block and level."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.closing.mark import Mark, marked_json
from admin.figures.model import IntakeFigures, Span
from admin.kit.output import Block
from admin.kit.percent import share
from admin.kit.tables import Column, Kind, Row, Table
from admin.kit.texts import Texts
from surveys.intake import Intake

SHOWN = ("received", "new", "online", "carried_over", "resolved", "early", "same_day", "late")
SHOWN_LAST = ("pending", "overdue")
DERIVED = ("new", "received", "resolved", "on_time", "pending", "difference")
SHARES = {
    "late_share": ("late", "received"),
    "on_time_of_resolved": ("on_time", "resolved"),
    "on_time_of_received": ("on_time", "received"),
    "online_share": ("online", "new"),
    "post_share": ("post", "new"),
}
"""Shares in percent: what, of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnestopView:
    """The counts with their words. `blocks_named`: block → name."""

    texts: Texts
    span: Span
    intake: IntakeFigures
    block_names: Mapping[str, str]
    mark: Mark | None = None

    def blocks(self) -> Iterator[Block]:
        """A row for every unit, block and the area, then what needs an apology or is near due."""
        say, whole = self.texts.text, self.intake.whole
        span = {"id": self.span.id, "first": self.span.start, "last": self.span.end}
        yield say("onestop.period", **span)
        if self.mark is not None:
            yield self.mark.line(self.texts)
        columns = [
            Column(key="code", title=say("onestop.columns.code"), kind=Kind.CODE, optional=True),
            Column(key="name", title=say("onestop.columns.name")),
            *(self._column(key) for key in SHOWN),
            self._column("late_share"),
            *(self._column(key) for key in SHOWN_LAST),
        ]
        yield Table(columns=columns, rows=list(self._table()), title="", last_is_total=True)
        yield say(
            "onestop.ways",
            online=whole.online,
            direct=whole.direct,
            post=whole.post,
            elsewhere=whole.elsewhere,
        )
        apologised = whole.late_apologised + whole.overdue_apologised
        late = whole.late + whole.overdue
        yield say("onestop.apologies", late=late, count=apologised, again=whole.rescheduled)
        near, days = whole.near_due, self.intake.near_days
        yield say("onestop.near_due", count=near, days=days, day=self.intake.as_of)
        yield say("onestop.stopped", count=whole.stopped, unknown=whole.unknown)
        if self.merged:
            yield say("onestop.merged", units=self.merged)
        key = "differs" if whole.difference else "balanced"
        yield say(f"onestop.{key}", difference=whole.difference)

    @property
    def merged(self) -> str:
        """The units that others are counted with, and these; empty if there are none."""
        units = self.intake.units
        return "; ".join(f"{u.code} ({', '.join(u.includes)})" for u in units if u.includes)

    def as_json(self) -> dict[str, Any]:
        """The counts and shares by unit, block, level and in all; procedures if they were read."""
        listed = [
            {
                "code": u.code,
                "name": u.name,
                "level": u.level,
                "block": u.block,
                **({"includes": list(u.includes)} if u.includes else {}),
                **figures(u.counts),
            }
            for u in self.intake.units
        ]
        groups = {
            f"{key}s": [{key: name, **figures(c)} for name, c in self.intake.groups(key)]
            for key in ("block", "level")
        }
        procedures = [
            {"procedure": one.name or None, **figures(one.counts)} for one in self.intake.procedures
        ]
        return {
            "period": self.span.period.as_json(),
            "as_of": self.intake.as_of,
            "near_days": self.intake.near_days,
            "units": listed,
            **groups,
            "procedures": procedures,
            "whole": figures(self.intake.whole),
            **marked_json(self.mark),
        }

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per unit."""
        rows = [
            {
                "code": u.code,
                "name": u.name,
                "level": u.level,
                "block": u.block,
                **figures(u.counts),
            }
            for u in self.intake.units
        ]
        keys = ("code", "name", "level", "block", *figures(Intake()))
        if self.mark is None:
            return rows, keys
        return [row | {"signed": self.mark.column} for row in rows], (*keys, "signed")

    def _column(self, key: str) -> Column:
        title = self.texts.text(f"onestop.columns.{key}")
        return Column(key=key, title=title, kind=Kind.FIGURE)

    def _table(self) -> Iterator[Row]:
        for unit in self.intake.units:
            yield {"code": unit.code, "name": unit.name, **self._shown(unit.counts)}
        for block, counts in self.intake.groups("block"):
            name = self.block_names.get(block, block)
            yield {"name": name, **self._shown(counts)}
        yield {"name": self.texts.text("onestop.total"), **self._shown(self.intake.whole)}

    def _shown(self, counts: Intake) -> Row:
        late = share(counts.late, counts.received)
        return {
            **{key: str(self.texts.shown(getattr(counts, key))) for key in (*SHOWN, *SHOWN_LAST)},
            "late_share": "–" if late is None else self.texts.percent(late),
        }


def figures(counts: Intake) -> dict[str, Any]:
    """Every count, what follows from them, and the shares in percent with one decimal."""
    derived = {name: getattr(counts, name) for name in DERIVED}
    shares = {
        name: share(getattr(counts, part), getattr(counts, whole))
        for name, (part, whole) in SHARES.items()
    }
    return {**derived, **asdict(counts), **shares}
