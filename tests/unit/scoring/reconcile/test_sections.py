"""Finding the tables in a sheet."""

import pytest

from scoring.reconcile import read_tables
from tests.unit.scoring.reconcile.sheets import WORDS, tables


def names(text: str) -> list[str]:
    """The rows of the only table."""
    [table] = tables(text)
    return [row.name for row in table.rows]


def test_titles_and_settings_stand_above_or_below_a_table() -> None:
    """Bảng, Nguồn and Kỳ báo cáo are lines of their own, with or without a colon."""
    one, other = tables(
        """
        Báo cáo năm
        Nguồn: Báo cáo 12
        Đơn vị;Tiếp nhận
        Xã A;10
        Kỳ báo cáo;2020

        Bảng;Thứ hai
        Đơn vị;Tiếp nhận
        Xã A;11
        """
    )
    assert (one.title, one.source, one.period) == ("Báo cáo năm", "Báo cáo 12", "2020")
    assert other.title == "Thứ hai"


def test_a_header_printed_again_on_the_next_page_is_no_new_table() -> None:
    """The same header after a gap goes on with the same table, even with a name alone."""
    text = "Đơn vị;Tiếp nhận\nXã A;10\n;\nĐơn vị;Tiếp nhận\nXã B\nXã C;11"
    assert names(text) == ["Xã A", "Xã B", "Xã C"]


@pytest.mark.parametrize("row", ["đơn vị;Xã B;61;Hồ sơ tiếp nhận;Tốt", "đơn vị;Xã B;;;Chưa chấm"])
def test_a_row_of_words_on_the_next_page_is_a_row(row: str) -> None:
    """“Đơn vị”, “hồ sơ tiếp nhận” and “tốt” may head columns; beside a figure, or two of them
    beside a name, they stand in a row."""
    header = "Dòng;Đơn vị;Hồ sơ làm mẫu số;Mẫu số là;Xếp loại"
    assert names(f"{header}\nđơn vị;Xã A;61;đã trả;Tốt\n;\n{row}") == ["Xã A", "Xã B"]


def test_years_may_head_the_columns_of_a_turned_table() -> None:
    """“Chỉ tiêu” next to bare years is a header; alone it is a title."""
    assert names("Chỉ tiêu;2020\nTiếp nhận;20") == ["2020"]
    text = "Nội dung\nChỉ tiêu;2019;2020\nTiếp nhận;10;20"
    assert names(text) == ["2019", "2020"]
    assert tables(text)[0].title == "Nội dung"


def test_a_total_without_a_name_may_stand_right_below_the_header() -> None:
    """“Tổng số” under the ordinals, in a cell merged with that of the name, is no lower header."""
    body = "Tổng số;;30\n1;Xã A;10\n2;Xã B;20"
    [table] = tables(f"STT;Đơn vị;Tiếp nhận\n{body}")
    assert [(row.name, row.parent) for row in table.rows] == [
        ("Tổng số", None),
        ("Xã A", 0),
        ("Xã B", 0),
    ]


def test_a_setting_may_stand_right_below_the_header() -> None:
    """It ends before the column of the names, and is no lower header."""
    [table] = tables("STT;Đơn vị;Tiếp nhận\nNguồn: Báo cáo 7\n1;Xã A;10")
    assert (table.source, len(table.rows)) == ("Báo cáo 7", 1)


def test_a_sheet_without_a_header_has_no_tables() -> None:
    """Figures without words for them are no table."""
    assert read_tables([["abc", "1"], ["def", "2"]], WORDS) == ()


@pytest.mark.parametrize(
    ("upper", "lower", "row", "headers"),
    [
        (
            "Đơn vị;Tiếp nhận;;Trễ hạn",
            ";Tổng số;Kỳ trước",
            "Xã A;1;2;3",
            ["Đơn vị", "Tiếp nhận Tổng số", "Tiếp nhận Kỳ trước", "Trễ hạn"],
        ),
        (
            "Đơn vị;Tiếp nhận",
            ";Tổng số;Kỳ trước",
            "Xã A;1;2",
            ["Đơn vị", "Tiếp nhận Tổng số", "Tiếp nhận Kỳ trước"],
        ),
        (";Đơn vị;Tiếp nhận;", "STT;;Tổng số;", "1;Xã A;2", ["STT", "Đơn vị", "Tiếp nhận Tổng số"]),
        (";Năm;Tiếp nhận;", "STT;;Tổng số;", "1;2019;2", ["STT", "Năm", "Tiếp nhận Tổng số"]),
        (
            "Địa bàn;Tiếp nhận;;Trễ hạn",
            ";Tổng số;Kỳ trước",
            "Xã A;1;2;3",
            ["Địa bàn", "Tiếp nhận Tổng số", "Tiếp nhận Kỳ trước", "Trễ hạn"],
        ),
    ],
)
def test_header_rows_may_differ_in_length(
    upper: str, lower: str, row: str, headers: list[str]
) -> None:
    """A merged cell reaches over the cells below it, and no further."""
    [table] = tables(f"{upper}\n{lower}\n{row}")
    assert [column.header for column in table.columns] == headers


