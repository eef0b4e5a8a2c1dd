"""What a finding tells, word for word: one table a case, the cases in `printed/*.yaml`.

A case is a table (`;` between cells), perhaps the `sheet` it is on, and everything that is `told`
of it: kind | sheet/table/cell/row/column | stated for recomputed | details | likely causes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.unit.scoring.reconcile.sheets import check_cells, in_full

FOLDER = Path(__file__).parent / "printed"


def cases() -> Iterator[object]:
    """Every case of every file."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for number, case in enumerate(yaml.safe_load(path.read_text("utf-8"))["cases"], 1):
            yield pytest.param(case, id=f"{path.stem}-{number}")


@pytest.mark.parametrize("case", list(cases()))
def test_everything_a_finding_tells(case: dict[str, object]) -> None:
    """Every finding of the table, in its order, and no other."""
    grid = [line.split(";") for line in str(case["table"]).splitlines()]
    found = check_cells(grid, str(case.get("sheet", "")))
    assert [in_full(finding) for finding in found.findings] == case["told"]
