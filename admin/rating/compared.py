"""This period beside the one before and the same a year ago."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from admin.rating.terminal import print_table
from admin.rating.words import Words
from scoring.comparison import Change, Comparison
from surveys.period import Period

Past = tuple[Period, Comparison]


def show(words: Words, past: Sequence[Past]) -> None:
    """Print totals and aggregates, each with its change against every earlier period."""
    if not past:
        click.echo(words.text("no_past"))
        return
    click.echo()
    titles = [words.text("columns.unit"), words.text("columns.name"), words.text("columns.now")]
    for period, _ in past:
        titles += [period.id, words.text("columns.change")]
    rows = [*_units(words, past), *_aggregates(words, past)]
    print_table(titles, rows, sides="lw" + "r" * (len(titles) - 2), title=words.text("compared"))
    for period, comparison in past:
        if not comparison.same_rules:
            click.echo(words.text("other_rules", period=period.id))


def as_json(past: Sequence[Past]) -> list[dict[str, Any]]:
    """For programs: one entry an earlier period."""
    return [
        {
            "period": period.as_json(),
            "same_rules": comparison.same_rules,
            "units": {unit.code: _change(unit.total) for unit in comparison.units},
            "criteria": _changes(comparison.criteria),
            "blocks": _changes(comparison.blocks),
            "aggregates": _changes(comparison.aggregates),
        }
        for period, comparison in past
    ]


def _units(words: Words, past: Sequence[Past]) -> list[list[str]]:
    by_code = [{unit.code: unit for unit in comparison.units} for _, comparison in past]
    rows = []
    for code in sorted(set().union(*by_code)):
        known = [units[code] for units in by_code if code in units]
        newest = next((one.now for one in known if one.now), None) or known[0].before
        name = newest.evidence.name if newest else ""
        none = Change(now=known[0].total.now, before=None)
        changes = [units[code].total if code in units else none for units in by_code]
        rows.append([code, name, *_cells(words, changes)])
    return rows


def _aggregates(words: Words, past: Sequence[Past]) -> list[list[str]]:
    _, first = past[0]
    rows = []
    for name in first.aggregates:
        changes = [comparison.aggregates[name] for _, comparison in past]
        rows.append(["", words.text(f"aggregates.{name}"), *_cells(words, changes)])
    return rows


def _cells(words: Words, changes: Sequence[Change]) -> list[str]:
    cells = [words.number(changes[0].now)]
    for change in changes:
        cells += [words.number(change.before), words.signed(change.difference)]
    return cells


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