def test_a_column_to_be_added_up_makes_a_header_of_unknown_words() -> None:
    """“Diện tích” alone is no known quantity; another setting does not make it one."""
    table = "Đơn vị;Diện tích\nXã A;10"
    assert [one.summed for one in tables(f"Cộng dọc;Diện tích\n{table}")] == [{"~dien tich"}]
    assert tables(f"Nguồn;Báo cáo 7\n{table}") == tables(table) == ()


@pytest.mark.parametrize(
    "line", ["Cộng dọc;Tiếp nhận;Trễ hạn", "Cộng dọc;Đơn vị;Trễ hạn;Tiếp nhận"]
)
def test_columns_named_to_be_added_up_are_no_header(line: str) -> None:
    """Words for quantities, but after the name of a setting; above a table or below the last."""
    table = "Đơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4"
    for text in (f"{line}\n{table}", f"{table}\n;\n{line}"):
        [one] = tables(text)
        assert {"received", "late"} <= one.summed


@pytest.mark.parametrize(
    "numbers",
    [
        "1;2;3",
        "1;2;3;4=2-3",
        "(1);(2);(3);(4)=(2)-(3)",
        "(1);(2);(5);(8)",
        ";(1);(2);(3)",
        "A;1;2;3",
        "(A);(B);(1);(2)",
    ],
)
def test_a_line_of_column_numbers_is_no_row(numbers: str) -> None:
    """One by one, or in brackets; letters may be over words; again on the next page."""
    header = f"Đơn vị;Tiếp nhận;Trễ hạn;Đúng hạn\n{numbers}"
    assert names(f"{header}\nXã A;10;1;9") == ["Xã A"]
    assert names(f"{header}\nXã A;10;1;9\n;\n{header}\nXã B;9;0;9") == ["Xã A", "Xã B"]


@pytest.mark.parametrize(
    ("rows", "months"),
    [
        ("Tháng;Tiếp nhận\n1;2\n2;30", ["1", "2"]),
        ("Tháng;Tiếp nhận;Trễ hạn\n1;20;3\n2;30;4", ["1", "2"]),
        ("Tháng;Tiếp nhận;Trễ hạn\n1;2;0\n2;3;4", ["1", "2"]),
        ("Tháng;Tiếp nhận;Trễ hạn\n7;8;9\n8;1;0", ["7", "8"]),
        ("Tiếp nhận;Trễ hạn;Đúng hạn;Tháng\n1;2;3;1\n30;4;26;2", ["1", "2"]),
    ],
)
def test_small_figures_below_the_header_are_a_row(rows: str, months: list[str]) -> None:
    """A month with few dossiers is a row, and none is lost: columns are numbered from 1 on, right
    below the header."""
    assert names(rows) == months


def test_column_numbers_may_end_before_the_names() -> None:
    """A line that is shorter than its header is read as far as it goes."""
    text = "Tiếp nhận;Trễ hạn;Đúng hạn;Đơn vị\n(1);(2);(3)\n1;2;3\n10;4;6;Xã A"
    assert names(text) == ["1", "Xã A"]


@pytest.mark.parametrize("title", ["Năm 2020", "Quý hai"])
def test_a_title_may_say_what_a_lower_header_row_says(title: str) -> None:
    """The lower rows come again right below the first; after a row they are something else."""
    top, lower = "Đơn vị;Tiếp nhận;Trễ hạn", ";Năm 2020\n;Quý hai"
    first = f"{top}\n{lower}\nXã A;10;1\n;\n{top}\nXã B;10;1"
    found = tables(f"{first}\n;\n{title}\n{top}\n{lower}\nXã A;9;0")
    assert [(one.title, len(one.rows)) for one in found] == [("#1", 2), (title, 1)]


def test_a_page_may_hold_nothing_but_the_header() -> None:
    """The header comes a third time."""
    header = "STT;Đơn vị;Tiếp nhận\n;;Tổng số"
    text = f"{header}\n1;Xã A;10\n;\n{header}\n;\n{header}\n2;Xã B;11"
    assert names(text) == ["Xã A", "Xã B"]


def test_settings_below_the_last_table_belong_to_it() -> None:
    """Even after an empty line."""
    [table] = tables("Đơn vị;Tiếp nhận\nXã A;10\n;\nNguồn;Báo cáo 7")
    assert table.source == "Báo cáo 7"


def test_a_title_between_two_tables_belongs_to_the_second() -> None:
    """A cell alone below an empty line is a title; without the empty line it is a row."""
    first, second = tables(
        "Đơn vị;Tiếp nhận\nXã A;10\nXã B;\n;\nQuý hai\nĐơn vị;Tiếp nhận\nXã A;11"
    )
    assert [row.name for row in first.rows] == ["Xã A", "Xã B"]
    assert second.title == "Quý hai"
