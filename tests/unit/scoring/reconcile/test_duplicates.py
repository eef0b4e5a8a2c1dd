"""The same thing printed twice."""

import pytest

from tests.unit.scoring.reconcile.sheets import causes, check, codes, told

TWO = "Bảng;Một\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;6.184;2\nXã B;7;1\n\nBảng;Hai\nĐơn vị;Tiếp nhận\n{}"


def test_a_quantity_has_one_value_in_all_tables() -> None:
    """6.184 here and 6.174 there: one digit apart."""
    [finding] = check(TWO.format("Xã A;6.174\nXã B;7")).findings
    assert told(finding) == ("two_values", "Xã A", "Tiếp nhận", "6174", "6184")
    assert causes(finding) == ["one_digit"]
    assert finding.params["other_cell"] == "B3"


def test_tables_of_another_period_or_scope_may_differ() -> None:
    """The same unit in another year has other figures."""
    second = TWO.format("Xã A;6.174\nXã B;7")
    for setting in ("Kỳ báo cáo;2021", "Phạm vi;Đất đai"):
        assert check(second.replace("Bảng;Hai", f"Bảng;Hai\n{setting}")).findings == ()


def test_tables_that_hardly_agree_speak_of_different_things() -> None:
    """Where most shared cells differ nothing is compared."""
    assert check(TWO.format("Xã A;1\nXã B;2")).findings == ()


def test_names_that_differ_only_in_brackets_are_two_rows() -> None:
    """Trường học (tiểu học) and Trường học (THCS) of one table are not the same row."""
    rows = "Trường học (tiểu học);10\nTrường học (THCS);12\nXã A;1\nXã A;1\nXã B;3\nXã B;4"
    [finding] = check(f"Đơn vị;Tiếp nhận\n{rows}").findings
    assert told(finding) == ("two_values", "Xã B", "Tiếp nhận", "4", "3")


def test_a_column_printed_twice_must_agree_with_itself() -> None:
    """The report's figure and that of the software."""
    text = "Đơn vị;Tiếp nhận (báo cáo);Tiếp nhận (phần mềm)\nXã A;10;12\nXã B;7;7"
    [finding] = check(text).findings
    assert told(finding) == ("two_values", "Xã A", "Tiếp nhận (phần mềm)", "12", "10")


def test_a_surveyed_population_is_what_it_is_taken_from() -> None:
    """Of the received dossiers it must be their number; of others it may be another."""
    text = (
        "Kỳ;Số phiếu;Hồ sơ làm mẫu số;Mẫu số là\nNăm 2016;9;61;{}\n\n"
        "Bảng;Một cửa\nKỳ;Tiếp nhận\nNăm 2016;62"
    )
    assert codes(text.format("hồ sơ tiếp nhận")) == ["two_values"]
    assert check(text.format("hồ sơ đã có kết quả")).findings == ()


def test_two_values_are_told_from_three_digits_on_and_only_when_alike() -> None:
    """6.184 and 7.295 differ in every digit: nothing likely is said."""
    for other, likely in (("7.295", []), ("6.814", ["digits_swapped"])):
        [finding] = check(TWO.format(f"Xã A;{other}\nXã B;7")).findings
        assert causes(finding) == likely


def test_every_pair_of_tables_is_held_to_its_own_agreement() -> None:
    """Three tables that differ pairwise in one row each: three findings, none drowned."""
    sheets = ("Xã A;1\nXã B;2", "Xã A;5\nXã C;3", "Xã B;6\nXã C;7")
    text = "\n\n".join(f"Bảng;{n}\nĐơn vị;Tiếp nhận\n{rows}" for n, rows in enumerate(sheets))
    assert [told(finding)[1:] for finding in check(text).findings] == [
        ("Xã A", "Tiếp nhận", "5", "1"),
        ("Xã B", "Tiếp nhận", "6", "2"),
        ("Xã C", "Tiếp nhận", "7", "3"),
    ]


def test_a_denominator_printed_nowhere_else_is_taken_as_it_stands() -> None:
    """9/10 of the received, of which no column tells the number."""
    assert check("Đơn vị;Có kết quả;Qua hệ thống/Tiếp nhận\nXã A;3;9/10").findings == ()


@pytest.mark.parametrize(("second", "differing"), [("1;2;8;9", 2), ("1;7;8;9", 0)])
def test_tables_that_agree_in_half_of_what_they_share_are_compared(
    second: str, differing: int
) -> None:
    """Two of four figures may be wrong; if three differ the tables are about different things."""
    header = "Đơn vị;Tiếp nhận;Trực tuyến;Đã trả;Trễ hạn"
    text = f"{header}\nXã A;{{}}\n\nBảng;Hai\n{header}\nXã A;{second}"
    assert codes(text.format("1;2;3;4")).count("two_values") == differing


@pytest.mark.parametrize(
    ("other", "mixed"), [("DÂN SỐ (2019)", False), ("diện tích", True), ("tiếp nhận", True)]
)
def test_denominators_in_words_of_their_own_may_be_mixed_too(other: str, mixed: bool) -> None:
    """Words that name no known quantity are compared as words."""
    text = f"Kỳ;Số phiếu;Hồ sơ làm mẫu số;Mẫu số là\nNăm 2016;9;61;dân số\nNăm 2017;9;61;{other}"
    assert codes(text) == (["denominators_mixed"] if mixed else [])
