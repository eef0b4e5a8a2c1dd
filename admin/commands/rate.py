"""`motcua rate`: the units of a period, from evidence to grade."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import click

from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, leaf
from admin.rating import compared, rows, view, weights
from admin.rating.lists import missing_rows, official_rows
from admin.rating.rulebooks import chosen
from admin.rating.unit_evidence import PeriodEvidence, unit_evidence
from admin.rating.words import Words
from scoring.comparison import compare
from scoring.law import Rulebook
from scoring.rating import Rating, rate
from scoring.supported import Printed
from surveys.period import Period, previous, year_before
from surveys.store.base.connection import Connection
from surveys.store.results import ratings
from surveys.store.system import staff
from surveys.store.system.staff import Role


@leaf("rate")
@click.argument("period")
@click.option("--rulebook", metavar="ID")
@click.option("--policy", "policies", metavar="NAME=CHOICE", multiple=True)
@click.option("--weights", "wanted_weights", metavar="WEIGHTS")
@click.option("--compare", "compares", is_flag=True)
@click.option("--missing", is_flag=True)
@click.option("--officials", is_flag=True)
@format_option
async def command(
    runtime: Runtime,
    period: str,
    rulebook: str | None,
    policies: tuple[str, ...],
    wanted_weights: str | None,
    compares: bool,  # noqa: FBT001 - click calls by name
    missing: bool,  # noqa: FBT001
    officials: bool,  # noqa: FBT001
    shown_as: Format,
) -> None:
    """Rate a period; or list who has not scored, or rate the officials."""
    book = chosen(runtime, rulebook, policies)
    wanted = runtime.period(period)
    if not book.valid_on(wanted.end):
        runtime.say("rate.not_in_force", id=book.id, day=wanted.end)
    weighing = None if wanted_weights is None else weights.parse(wanted_weights)
    database = await runtime.database()
    async with database.read() as conn:
        if officials:
            await _officials(runtime, conn, book, wanted, shown_as)
            return
        read, rating = await _rated(conn, book, wanted)
        past = await _past(runtime, conn, rating, wanted) if compares else []
    if isinstance(weighing, Printed):
        rating, weighing = weights.leading(rating, weighing), None
    shown = Shown(runtime=runtime, read=read, rating=rating, weights=weighing, past=past)
    if missing:
        shown.reminders(shown_as)
    else:
        shown.all(shown_as, compares=compares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rating on its way out."""

    runtime: Runtime
    read: PeriodEvidence
    rating: Rating
    weights: weights.BlockWeights | None
    past: list[compared.Past]

    @property
    def words(self) -> Words:
        """The words for it."""
        return Words(texts=self.runtime.texts, rulebook=self.rating.rulebook)

    @property
    def weighted(self) -> Decimal | None:
        """The mean by block weights, when weights were given."""
        return weights.weighted_mean(self.rating, self.weights) if self.weights else None

    def all(self, shown_as: Format, *, compares: bool) -> None:
        """The whole rating."""
        if shown_as is Format.TABLE:
            view.show(self.words, self.rating, self.read, self.weighted)
            if compares:
                compared.show(self.words, self.past)
            return
        found = rows.as_json(self.rating, self.read, self.words.language)
        if self.weights:
            found = rows.with_weights(found, self.weights, self.weighted)
        if shown_as is Format.CSV:
            output.show_csv(*rows.flat(found))
        else:
            output.show_json(found | self._compared(compares=compares))

    def reminders(self, shown_as: Format) -> None:
        """Who has not scored, and what is missing: a list to send as a reminder."""
        keys = "code name state received dossiers responses missing"
        columns = self.runtime.columns("rate.missing_columns", keys)
        listed = missing_rows(self.words, self.rating, as_table=shown_as is Format.TABLE)
        title = self.words.text("missing_title", id=self.read.period.id)
        self.runtime.show(listed, columns, shown_as, title)

    def _compared(self, *, compares: bool) -> dict[str, Any]:
        return {"compared": compared.as_json(self.past)} if compares else {}


async def _rated(conn: Connection, book: Rulebook, period: Period) -> tuple[PeriodEvidence, Rating]:
    read = await unit_evidence(conn, period)
    return read, rate(book, read.evidence)


async def _past(
    runtime: Runtime, conn: Connection, now: Rating, period: Period
) -> list[compared.Past]:
    preset = runtime.settings.periods
    earlier = [previous(period, preset), year_before(period, preset)]
    past = []
    for one in filter(None, earlier):
        _, before = await _rated(conn, now.rulebook, one)
        past.append((one, compare(now, before)))
    return past


async def _officials(
    runtime: Runtime, conn: Connection, book: Rulebook, period: Period, shown_as: Format
) -> None:
    """The officials' part; only for those who may see it."""
    await staff.require(conn, runtime.actor, Role.REPORTER)
    counted = await ratings.officer_counts(conn, period)
    words = Words(texts=runtime.texts, rulebook=book)
    listed = official_rows(words, counted, as_table=shown_as is Format.TABLE)
    criteria = " ".join(f"cs{number}" for number in book.officials.criteria)
    columns = runtime.columns("rate.official_columns", f"unit official {criteria} total band")
    runtime.show(listed, columns, shown_as, words.text("officials_title", id=period.id))
