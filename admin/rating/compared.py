"""Compares a period with the one before and with the same period a year earlier."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from admin.kit.output import Block
from admin.kit.tables import Column, Kind, Row, Table
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import PastPeriod
from scoring.comparison import Change


def blocks(phrases: RatingPhrases, past: Sequence[PastPeriod]) -> Iterator[Block]:
    """Totals and aggregates, each with its change against every earlier period."""
    if not past:
        yield phrases.text("no_past")
        return
    yield ""
    rows = [*_unit_rows(phrases, past), *_aggregate_rows(phrases, past)]
    yield Table(columns=_columns(phrases, past), rows=rows, title=phrases.text("compared"))
    for one in past:
        if not one.comparison.same_rules:
            yield phrases.text("other_rules", period=one.period.id)
        for warning in one.splits:
            yield warning.message(phrases.language)


def as_json(past: Sequence[PastPeriod]) -> list[dict[str, Any]]:
    """For programs: one entry per earlier period."""
    return [
        {
            "period": one.period.as_json(),
            "same_rules": one.comparison.same_rules,
            "units": {unit.code: _change(unit.total) for unit in one.comparison.units},
            "criteria": _changes(one.comparison.criteria),
            "blocks": _changes(one.comparison.blocks),
            "aggregates": _changes(one.comparison.aggregates),
            "warnings": [warning.as_json() for warning in one.splits],
        }
        for one in past
    ]


def _columns(phrases: RatingPhrases, past: Sequence[PastPeriod]) -> list[Column]:
    change = phrases.text("columns.change")
    columns = [
        Column(key="unit", title=phrases.text("columns.unit"), kind=Kind.CODE),
        Column(key="name", title=phrases.text("columns.name")),
        Column(key="now", title=phrases.text("columns.now"), kind=Kind.FIGURE),
    ]
    for place, one in enumerate(past):
        columns += [
            Column(key=f"before{place}", title=one.period.id, kind=Kind.FIGURE),
            Column(key=f"change{place}", title=change, kind=Kind.FIGURE),
        ]
    return columns


def _unit_rows(phrases: RatingPhrases, past: Sequence[PastPeriod]) -> Iterator[Row]:
    by_code = [{unit.code: unit for unit in one.comparison.units} for one in past]
    for code in sorted(set().union(*by_code)):
        known = [units[code] for units in by_code if code in units]
        newest = next((one.now for one in known if one.now), None) or known[0].before
        absent = Change(now=known[0].total.now, before=None)
        changes = [units[code].total if code in units else absent for units in by_code]
        name = newest.evidence.name if newest else ""
        yield {"unit": code, "name": name, **_figures(phrases, changes)}


def _aggregate_rows(phrases: RatingPhrases, past: Sequence[PastPeriod]) -> Iterator[Row]:
    for name in past[0].comparison.aggregates:
        changes = [one.comparison.aggregates[name] for one in past]
        yield {"name": phrases.aggregate(name), **_figures(phrases, changes)}


def _figures(phrases: RatingPhrases, changes: Sequence[Change]) -> dict[str, str]:
    figures = {"now": phrases.number(changes[0].now)}
    for place, change in enumerate(changes):
        figures[f"before{place}"] = phrases.number(change.before)
        figures[f"change{place}"] = phrases.signed(change.difference)
    return figures


def _changes(changes: Mapping[str, Change]) -> dict[str, Any]:
    return {key: _change(change) for key, change in changes.items()}


def _change(change: Change) -> dict[str, str | None]:
    return {
        "now": _text(change.now),
        "before": _text(change.before),
        "difference": _text(change.difference),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
