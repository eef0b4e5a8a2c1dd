"""The invitations of a period for people and programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from admin.inviting.result import InviteResult
from admin.kit.output import Block
from admin.kit.runtime import Runtime
from admin.kit.tables import Row, Table

SUMMED = ("returned", "issued", "queued", "answered", "quota")
KEYS = ["unit", "name", *SUMMED, "met"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteView:
    """The invitations with their words, ready for every format."""

    runtime: Runtime
    result: InviteResult

    def blocks(self) -> Iterator[Block]:
        """One row per unit, and a total if there are several."""
        rows, _ = self.as_rows()
        several = len(rows) > 1
        listed = [*rows, self._total()] if several else rows
        columns = self.runtime.columns("invite.columns", " ".join(KEYS), codes="unit")
        yield Table(columns=columns, rows=listed, last_is_total=several)

    def as_json(self) -> Sequence[Row]:
        """One entry per unit."""
        return self.as_rows()[0]

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per unit."""
        return [asdict(one) | {"met": one.met} for one in self.result.units], KEYS

    def _total(self) -> dict[str, Any]:
        total = {name: self.result.total(name) for name in SUMMED}
        return {"name": self.runtime.text("invite.total"), **total}
