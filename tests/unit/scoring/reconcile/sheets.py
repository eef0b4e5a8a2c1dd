"""Small printed tables for the tests, written as semicolon-separated lines."""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import admin
from scoring.reconcile import (
    Finding,
    Policy,
    RateRounding,
    Report,
    Table,
    load_vocabulary,
    read_tables,
    reconcile,
)
from scoring.reconcile.sections import Grid

SAMPLES = Path(admin.__file__).parent / "samples" / "printed"
WORDS = load_vocabulary()
GRADES = {
    "xuat_sac": Decimal(15),
    "tot": Decimal(12),
    "kha": Decimal(9),
    "trung_binh": Decimal(6),
    "yeu": Decimal(0),
}


def tables(text: str) -> tuple[Table, ...]:
    """The tables of a sheet."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return read_tables(list(csv.reader(lines, delimiter=";")), WORDS)


def policy(rounding: RateRounding = RateRounding.HALF_UP, quota: Decimal | None = None) -> Policy:
    """The rules of Thông tư 01/2018."""
    return Policy(
        rounding=rounding, quota=quota, grades=GRADES, criteria=9, most=Decimal(2), digits=1
    )


def check(
    text: str, rounding: RateRounding = RateRounding.HALF_UP, quota: Decimal | None = None
) -> Report:
    """What reconciling a sheet finds."""
    return reconcile(tables(text), WORDS, policy(rounding, quota))


def check_cells(grid: Grid, sheet: str = "") -> Report:
    """What reconciling a spreadsheet's cells finds, numbers as they are in it."""
    return reconcile(read_tables(grid, WORDS, sheet), WORDS, policy())


def codes(text: str) -> list[str]:
    """The kinds of findings of a sheet."""
    return [finding.code.value for finding in check(text).findings]


def check_sample(name: str) -> Report:
    """What reconciling a seed's printed tables finds."""
    return check((SAMPLES / name).read_text("utf-8"))


def told(finding: Finding) -> tuple[str, str, str, str, str]:
    """Code, row, column, stated and recomputed: a finding on one line of a test."""
    return (
        finding.code.value,
        finding.row,
        finding.column,
        "" if finding.stated is None else str(finding.stated),
        "" if finding.recomputed is None else str(finding.recomputed),
    )


def causes(finding: Finding) -> list[str]:
    """The likely causes by their codes."""
    return [reason.cause.value for reason in finding.reasons]


def in_full(finding: Finding) -> str:
    """Everything a finding tells, on one line: kind, place, figures, details and likely causes."""
    place = (finding.sheet, finding.table, finding.cell, finding.row, finding.column)
    figures = f"{_shown(finding.stated)} for {_shown(finding.recomputed)}"
    reasons = [f"{one.cause.value} {_details(one.params)}".strip() for one in finding.reasons]
    told = (finding.code.value, "/".join(place), figures, _details(finding.params), *reasons)
    return " | ".join(filter(None, told))


def _details(params: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={_shown(value)}" for name, value in params.items())


def _shown(value: object) -> str:
    return f"[{' '.join(map(_shown, value))}]" if isinstance(value, tuple) else str(value)
