"""Small printed tables for the tests, written as semicolon-separated lines."""

import csv
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
