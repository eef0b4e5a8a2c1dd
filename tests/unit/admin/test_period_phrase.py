"""A period as a report says it."""

import pytest

from admin.kit.texts import load_texts
from admin.reporting.period_phrase import period_phrase
from surveys.period import parse_period


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2021-Q2", "Quý II năm 2021 (từ 15/03/2021 đến hết 14/06/2021)"),
        ("2020", "Năm 2020 (từ 15/12/2019 đến hết 14/12/2020)"),
        ("2021-05", "Tháng 5 năm 2021 ("),
        ("2021-H1", "6 tháng đầu năm 2021 ("),
        ("2021-H2", "6 tháng cuối năm 2021 ("),
        ("2021-W20", "Tuần 20 năm 2021 ("),
        ("2020-01-02..2020-03-30", "Từ 02/01/2020 đến hết 30/03/2020"),
    ],
)
def test_a_period_in_words(period: str, said: str) -> None:
    """Quarter, year, month, half, week or the days themselves."""
    assert period_phrase(load_texts("vi"), parse_period(period)).startswith(said)
