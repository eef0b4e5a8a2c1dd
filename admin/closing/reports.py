"""The figures of a report: the signed ones of a closed period, else today's."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from admin.closing import figures
from admin.closing.figures import Wish
from admin.closing.mark import Mark
from admin.figures.gathering import Order, gather
from admin.figures.intake import read_intake
from admin.figures.live import make_order, usual_kind
from admin.figures.model import IntakeFigures, Kind, ReportFigures
from admin.figures.stored import as_text, from_text
from admin.kit.runtime import Runtime
from scoring.law import Rulebook
from surveys.errors import Refusal
from surveys.period import Period, previous, year_before
from surveys.store.base.connection import Connection
from surveys.store.results import closings
from surveys.store.results.closings import Closing, Part, pack
from surveys.store.results.intake import Window

PART = "report-"
"""The beginning of the name of a part; the kind of the report follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Figures to print, with the mark of a closed period."""

    figures: ReportFigures
    mark: Mark | None


async def show_report(
    conn: Connection,
    runtime: Runtime,
    period: Period,
    kind: Kind | None,
    wish: Wish,
    *,
    provisional: bool = False,
) -> Shown:
    """The figures of a report to print.

    Raises Refusal `closing.other_rulebook`, `closing.other_kind`, and as `make_order` and `gather`.
    """
    kind = kind or usual_kind(period)
    rating = await figures.find_signed(conn, runtime, period, wish)
    if rating is not None:
        closing = await figures.require_in_force(conn, period)
        stored = await _stored(conn, closing, kind)
        if stored is not None:
            return Shown(figures=stored, mark=rating.mark)
        if kind not in _signed_kinds(period):
            raise Refusal("closing.other_kind", period=period.id, kind=kind.value)
    book = rating.rulebook if rating else await figures.live_rules(conn, runtime, period, wish)
    order = make_order(runtime, period, book, kind, provisional=provisional)
    order = replace(order, signed=await _signed_past(conn, order))
    mark = await figures.read_mark(conn, runtime, period, live=True)
    return Shown(figures=await gather(conn, order), mark=mark)


async def show_intake(
    conn: Connection, runtime: Runtime, window: Window, *, summed: bool, live: bool
) -> tuple[IntakeFigures, Mark | None]:
    """The one-stop figures to print, with the mark of a closed period.

    Those of units apart (not `summed`) are not among what is signed, and so today's.
    """
    closing = await closings.find_in_force(conn, window.period)
    if closing is not None and summed and not live:
        signed = await signed_intake(conn, closing)
        if signed is not None:
            return signed, figures.mark_of(runtime, closing)
    mark = await figures.read_mark(conn, runtime, window.period, live=True)
    return await read_intake(conn, window, summed=summed), mark


async def signed_intake(conn: Connection, closing: Closing) -> IntakeFigures | None:
    """The one-stop figures that were signed; None if the closing kept none."""
    stored = await _stored(conn, closing, Kind.ONESTOP)
    return None if stored is None else stored.intake


def _signed_kinds(period: Period) -> tuple[Kind, ...]:
    """The kinds of report that are signed with a period."""
    return (usual_kind(period), Kind.ONESTOP)


async def pack_reports(
    conn: Connection, runtime: Runtime, period: Period, book: Rulebook
) -> AsyncIterator[Part]:
    """Pack the figures of every kind of report that the period has."""
    for kind in _signed_kinds(period):
        order = make_order(runtime, period, book, kind)
        order = replace(order, signed=await _signed_past(conn, order))
        yield pack(f"{PART}{kind}", as_text(await gather(conn, order)))


async def _signed_past(conn: Connection, order: Order) -> Mapping[str, ReportFigures]:
    """The signed figures of the periods to compare with."""
    found: dict[str, ReportFigures] = {}
    preset = order.preset
    for period in filter(None, (previous(order.period, preset), year_before(order.period, preset))):
        closing = await closings.find_in_force(conn, period)
        stored = await _stored(conn, closing, usual_kind(period)) if closing else None
        if stored is not None:
            found[period.id] = stored
    return found


async def _stored(conn: Connection, closing: Closing, kind: Kind) -> ReportFigures | None:
    text = await closings.read_part(conn, closing, f"{PART}{kind}")
    return None if text is None else from_text(text)
