"""When the bot may start a conversation: quiet hours, weekends, holidays. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.limits import is_quiet
from bot.settings import Settings
from surveys.calendar import LONGEST_SEARCH, OfficeCalendar, load_calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The hours and days of one deployment, in its time zone."""

    calendar: OfficeCalendar
    zone: ZoneInfo
    quiet_from: time
    quiet_to: time
    office_from: time
    office_to: time
    rest_days: str
    holds_unknown: bool

    def is_rest_day(self, day: date, unit: str = "") -> bool:
        """Whether no conversation about this unit is started on this day."""
        if self.holds_unknown and not self.calendar.knows(day):
            return True
        if self.rest_days == "none":
            return False
        if self.rest_days == "holidays":
            return self.calendar.holiday(day) is not None
        return self.calendar.is_rest_day(day, unit)

    def is_closed(self, moment: datetime) -> bool:
        """Whether no conversation is started now, about any unit."""
        units = ("", *self.calendar.weekdays)
        return self._is_quiet(moment) or all(
            self.is_rest_day(self.local(moment).date(), unit) for unit in units
        )

    def may_write(self, moment: datetime, unit: str = "") -> bool:
        """Whether a conversation about this unit may be started at this moment."""
        return not self._is_quiet(moment) and not self.is_rest_day(self.local(moment).date(), unit)

    def next_moment(self, moment: datetime, unit: str = "") -> datetime:
        """This moment, or the next at which a conversation about this unit may be started; the
        moment itself where there is none within a year."""
        return self._next(moment, self.quiet_to, lambda at: self.may_write(at, unit))

    def next_office_moment(self, moment: datetime, unit: str = "") -> datetime:
        """This moment, or the next within the unit's office hours."""
        return self._next(moment, self.office_from, lambda at: self._is_office_time(at, unit))

    def local(self, moment: datetime) -> datetime:
        """The moment on the authority's clock."""
        return moment.astimezone(self.zone)

    def civil(self, written: datetime) -> datetime:
        """The moment of a civil time, as the one-stop software writes it."""
        return written.replace(tzinfo=self.zone)

    def _next(self, moment: datetime, opens: time, is_open: Callable[[datetime], bool]) -> datetime:
        if is_open(moment):
            return moment
        day = self.local(moment).date()
        for ahead in range(LONGEST_SEARCH):
            opening = datetime.combine(day + timedelta(days=ahead), opens, self.zone)
            if opening > moment and is_open(opening):
                return opening
        return moment

    def _is_quiet(self, moment: datetime) -> bool:
        at_ms = int(moment.timestamp() * 1_000)
        return is_quiet(at_ms, begins=self.quiet_from, ends=self.quiet_to, zone=self.zone)

    def _is_office_time(self, moment: datetime, unit: str) -> bool:
        local = self.local(moment)
        is_open = self.office_from <= local.time() < self.office_to
        return is_open and self.may_write(moment, unit) and self._is_open_day(local.date(), unit)

    def _is_open_day(self, day: date, unit: str) -> bool:
        return self.rest_days == "none" or self.calendar.is_office_day(day, unit)


@lru_cache(maxsize=4)
def timetable(settings: Settings) -> Timetable:
    """The timetable of the settings, read once. Raises Refusal `calendar.*` for a wrong file."""
    return Timetable(
        calendar=load_calendar(settings.holidays_file),
        zone=settings.zone,
        quiet_from=settings.quiet_from,
        quiet_to=settings.quiet_to,
        office_from=settings.office_from,
        office_to=settings.office_to,
        rest_days=settings.rest_days,
        holds_unknown=settings.holidays_unknown == "hold",
    )
