"""What the officer's page shows of invitations: the funnel by unit, channel and week, where people
stop, and how the channels' answers compare. The same figures as `motcua invitations status`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from admin.inviting.funnel_result import Choices, Funnel, read_funnel
from admin.inviting.funnel_view import stops_of, titles_of
from admin.kit.texts import Texts
from bot.texts import load_texts
from surveys.form import Form
from surveys.period import Period
from surveys.store.asking.funnel import STAGES, By
from surveys.store.base.connection import Connection
from surveys.store.dossiers import units

PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationsPart:
    """The figures with their words; `form` is the one that is asked."""

    texts: Texts
    form: Form

    async def read(self, conn: Connection, period: Period) -> Mapping[str, Any]:
        """`stages`, `groups`, `stops`, `choices` and `warning` for the page."""
        found = await read_funnel(conn, period, self.form)
        names = {code: unit.name for code, (_, unit) in (await units.list_all(conn)).items()}
        say = self.texts.text
        return {
            "stages": [say(f"invitations.columns.{stage}") for stage in STAGES],
            "groups": [self._group(by, found, names) for by in By],
            "stops": self._stops(found),
            "choices": self._choices(found),
            "warning": say("invitations.differs") if found.differs else "",
        }

    def _group(self, by: By, found: Funnel, names: Mapping[str, str]) -> Mapping[str, Any]:
        told = {By.UNIT: lambda key: names.get(key, key), By.CHANNEL: self._channel}
        title = told.get(by, str)
        rows = [
            {"group": title(key), "counts": [counts[stage] for stage in STAGES]}
            for key, counts in found.groups[by].items()
        ]
        return {"by": by, "name": self.texts.text(f"invitations.titles.by_{by}"), "rows": rows}

    def _stops(self, found: Funnel) -> Mapping[str, Any]:
        rows = stops_of(found, titles_of(self.form, self.texts.language))
        return {
            "name": self.texts.text("invitations.titles.stops"),
            "rows": sorted(rows, key=lambda row: -row["count"]),
            "nobody": self.texts.text("invitations.no_stops"),
        }

    def _choices(self, found: Funnel) -> Mapping[str, Any]:
        return {
            "name": self.texts.text("invitations.titles.choices"),
            "rows": [self._choice(one) for one in found.choices],
        }

    def _choice(self, one: Choices) -> str:
        told = {"answers": one.answers, "share": one.share, "low": one.low, "high": one.high}
        return self.texts.text("invitations.choice", channel=self._channel(one.channel), **told)

    def _channel(self, name: str) -> str:
        """The channel's name for people."""
        known, key = load_texts()[self.texts.language], f"channels.{name}"
        title = known.text(key) if key in known else name
        if name in {"", PAPER}:
            title = self.texts.text(f"invitations.{name or 'no_channel'}")
        return title[:1].upper() + title[1:]
