"""All units taken together, criterion by criterion: share, counts, interval."""

from decimal import Decimal

from admin.kit.tables import Column, Kind, Row, Table
from admin.rating.rating_phrases import UNKNOWN, RatingPhrases
from scoring.aggregates import Overall
from scoring.measures import Measure
from scoring.rounding import plain
from scoring.texts import Percent, written
from scoring.words import percent

KEYS = ("share", "numerator", "denominator", "interval")


def shares_table(phrases: RatingPhrases, overall: Overall) -> Table:
    """One row per metric of the rulebook."""
    rows = [_row(phrases, number, found) for number, found in overall.shares.items()]
    columns = [
        Column(key="criterion", title=phrases.text("columns.criterion_id"), kind=Kind.CODE),
        Column(key="name", title=phrases.text("columns.criterion_name")),
        *(Column(key=k, title=phrases.text(f"columns.{k}"), kind=Kind.FIGURE) for k in KEYS),
    ]
    return Table(columns=columns, rows=rows, title=phrases.text("shares"))


def _row(phrases: RatingPhrases, number: str, found: Measure) -> Row:
    share = percent(found.share)
    return {
        "criterion": number,
        "name": phrases.rulebook.criteria[number].name.of(phrases.language),
        "share": UNKNOWN if share is None else written(share, phrases.language),
        "numerator": _count(phrases, found.numerator),
        "denominator": _count(phrases, found.denominator),
        "interval": _interval(phrases, percent(found.low), percent(found.high)),
    }


def _count(phrases: RatingPhrases, count: Decimal | None) -> str:
    return phrases.number(None if count is None else Decimal(plain(count)))


def _interval(phrases: RatingPhrases, low: Percent | None, high: Percent | None) -> str:
    if low is None or high is None:
        return UNKNOWN
    return f"{written(low, phrases.language)} – {written(high, phrases.language)}"
