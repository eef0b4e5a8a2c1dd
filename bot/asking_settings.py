"""Settings of what the bot sends by itself: invitations, reminders, notices, and who is drawn."""

from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from bot.setting_types import Count, Days, Hour, Percent
from surveys.sampling import Rule, Sampling


@dataclass(frozen=True, kw_only=True)
class AskingSettings:
    """When the bot starts a conversation, with whom, and how often."""

    invite_by_itself: bool = True
    """Whether `motcua serve` invites as soon as a dossier is returned; else only `motcua invite`
    does."""
    invite_delay_minutes: Annotated[int, Meta(ge=0, le=43_200)] = 120
    """Minutes after the return until the citizen is asked, so that the counter is not rated at the
    counter."""
    invite_per_minute: Count = 30
    """Invitations and reminders a minute over all units and channels: after a stop of two days they
    leave one after the other, the units in turn."""
    invite_every_days: Days = 7
    """At most one invitation per citizen within this number of days, however many dossiers; the
    others wait and come in one message."""
    remind_days: Annotated[int, Meta(ge=0, le=30)] = 3
    """Days after an unanswered invitation until its one reminder; 0: none."""
    invite_days: Days = 30
    """Days after which an invitation expires. A dossier returned longer ago is asked about only by
    `motcua invite`."""
    quiet_from: Hour = time(21, 0)
    quiet_to: Hour = time(7, 0)
    """The bot starts no conversation in these hours."""
    rest_days: Literal["weekends", "holidays", "none"] = "weekends"
    """Days on which the bot starts no conversation: weekends (days on which the unit is closed) and
    public holidays, public holidays only, or none."""
    holidays_file: Path | None = None
    """A YAML file whose years replace those of `surveys/calendars/viet-nam.yaml`, with the office
    days of units (docs/invitations.md)."""
    holidays_unknown: Literal["weekdays", "hold"] = "weekdays"
    """In a year whose holidays are not known: go by the weekday, or start no conversation. It is
    logged at the start and shown by `motcua invitations plan` either way."""
    office_from: Hour = time(7, 30)
    office_to: Hour = time(17, 0)
    """Notices of the status of a followed dossier leave within these hours of office days."""

    quota_percent: Percent = 10
    """Share of dossiers to be asked (a local rule, e.g. QĐ 3770/2014 Bình Thuận)."""
    sample: Rule = Rule.EVERYONE
    """Whom of a unit's returned dossiers to ask: `everyone`, a `share`, or as many as an `error`
    needs, n = N / (1 + N·e²); never fewer than `quota_percent`."""
    sample_percent: Percent = 100
    """The share, where `sample` is `share`."""
    sample_error_percent: Annotated[int, Meta(ge=1, le=50)] = 5
    """The wanted error e in percentage points, where `sample` is `error`."""
    sample_seed: str = ""
    """Decides the draw, so that it can be repeated. Empty: drawn once for each unit and period, and
    written to the audit log."""
    top_up_days: Annotated[int, Meta(ge=0, le=60)] = 10
    """In the last days of a period more are drawn where answers are short; 0: never."""

    @property
    def sampling(self) -> Sampling:
        """The rule of the draw."""
        return Sampling(
            rule=self.sample,
            percent=Decimal(self.sample_percent),
            error_percent=Decimal(self.sample_error_percent),
            quota_percent=Decimal(self.quota_percent),
        )

    @property
    def invite_delay(self) -> timedelta:
        """How long after the return a citizen is asked."""
        return timedelta(minutes=self.invite_delay_minutes)
