"""The hours in which Zalo may refuse templates."""

from datetime import datetime, timedelta

from bot.limits import is_quiet
from bot.settings import Settings


def seconds_of_night(settings: Settings, now: datetime) -> float:
    """Seconds until the hours without templates are over; 0 outside of them."""
    begins, ends = settings.zalo_template_night_from, settings.zalo_template_night_to
    if begins == ends or not is_quiet(
        int(now.timestamp() * 1_000), begins=begins, ends=ends, zone=settings.zone
    ):
        return 0.0
    local = now.astimezone(settings.zone)
    morning = datetime.combine(local.date(), ends, settings.zone)
    if morning <= local:
        morning += timedelta(days=1)
    return (morning - local).total_seconds()
