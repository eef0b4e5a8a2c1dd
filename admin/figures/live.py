"""Today's figures of a period, and which kind of report a period has."""

from datetime import date

from admin.figures.gathering import Order, gather
from admin.figures.model import Kind, ReportFigures
from admin.kit.runtime import Runtime
from admin.kit.texts import load_texts
from admin.rating.rating_phrases import RatingPhrases
from scoring.law import Rulebook
from surveys.errors import Refusal
from surveys.period import PER_YEAR, Period, part_ids
from surveys.period import Kind as Length

DOCUMENT_LANGUAGE = "vi"
"""Official documents are written in Vietnamese (NĐ 30/2020/NĐ-CP), whatever the user's language."""


async def live_figures(
    runtime: Runtime,
    period: Period,
    rulebook: Rulebook,
    kind: Kind | None = None,
    *,
    provisional: bool = False,
) -> ReportFigures:
    """Count a period as it is now. Raises as `make_order`, or what `scoring.rating.rate` raises."""
    order = make_order(runtime, period, rulebook, kind, provisional=provisional)
    database = await runtime.database()
    async with database.read() as conn:
        return await gather(conn, order)


def make_order(
    runtime: Runtime,
    period: Period,
    rulebook: Rulebook,
    kind: Kind | None = None,
    *,
    provisional: bool = False,
) -> Order:
    """Which figures the settings and a command ask for.

    Raises Refusal `report.not_begun`, or `report.not_over` unless `provisional`.
    """
    settings = runtime.settings
    return Order(
        kind=kind or usual_kind(period),
        period=period,
        phrases=RatingPhrases(
            texts=load_texts(DOCUMENT_LANGUAGE), rulebook=rulebook, day=period.end
        ),
        preset=settings.periods,
        form=settings.form,
        quota_percent=settings.quota_percent,
        near_days=settings.near_due_days,
        as_of=last_day(period, runtime.today, provisional=provisional),
    )


def usual_kind(period: Period) -> Kind:
    """The year's report for a year, else the quarter's."""
    is_year = len(part_ids(period)) == PER_YEAR[Length.QUARTER]
    return Kind.YEAR if is_year else Kind.QUARTER


def last_day(period: Period, today: date, *, provisional: bool) -> date:
    """The last day that counts: that of the period, or today in a period that is not over.

    Raises Refusal `report.not_begun`, or `report.not_over` unless `provisional`.
    """
    if today < period.start:
        raise Refusal("report.not_begun", period=period.id, first=period.start)
    if today > period.end:
        return period.end
    if not provisional:
        raise Refusal("report.not_over", period=period.id, last=period.end)
    return min(today, period.end)
