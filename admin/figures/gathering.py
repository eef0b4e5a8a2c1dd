"""Gathers every figure of a report from the database, in one reading.

Each figure is counted once: what the rating and the tally count is not counted again.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from admin.figures.facts import declared
from admin.figures.intake import read_intake
from admin.figures.model import (
    Kind,
    PastFigures,
    RatingFigures,
    ReportFigures,
    Span,
    WeekFigures,
    YearFigures,
)
from admin.figures.rating import RatedPeriod
from admin.figures.survey import SATISFACTION, dislikes, survey_figures
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.unit_evidence import PeriodEvidence, unit_evidence
from admin.tallying.result import read_tally
from scoring.rating import rate
from surveys.period import Period, Preset, previous, year_before
from surveys.store.base.connection import Connection
from surveys.store.base.database import read_side_by_side
from surveys.store.results import ratings, series, tallies
from surveys.store.results.intake import Window
from surveys.tally import Reach, quota

YEARS_BACK = 5
"""The years before it that a year's series shows, where they have dossiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which figures are wanted, and how they are counted.

    `as_of` is the last day that counts. `signed`: figures of closed periods by period id, to
    compare with; other periods are counted afresh.
    """

    kind: Kind
    period: Period
    phrases: RatingPhrases
    """With the rulebook to rate by."""
    preset: Preset
    form: str
    quota_percent: int
    near_days: int
    as_of: date
    signed: Mapping[str, ReportFigures] = field(default_factory=dict)

    @property
    def window(self) -> Window:
        """What the flow of dossiers is counted over."""
        return Window(period=self.period, as_of=self.as_of, near_days=self.near_days)


async def gather(conn: Connection, order: Order) -> ReportFigures:
    """All figures of a report. Raises what `scoring.rating.rate` raises."""
    await read_side_by_side(conn)
    rated = await _rated(conn, order)
    tally = await read_tally(conn, order.period, (), order.form, order.quota_percent)
    return ReportFigures(
        kind=order.kind,
        span=Span.of(order.period),
        as_of=order.as_of,
        rating=rated.figures(),
        survey=survey_figures(tally, dislikes(rated.book)),
        intake=await read_intake(
            conn,
            order.window,
            with_procedures=order.kind is Kind.ONESTOP,
            summed=rated.book.sums_mergers,
        ),
        weeks=_weeks(await series.count_by_day(conn, order.period)),
        past=tuple([one async for one in _past(conn, order)]),
        series=tuple([one async for one in _series(conn, order)]),
        facts=tuple(declared(rated.book, rated.read.evidence)),
    )


async def _rated(conn: Connection, order: Order) -> RatedPeriod:
    book = order.phrases.rulebook
    named = book.officials is not None and await series.has_officials(conn)
    officials = await ratings.count_by_officer(conn, order.period) if named else None
    return replace(_rate(order, await _read(conn, order, order.period)), officials=officials)


async def _read(conn: Connection, order: Order, period: Period) -> PeriodEvidence:
    return await unit_evidence(conn, order.phrases.rulebook, period, as_of=order.period.end)


def _rate(order: Order, read: PeriodEvidence) -> RatedPeriod:
    rating = rate(order.phrases.rulebook, read.evidence, read.period.end)
    return RatedPeriod(read=read, rating=rating, phrases=order.phrases)


async def _past(conn: Connection, order: Order) -> AsyncIterator[PastFigures]:
    """The period before and the same one a year earlier, where anything was returned in them."""
    before = previous(order.period, order.preset)
    a_year = year_before(order.period, order.preset)
    for period, is_year in ((before, False), (a_year, True)):
        if period is None:
            continue
        signed = order.signed.get(period.id)
        figures = signed.rating if signed else await _counted(conn, order, period)
        if figures and any(unit.dossiers or unit.received for unit in figures.units):
            rules = order.phrases.rulebook.checksum
            yield _as_past(period, figures, rules, is_year=is_year, signed=signed is not None)


async def _counted(conn: Connection, order: Order, period: Period) -> RatingFigures | None:
    """The rating of an earlier period; None if nothing was returned or received in it."""
    read = await _read(conn, order, period)
    some = any(unit.dossiers or unit.received for unit in read.evidence)
    return _rate(order, read).figures() if some else None


def _as_past(
    period: Period, rating: RatingFigures, rules: str, *, is_year: bool, signed: bool
) -> PastFigures:
    grades = Counter(unit.grade for unit in rating.units if unit.grade is not None)
    return PastFigures(
        span=Span.of(period),
        year_before=is_year,
        same_rules=rating.rules.checksum == rules,
        leading=rating.leading,
        grade=rating.grade,
        criteria={one.id: one.mean for one in rating.criteria},
        blocks={block.id: block.mean for block in rating.blocks},
        grades={grade.id: grades[grade.id] for grade in rating.grades},
        received=sum(unit.received for unit in rating.units),
        dossiers=sum(unit.dossiers for unit in rating.units),
        late=sum(unit.late for unit in rating.units),
        responses=sum(unit.responses for unit in rating.units),
        signed=signed,
    )


def _weeks(by_day: Mapping[date, tuple[int, int]]) -> tuple[WeekFigures, ...]:
    """Every week from the first to the last day with a returned dossier."""
    returned, answered = Counter[date](), Counter[date]()
    for day, (dossiers, responses) in by_day.items():
        monday = day - timedelta(days=day.weekday())
        returned[monday] += dossiers
        answered[monday] += responses
    if not returned:
        return ()
    first, last = min(returned), max(returned)
    mondays = (first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1))
    return tuple(
        WeekFigures(monday=one, returned=returned[one], answered=answered[one]) for one in mondays
    )


async def _series(conn: Connection, order: Order) -> AsyncIterator[YearFigures]:
    """The year of a year's report and those before it, the oldest first."""
    if order.kind is not Kind.YEAR:
        return
    years = [order.period]
    while (year := previous(years[0], order.preset)) and len(years) <= YEARS_BACK:
        years.insert(0, year)
    for year in years:
        received = await series.count_received(conn, year)
        [reach] = await tallies.count_reach(conn, year, ()) or [Reach(group=())]
        if received or reach.returned:
            yield YearFigures(
                span=Span.of(year),
                received=received,
                returned=reach.returned,
                late=await series.count_late(conn, year),
                issued=reach.issued,
                answered=reach.answered or 0,
                valid=reach.valid or 0,
                quota=quota(received, order.quota_percent),
                satisfaction=await series.count_options(conn, year, SATISFACTION),
            )
