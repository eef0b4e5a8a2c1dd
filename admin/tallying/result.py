"""A tally on its way out: the cells and the reach of a period, as rows with named columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from surveys.errors import Refusal
from surveys.form import Form, current, shipped_forms
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import tallies
from surveys.store.results.tallies import OF_A_DOSSIER, Dimension
from surveys.store.system import form_versions
from surveys.tally import (
    Cell,
    Reach,
    complete,
    complete_reach,
    hide_small,
    hide_small_reach,
)

Row = dict[str, Any]
ALWAYS = ("form", "question", "option")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was answered in a period, split by `by` (in the order of `Dimension`)."""

    period: Period
    by: tuple[Dimension, ...]
    forms: tuple[Form, ...]
    cells: tuple[Cell, ...]
    reach: tuple[Reach, ...]
    hidden_below: int | None = None

    @property
    def simulated(self) -> int:
        """Responses that did not come from people."""
        return sum(one.simulated for one in self.reach)

    def rows(self) -> list[Row]:
        """One row an option and group; `simulated` only where there is any in the tally."""
        return [
            {
                **dict(zip(map(str, self.by), cell.group, strict=True)),
                "form": cell.form,
                "question": cell.question,
                "option": cell.option,
                "count": cell.count,
                **self._marked(cell.simulated),
            }
            for cell in self.cells
        ]

    def response(self) -> list[Row]:
        """One row a group: returned, issued, delivered, answered, valid."""
        names = ("returned", "issued", "delivered", "answered", "valid")
        return [
            {
                **dict(zip(map(str, of_dossiers(self.by)), one.group, strict=True)),
                **{name: getattr(one, name) for name in names},
                **self._marked(one.simulated),
            }
            for one in self.reach
        ]

    def as_json(self) -> dict[str, Any]:
        """The contract's shape."""
        hidden = {} if self.hidden_below is None else {"hidden_below": self.hidden_below}
        head = {"period": self.period.as_json(), **self._marked(self.simulated), **hidden}
        return head | {"rows": self.rows(), "response": self.response()}

    def published(self, below: int) -> "Tally":
        """The same without what would tell of a few people."""
        return replace(
            self,
            cells=tuple(hide_small(self.cells, below)),
            reach=tuple(hide_small_reach(self.reach, below)),
            hidden_below=below,
        )

    def _marked(self, simulated: int) -> Row:
        return {"simulated": simulated} if self.simulated else {}


async def read_tally(
    conn: Connection, period: Period, by: Sequence[Dimension], default_form: str
) -> Tally:
    """Count a period; every option of every form that was answered, and of the default form."""
    asked = await _forms(conn, period, default_form)
    split = tuple(one for one in Dimension if one in by)
    groups = await tallies.groups(conn, period, split)
    reached = await tallies.groups(conn, period, of_dossiers(split))
    return Tally(
        period=period,
        by=split,
        forms=asked,
        cells=tuple(complete(await tallies.cells(conn, period, split), groups, asked)),
        reach=tuple(complete_reach(await tallies.reach(conn, period, split), reached)),
    )


def of_dossiers(by: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """What the reach can be split by."""
    return tuple(one for one in by if one in OF_A_DOSSIER)


def parse_by(text: str) -> tuple[Dimension, ...]:
    """`unit,question` as dimensions; form, question and option are always there.

    Raises Refusal `tally.by`.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    known = {*Dimension, *ALWAYS}
    for name in names:
        if name not in known:
            raise Refusal("tally.by", value=name, known=", ".join([*Dimension, *ALWAYS]))
    return tuple(one for one in Dimension if one in names)


async def _forms(conn: Connection, period: Period, default_form: str) -> tuple[Form, ...]:
    found = await form_versions.published(conn)
    asked = {key: found[key] for key in await tallies.versions(conn, period) if key in found}
    shipped = shipped_forms()
    if any(form.id == default_form and form.valid_on(period.end) for form in shipped):
        default = current(shipped, default_form, period.end)
        asked.setdefault((default.id, default.version), default)
    return tuple(sorted(asked.values(), key=lambda form: (form.id, form.valid_from), reverse=True))
