"""The flow of dossiers as tables of a workbook: by unit with its blocks, by procedure."""

from collections.abc import Iterator, Mapping
from typing import Any

from admin.figures.model import IntakeFigures
from admin.kit.percent import share
from admin.reporting.workbook import Field, Look, SheetTable, Value
from surveys.intake import Intake

Line = list[Value]
COUNTS = (
    *("received", "new", "online", "direct", "post", "elsewhere", "carried_over", "resolved"),
    *("early", "same_day", "late", "unknown", "pending", "in_time", "overdue", "near_due"),
    *("stopped", "apologised", "rescheduled"),
)
"""The columns: what `Intake` counts, and the apologies together."""


def by_unit(
    texts: Mapping[str, Any], intake: IntakeFigures, blocks: Mapping[str, str]
) -> SheetTable:
    """A row per unit, then one per block, then the area."""
    named = texts["columns"]
    fields = [
        Field(title=named["code"], width=11),
        Field(title=named["name"], width=28),
        *_fields(texts),
    ]
    sums: list[Line] = [
        [None, texts["subtotal"].format(block=blocks.get(block, block)), *_line(counts)]
        for block, counts in intake.groups("block")
    ]
    sums.append([None, texts["total"], *_line(intake.whole)])
    rows = ([unit.code, unit.name, *_line(unit.counts)] for unit in intake.units)
    return SheetTable(fields=fields, rows=_chained(rows, sums), totals=len(sums))


def by_procedure(texts: Mapping[str, Any], intake: IntakeFigures) -> SheetTable:
    """A row per procedure, then all."""
    fields = [Field(title=texts["columns"]["procedure"], width=60), *_fields(texts)]
    rows: Iterator[Line] = (
        [one.name or texts["no_procedure"], *_line(one.counts)] for one in intake.procedures
    )
    last: Line = [texts["total"], *_line(intake.whole)]
    return SheetTable(fields=fields, rows=_chained(rows, [last]), totals=1)


def _chained(rows: Iterator[Line], sums: list[Line]) -> Iterator[Line]:
    yield from rows
    yield from sums


def _fields(texts: Mapping[str, Any]) -> Iterator[Field]:
    named = texts["columns"]
    for key in COUNTS:
        title = named["all" if key == "received" else key]
        yield Field(title=title, look=Look.COUNT, width=6)
    for key in ("late_share", "online_share"):
        yield Field(title=named[key], look=Look.PERCENT, width=7)


def _line(counts: Intake) -> Iterator[Value]:
    for key in COUNTS:
        if key == "apologised":
            yield counts.late_apologised + counts.overdue_apologised
        else:
            found: int = getattr(counts, key)
            yield found
    yield share(counts.late, counts.received)
    yield share(counts.online, counts.new)
