"""Addresses of cells."""

import pytest

from scoring.reconcile.table import address


@pytest.mark.parametrize(
    ("index", "letters"),
    [
        (0, "A"),
        (25, "Z"),
        (26, "AA"),
        (27, "AB"),
        (51, "AZ"),
        (52, "BA"),
        (701, "ZZ"),
        (702, "AAA"),
    ],
)
def test_columns_are_named_as_spreadsheets_name_them(index: int, letters: str) -> None:
    """A to Z, then AA to ZZ, then AAA."""
    assert address(7, index) == f"{letters}7"
