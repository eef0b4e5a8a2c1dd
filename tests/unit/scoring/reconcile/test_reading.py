"""From a sheet to tables."""

from decimal import Decimal

import pytest

from scoring.errors import Refusal
from scoring.reconcile import read_tables
from scoring.reconcile.table import Level
from tests.unit.scoring.reconcile.sheets import WORDS, check, tables

FORM_06A = """
Biểu số II.06a/VPCP/KSTT
STT;Lĩnh vực giải quyết;Số lượng hồ sơ tiếp nhận;;;;Số lượng hồ sơ đã giải quyết;;;;Số lượng hồ sơ đang giải quyết;;
;;Tổng số;Trong kỳ;;Từ kỳ trước;Tổng số;Trước hạn;Đúng hạn;Quá hạn;Tổng số;Trong hạn;Quá hạn
;;;Trực tuyến;Trực tiếp, dịch vụ bưu chính;;;;;;;;
(1);(2);(3)=(4)+(5)+(6);(4);(5);(6);(7)=(8)+(9)+(10);(8);(9);(10);(11)=(12)+(13);(12);(13)
1;Đất đai;100;20;70;10;90;50;38;2;10;9;1
2;Hộ tịch;50;30;20;0;49;40;9;0;1;1;0
;Tổng cộng;150;50;90;10;139;90;47;2;11;10;1
"""  # noqa: E501 - the form is that wide


def test_the_official_form_with_three_header_rows_is_understood() -> None:
    """Form II.06a: merged headers over three rows, then a row of column numbers."""
    [table] = tables(FORM_06A)
    assert [column.id for column in table.columns[2:]] == [
        "received",
        "online",
        "in_person",
        "carried_over",
        "resolved",
        "early",
        "on_time",
        "late",
        "pending",
        "pending_in_time",
        "pending_late",
    ]
    assert [row.name for row in table.rows] == ["Đất đai", "Hộ tịch", "Tổng cộng"]
    assert check(FORM_06A).findings == ()


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
    """The same header after a gap goes on with the same table."""
    [table] = tables("Đơn vị;Tiếp nhận\nXã A;10\n;\nĐơn vị;Tiếp nhận\nXã B;11")
    assert [row.name for row in table.rows] == ["Xã A", "Xã B"]


def test_quantities_printed_as_lines_are_turned() -> None:
    """Under “Chỉ tiêu” every line is a quantity and every further column a period."""
    [table] = tables("STT;Chỉ tiêu;Năm 2019;Năm 2020\n1;Tiếp nhận;10;20\n2;Trễ hạn;1;/")
    late = table.column("late")
    assert late is not None
    assert [row.key for row in table.rows] == ["2019", "2020"]
    assert table.number(table.rows[1], "received") == Decimal(20)
    assert table.number(table.rows[1], "late") is None
    assert table.cell(table.rows[0], late) == "C3"


@pytest.mark.parametrize(
    ("lines", "parents"),
    [
        ("tổng;Huyện;\nkhối;Cấp xã;\nđơn vị;Xã A;\nđơn vị;Xã B;", [None, 0, 1, 1]),
        (";Cấp xã;\n;Xã A;\n;Tổng cộng;", [2, 0, None]),
        (";Xã A;\n;Cộng cấp xã;\n;Phòng A;\n;Cộng khối phòng;\n;Tổng cộng;", [1, 4, 3, 4, None]),
        (";Xã A;xã\n;Phòng A;phòng\n;Khối phòng;\n;Khối xã;", [3, 2, None, None]),
        (";Cộng hòa;\n;Tổng cộng;", [1, None]),
        (";I. Cấp huyện;\n;1. Phòng A;\n;II. Cấp xã;\n;1) Xã A;", [None, 0, None, 2]),
    ],
)
def test_rows_find_the_row_above_them(lines: str, parents: list[int | None]) -> None:
    """By the column “Dòng”, by their names, by the block they name; blocks above or below."""
    body = "\n".join(f"{line};1" for line in lines.splitlines())
    [table] = tables(f"Dòng;Đơn vị;Khối;Tiếp nhận\n{body}")
    assert [row.parent for row in table.rows] == parents


