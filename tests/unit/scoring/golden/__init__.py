"""What districts printed, as rows: one CSV a report, its source in the first lines."""

import csv
from decimal import Decimal
from pathlib import Path

from scoring.evidence import UnitEvidence

TIMING = ("early", "same_day", "late")


def golden(name: str) -> list[UnitEvidence]:
    """The units of `name.csv`; `cs1` … `cs9` are appraised points, empty where there are none."""
    text = (Path(__file__).parent / f"{name}.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [_unit(row) for row in csv.DictReader(lines)]


def _unit(row: dict[str, str]) -> UnitEvidence:
    return UnitEvidence(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        block=row["block"],
        received=int(row["received"]),
        received_online=int(row["received_online"]),
        dossiers=int(row["dossiers"]),
        responses=int(row["responses"]),
        late=int(row["late"]),
        outcomes={
            criterion: {outcome: int(row[f"{outcome}_{criterion}"]) for outcome in TIMING}
            for criterion in "12"
            if f"early_{criterion}" in row
        },
        appraised={n: Decimal(row[f"cs{n}"]) for n in "123456789" if row[f"cs{n}"]},
    )
