"""SQL conditions for a period: dossiers by the day they were returned, units by their validity.

A dossier is returned when it has a return date, whatever its status: an export may write the date
before it moves the status on. The import names such dossiers (`returned_by_date_only`). One that
ended without a result (`surveys.dossier.ENDED`) is never returned: its evidence has no day.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Date, literal, or_

from surveys.dossier import ENDED
from surveys.period import Period
from surveys.store.base.schema import dossier_evidence, dossiers, units


def returned_in(period: Period) -> ColumnElement[bool]:
    """Evidence rows of the dossiers returned in the period, both ends included."""
    return dossier_evidence.c.returned_on.between(*_days(period))


def dossier_returned_in(period: Period) -> ColumnElement[bool]:
    """The same on `dossiers`, for queries that do not need the evidence."""
    return has_return_day_in(period) & dossiers.c.status.not_in(ENDED)


def has_return_day_in(period: Period) -> ColumnElement[bool]:
    """Dossiers with a return date in the period, even if they ended without a result."""
    returned_at = dossiers.c.returned_at
    first, next_one = period.start, period.end + timedelta(days=1)
    return (returned_at >= _midnight(first)) & (returned_at < _midnight(next_one))


def received_in(period: Period) -> ColumnElement[bool]:
    """Evidence rows of the dossiers received in the period, both ends included."""
    return dossier_evidence.c.received_on.between(*_days(period))


def valid_in(period: Period) -> ColumnElement[bool]:
    """Units that existed on at least one day of the period."""
    begun = or_(units.c.valid_from.is_(None), units.c.valid_from <= period.end)
    return begun & or_(units.c.valid_to.is_(None), units.c.valid_to >= period.start)


def _days(period: Period) -> tuple[ColumnElement[date], ColumnElement[date]]:
    """Dates are inlined so that PostgreSQL plans for this period instead of using a generic
    plan."""
    first, last = (literal(day, Date, literal_execute=True) for day in (period.start, period.end))
    return first, last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