def test_roman_numbers_mark_blocks() -> None:
    """I and II stand before blocks, 1 and 2 before units."""
    [table] = tables("STT;Đơn vị;Tiếp nhận\nI;Cơ quan chuyên môn;3\n1;Phòng A;1\n2;Phòng B;2")
    assert [row.level for row in table.rows] == [Level.BLOCK, Level.UNIT, Level.UNIT]


def test_no_dossiers_in_words_is_nought_and_a_dash_is_nothing() -> None:
    """“không phát sinh” is a figure, “-” is none."""
    [table] = tables("Đơn vị;Tiếp nhận;Trễ hạn\nXã A;không phát sinh;-")
    assert table.number(table.rows[0], "received") == 0
    assert table.number(table.rows[0], "late") is None


def test_a_sheet_without_a_header_has_no_tables() -> None:
    """Figures without words for them are no table."""
    assert read_tables([["abc", "1"], ["def", "2"]], WORDS) == ()


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        (
            "Đơn vị;Tiếp nhận\nXã A;nhiều",
            "check.not_a_number",
            {"cell": "B2", "column": "Tiếp nhận", "value": "nhiều"},
        ),
        (
            "Đơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4;37",
            "check.cell_without_header",
            {"cell": "D2", "value": "37"},
        ),
        (
            "Nhận định;Trễ hạn thấp\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4",
            "check.bad_setting",
            {"line": 1, "value": "Trễ hạn thấp"},
        ),
        (
            "Nhận định;Dưới 2%\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4",
            "check.bad_setting",
            {"line": 1, "value": "Dưới 2%"},
        ),
        (
            "Tỷ lệ khảo sát tối thiểu;mười\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4",
            "check.bad_setting",
            {"line": 1, "value": "mười"},
        ),
        (
            "Quan hệ;Tiếp nhận = Đúng hạn + Trễ hạn\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4",
            "check.unknown_column",
            {"line": 1, "value": "Đúng hạn"},
        ),
        (
            "Quan hệ;Tiếp nhận + Trễ hạn\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4",
            "check.bad_setting",
            {"line": 1, "value": "Tiếp nhận + Trễ hạn"},
        ),
        (
            "Quan hệ;Tiếp nhận = Đúng hạn = Trễ hạn\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4",
            "check.unknown_column",
            {"line": 1, "value": "Đúng hạn = Trễ hạn"},
        ),
        (
            "Cộng dọc;Đúng hạn\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4",
            "check.unknown_column",
            {"line": 1, "value": "Đúng hạn"},
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    text: str, code: str, params: dict[str, object]
) -> None:
    """A wrong figure, a cell outside the columns, a line that says nothing we know."""
    with pytest.raises(Refusal) as refused:
        tables(text)
    assert (refused.value.code, refused.value.params) == (code, params)


def test_the_lower_header_row_names_the_periods_of_a_turned_table() -> None:
    """“Năm” over two years; the sheet's title, settings and short lines stay as they are."""
    [table] = tables(
        """
        Kết quả hai năm
        Nguồn;Báo cáo 7
        STT;Chỉ tiêu;Năm;;Ghi
        ;;Năm 2019;Năm 2020;
        1;Tiếp nhận;10
        2
        3;Trễ hạn;1;2
        """
    )
    assert (table.title, table.source) == ("Kết quả hai năm", "Báo cáo 7")
    assert [row.name for row in table.rows] == ["Năm 2019", "Năm 2020", "Ghi"]
    assert [column.header for column in table.columns] == ["name", "Tiếp nhận", "Trễ hạn"]
    assert [table.number(row, "received") for row in table.rows] == [10, None, None]


def test_a_turned_table_has_no_unknown_columns() -> None:
    """The periods are names, not figures."""
    text = "Chỉ tiêu;Năm 2019;Năm 2020\nTiếp nhận;10;20\nTrễ hạn;1;2"
    assert check(text).unread == ()


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


