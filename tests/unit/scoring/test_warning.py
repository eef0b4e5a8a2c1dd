"""Tests of `scoring.warning` and its words in `scoring.texts`."""

from decimal import Decimal
from string import Formatter

import pytest

from scoring.evidence import UnitEvidence
from scoring.lists import self_differences
from scoring.model import Text
from scoring.rating import rate
from scoring.texts import say, words, written
from scoring.unit_rating import rate_unit
from scoring.warning import RatingWarning
from tests.unit.scoring.district import all_points, points, tt01, unit

NINE = ["2"] * 9


def warnings(*units: UnitEvidence) -> dict[str, RatingWarning]:
    return {warning.code: warning for warning in rate(tt01(), units).warnings}


def test_a_clean_rating_has_no_warning() -> None:
    """Units with everything scored and equal means need no warning."""
    same = [unit(code, appraised=all_points(*NINE)) for code in "AB"]
    assert warnings(*same) == {}
    assert warnings() == {}


def test_means_differ() -> None:
    """Where the three aggregates differ, all three are named."""
    one = unit("A", appraised=all_points(*NINE), dossiers=30)
    other = unit("B", appraised=all_points(*["1"] * 9), dossiers=10)
    found = warnings(one, other)["means_differ"]
    assert found.params == {
        "sum_of_criterion_means": Decimal("13.50"),
        "unit_mean": Decimal("13.50"),
        "dossier_weighted_mean": Decimal("15.75"),
    }
    assert "13,50" in found.message()
    assert "15,75" in found.message("vi")
    assert "15.75" in found.message("en")


def test_means_are_not_compared_with_one_that_cannot_be_told() -> None:
    """A weighted mean that does not exist differs from nothing."""
    assert "means_differ" not in warnings(unit("A", appraised=all_points(*NINE), dossiers=0))


def test_criterion_scored_by_nobody() -> None:
    """A criterion no scored unit has is named; where nobody is scored there is nothing to say."""
    found = warnings(unit("A", appraised=all_points(*["2"] * 8)), unit("B"))
    warning = found["criterion_scored_by_nobody"]
    assert warning.params["criterion"] == "9"
    assert "Chỉ số 9 (Tiến độ và chất lượng" in warning.message()
    assert "Progress and quality" in warning.message("en")
    assert "criterion_scored_by_nobody" not in warnings(unit("B"))


def test_units_left_out_are_listed() -> None:
    """Units with dossiers that are not scored, or not enough, are listed by name."""
    found = warnings(unit("A", responses=0), unit("B", responses=0), unit("C"))
    assert found["units_not_scored"].params == {
        "count": 2,
        "units": ["Đơn vị A", "Đơn vị B"],
    }
    assert found["units_insufficient"].params == {
        "count": 1,
        "units": ["Đơn vị C"],
        "minimum": 5,
    }
    assert "2 đơn vị" in found["units_not_scored"].message()
    assert "Đơn vị A, Đơn vị B" in found["units_not_scored"].message()


def test_grade_lowered_by_missing() -> None:
    """A unit whose grade would be better in proportion to what it could reach is named."""
    found = warnings(unit("A", appraised=all_points(*["2"] * 7)))["grade_lowered_by_missing"]
    assert found.params["code"] == "A"
    assert found.params["missing"] == ["8", "9"]
    assert found.params["reachable"] == "14"
    assert found.params["total"] == Decimal("14.0")
    expected = "Đơn vị A: thiếu chỉ số 8, 9 nên chỉ đạt tối đa 14 điểm; tổng 14,0 xếp loại Tốt"
    assert found.message().startswith(expected)
    assert found.message().endswith("thì xếp loại Xuất sắc.")


@pytest.mark.parametrize("values", [NINE, ["2"] * 8, ["0"] * 7])
def test_grade_not_lowered(values: list[str]) -> None:
    """Nothing is said where nothing is missing or the grade would be the same."""
    assert "grade_lowered_by_missing" not in warnings(unit("A", appraised=all_points(*values)))


def test_self_scores_that_differ() -> None:
    """Tự chấm that differs from what counts is listed; equal after rounding is no difference."""
    given = unit(
        appraised=points(c1="1.5", c2="2", c3="1"),
        self_scores=points(c1="2", c2="1.95", c3="1", c4="2"),
    )
    rated = rate_unit(tt01(), given)
    assert self_differences(tt01(), rated) == {"1": (Decimal(2), Decimal("1.5"))}
    found = warnings(given)["self_differs"]
    assert found.message() == "Đơn vị X01: điểm tự chấm khác điểm được tính ở chỉ số 1."


def test_json_of_a_warning() -> None:
    """A warning is printed as its code and one sentence in the language asked for."""
    warning = RatingWarning(code="self_differs", params={"unit": "A", "criteria": ["1", "2"]})
    assert warning.as_json()["message"].startswith("A: điểm tự chấm")
    assert warning.as_json("en") == {
        "code": "self_differs",
        "message": "A: the unit's own score differs from the one that counts in criteria 1, 2.",
    }


def test_both_languages_say_the_same() -> None:
    """Every text exists in both languages with the same placeholders."""
    for section in words().values():
        for languages in section.values():
            named = {
                language: {name for _, name, _, _ in Formatter().parse(text)} - {None}
                for language, text in languages.items()
            }
            assert set(named) == {"vi", "en"}
            assert named["vi"] == named["en"]


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (Decimal("14.64"), "14,64", "14.64"),
        (None, "–", "–"),
        ([Decimal("1.5"), "x"], "1,5, x", "1.5, x"),
        (Text(vi="Tốt", en="Good"), "Tốt", "Good"),
        (7, "7", "7"),
    ],
)
def test_written(value: object, vi: str, en: str) -> None:
    """Numbers carry the decimal sign of the language; nothing known is a dash."""
    assert (written(value, "vi"), written(value, "en")) == (vi, en)


def test_unknown_text_is_an_error() -> None:
    """A text that does not exist is a mistake of the program."""
    with pytest.raises(KeyError):
        say("warnings", "nothing", "vi")
