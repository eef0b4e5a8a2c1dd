"""The same thing printed twice."""

from tests.unit.scoring.reconcile.sheets import causes, check, told

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
    """The report's figure beside that of the software."""
    text = "Đơn vị;Tiếp nhận (báo cáo);Tiếp nhận (phần mềm)\nXã A;10;12\nXã B;7;7"
    [finding] = check(text).findings
    assert told(finding) == ("two_values", "Xã A", "Tiếp nhận (phần mềm)", "12", "10")


def test_a_surveyed_population_is_what_it_is_taken_from() -> None:
    """Of the received dossiers it must be their number; of others it may be another."""
    text = (
        "Kỳ;Số phiếu;Hồ sơ làm mẫu số;Mẫu số là\nNăm 2016;9;61;{}\n\n"
        "Bảng;Một cửa\nKỳ;Tiếp nhận\nNăm 2016;62"
    )
    assert [f.code.value for f in check(text.format("hồ sơ tiếp nhận")).findings] == ["two_values"]
    assert check(text.format("hồ sơ đã có kết quả")).findings == ()


def test_a_fraction_divides_by_what_its_header_names() -> None:
    """9/10 under “/ tiếp nhận” where 12 were received and 10 returned."""
    text = "Đơn vị;Tiếp nhận;Đã trả;Qua hệ thống/Tiếp nhận\nXã A;12;10;9/10\nXã B;5;5;5/5"
    [finding] = check(text).findings
    assert told(finding)[0] == "denominator_not_named"
    assert finding.reasons[0].params == {"columns": ("Đã trả",)}