def test_a_row_may_name_its_block_by_all_words_but_the_first() -> None:
    """“Phòng ban” is the block “Khối phòng ban”; “ban” alone is none."""
    for block, parent in (("phòng ban", 1), ("khối phòng ban", 1), ("ban", 0)):
        body = f"Huyện;tổng;;1\nKhối phòng ban;khối;;1\nPhòng A;đơn vị;{block};1"
        [table] = tables(f"Đơn vị;Dòng;Khối;Tiếp nhận\n{body}")
        assert table.rows[2].parent == parent


def test_every_column_named_to_be_added_up_is_added_up() -> None:
    """“Cộng dọc” may name several columns, in cells of their own or in one."""
    for named in ("Diện tích;Trễ hạn", '"Diện tích; Trễ hạn"'):
        [table] = tables(f"Cộng dọc;{named}\nĐơn vị;Diện tích;Trễ hạn\nXã A;10;4")
        assert table.summed == {"~dien tich", "late"}


def test_a_column_to_be_added_up_makes_a_header_of_unknown_words() -> None:
    """“Diện tích” alone is no quantity of ours; another setting does not make it one."""
    table = "Đơn vị;Diện tích\nXã A;10"
    assert [one.summed for one in tables(f"Cộng dọc;Diện tích\n{table}")] == [{"~dien tich"}]
    assert tables(f"Nguồn;Báo cáo 7\n{table}") == tables(table) == ()


def test_a_row_without_a_name_is_named_by_its_period() -> None:
    """Its block stands before the period, and is not its name."""
    [table] = tables("Khối;Năm;Tiếp nhận\nCấp xã;2019;10\nCấp xã;2020;12")
    assert [row.name for row in table.rows] == ["2019", "2020"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Đơn vị;Tiếp nhận;Trễ hạn\n(1);(2);(3)\nXã A;10;1", ["Xã A"]),
        ("Tháng;Tiếp nhận\n1;20\n2;30", ["1", "2"]),
    ],
)
def test_a_line_of_column_numbers_has_three_or_more(text: str, names: list[str]) -> None:
    """Two small numbers below a header are a month and its figure."""
    [table] = tables(text)
    assert [row.name for row in table.rows] == names


def test_a_row_is_recognised_by_its_name_and_its_period() -> None:
    """The same unit in two years makes two rows; the word “năm” says nothing."""
    [table] = tables("Đơn vị;Năm;Tiếp nhận\nXã A;Năm 2019;10\nXã A;2020;12")
    assert [row.key for row in table.rows] == ["xa a | 2019", "xa a | 2020"]


def test_a_block_may_stand_in_the_column_of_levels() -> None:
    """A row that names no level there stands above those that do."""
    [table] = tables("Dòng;Đơn vị;Tiếp nhận\n;Khối xã;1\nxã;Xã A;1")
    assert table.rows[1].parent == 0


def test_settings_below_the_last_table_belong_to_it() -> None:
    """Even behind an empty line."""
    [table] = tables("Đơn vị;Tiếp nhận\nXã A;10\n;\nNguồn;Báo cáo 7")
    assert table.source == "Báo cáo 7"


def test_a_title_between_two_tables_belongs_to_the_second() -> None:
    """A cell alone below an empty line is a title; without the empty line it is a row."""
    first, second = tables(
        "Đơn vị;Tiếp nhận\nXã A;10\nXã B;\n;\nQuý hai\nĐơn vị;Tiếp nhận\nXã A;11"
    )
    assert [row.name for row in first.rows] == ["Xã A", "Xã B"]
    assert second.title == "Quý hai"


def test_small_figures_below_the_header_are_a_row() -> None:
    """Only a line that counts up one by one numbers the columns; months with few dossiers are
    rows, and none is lost."""
    [table] = tables("Tháng;Tiếp nhận;Trễ hạn\n1;2;3\n1;20;3\n2;30;4")
    assert [row.name for row in table.rows] == ["1", "2"]
