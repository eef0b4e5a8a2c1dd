"""From a sheet to tables."""

from decimal import Decimal

import pytest

from scoring.errors import Refusal
from scoring.reconcile import read_tables
from scoring.reconcile.table import Level
from tests.unit.scoring.reconcile.sheets import WORDS, check, check_cells, tables

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


def test_the_whole_header_of_the_official_form_may_come_again() -> None:
    """On every page, line by line, with the numbers of the columns."""
    title, *header, land, status, total = FORM_06A.strip().splitlines()
    pages = [title, *header, land, ";", *header, status, ";", *header, total]
    assert check("\n".join(pages)).findings == ()
    [table] = tables("\n".join(pages))
    assert [row.name for row in table.rows] == ["Đất đai", "Hộ tịch", "Tổng cộng"]


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
    """I and II number blocks, 1 and 2 units."""
    [table] = tables("STT;Đơn vị;Tiếp nhận\nI;Cơ quan chuyên môn;3\n1;Phòng A;1\n2;Phòng B;2")
    assert [row.level for row in table.rows] == [Level.BLOCK, Level.UNIT, Level.UNIT]
    assert [row.parent for row in table.rows] == [None, 0, 0]


def test_no_dossiers_in_words_is_nought_and_a_dash_is_nothing() -> None:
    """“không phát sinh” is a figure, “-” is not."""
    [table] = tables("Đơn vị;Tiếp nhận;Trễ hạn\nXã A;không phát sinh;-")
    assert table.number(table.rows[0], "received") == 0
    assert table.number(table.rows[0], "late") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Đơn vị;Tiếp nhận\nXã A;nhiều",
            "check.not_a_number: cell=B2, column=Tiếp nhận, value=nhiều",
        ),
        (
            "Chỉ tiêu;2019;2020\nTiếp nhận;10;nhiều",
            "check.not_a_number: cell=C2, column=Tiếp nhận, value=nhiều",
        ),
        (
            "Đơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4;37",
            "check.cell_without_header: cell=D2, value=37",
        ),
        (
            "Chỉ tiêu;2019;2020\nTiếp nhận;10;20\n;1;2",
            "check.cell_without_header: cell=B3, value=1",
        ),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_with_its_place(text: str, told: str) -> None:
    """A wrong figure, or one outside the columns; in a turned table too."""
    with pytest.raises(Refusal) as refused:
        tables(text)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("name", "text", "code", "value"),
    [
        ("Nhận định", "Trễ hạn thấp", "bad_setting", "Trễ hạn thấp"),
        ("Nhận định", "Dưới 2%", "bad_setting", "Dưới 2%"),
        ("Tỷ lệ khảo sát tối thiểu", "mười", "bad_setting", "mười"),
        ("Quan hệ", "Tiếp nhận + Trễ hạn", "bad_setting", "Tiếp nhận + Trễ hạn"),
        ("Quan hệ", "Tiếp nhận = Đúng hạn + Trễ hạn", "unknown_column", "Đúng hạn"),
        ("Quan hệ", "Tiếp nhận = Đúng hạn = Trễ hạn", "unknown_column", "Đúng hạn = Trễ hạn"),
        ("Cộng dọc", "Đúng hạn", "unknown_column", "Đúng hạn"),
    ],
)
def test_a_line_that_says_nothing_we_know_is_refused_with_its_place(
    name: str, text: str, code: str, value: str
) -> None:
    """A claim without a limit, a quota without a number, a column that is not there."""
    with pytest.raises(Refusal) as refused:
        tables(f"{name};{text}\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;10;4")
    assert (refused.value.code, refused.value.params) == (
        f"check.{code}",
        {"line": 1, "value": value},
    )


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


def test_a_row_may_name_its_block_by_all_words_but_the_first() -> None:
    """“Phòng ban” is the block “Khối phòng ban”; “ban” alone is not a block."""
    for block, parent in (("phòng ban", 1), ("khối phòng ban", 1), ("ban", 0)):
        body = f"Huyện;tổng;;1\nKhối phòng ban;khối;;1\nPhòng A;đơn vị;{block};1"
        [table] = tables(f"Đơn vị;Dòng;Khối;Tiếp nhận\n{body}")
        assert table.rows[2].parent == parent


def test_every_column_named_to_be_added_up_is_added_up() -> None:
    """“Cộng dọc” may name several columns, in cells of their own or in one."""
    for named in ("Diện tích;Trễ hạn", '"Diện tích; Trễ hạn"'):
        [table] = tables(f"Cộng dọc;{named}\nĐơn vị;Diện tích;Trễ hạn\nXã A;10;4")
        assert table.summed == {"~dien tich", "late"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Khối;Năm;Tiếp nhận\nCấp xã;2019;10\nCấp xã;2020;12", ["2019", "2020"]),
        ("STT;Khối;Tiếp nhận\n1;Cấp xã;10\n2;Cấp huyện;12", ["Cấp xã", "Cấp huyện"]),
        ("STT;Đơn vị;Tiếp nhận\n1;;10\n2;Xã B;12", ["1", "Xã B"]),
        ("Địa bàn;Tiếp nhận;Trễ hạn\nXã A;10;4", ["Xã A"]),
        ("Số phiếu;Tiếp nhận;Mẫu số là\n85;90;đã trả\n9;90;đã trả", ["85", "9"]),
    ],
)
def test_a_row_without_a_name_is_named_by_what_it_has(text: str, names: list[str]) -> None:
    """Its period, then its block, then whatever it says first."""
    [table] = tables(text)
    assert [row.name for row in table.rows] == names


def test_a_spreadsheets_row_may_be_known_by_its_number_alone() -> None:
    """It counts in the sum all the same; a line of figures and nothing else is no row."""
    header = ["STT", "Đơn vị", "Tiếp nhận"]
    body: list[list[str | Decimal | None]] = [
        [None, "Tổng cộng", Decimal(30)],
        [Decimal(1), None, Decimal(10)],
        [Decimal(2), "Xã B", Decimal(20)],
        [None, None, Decimal(30)],
    ]
    [table] = read_tables([header, *body], WORDS)
    assert [row.name for row in table.rows] == ["Tổng cộng", "1", "Xã B"]
    assert check_cells([header, *body]).findings == ()


def test_a_row_is_recognised_by_its_name_and_its_period() -> None:
    """The same unit in two years makes two rows; the word “năm” says nothing."""
    [table] = tables("Đơn vị;Năm;Tiếp nhận\nXã A;Năm 2019;10\nXã A;2020;12")
    assert [row.key for row in table.rows] == ["xa a | 2019", "xa a | 2020"]


def test_a_unit_may_name_its_block_in_the_column_of_levels() -> None:
    """“xã” is no level but the block “Khối xã”, though another block is nearer."""
    body = "khối;Khối xã;1\nkhối;Khối phòng;2\nxã;Xã A;1\nphòng;Phòng A;1\nđơn vị;Phòng B;1"
    [table] = tables(f"Dòng;Đơn vị;Tiếp nhận\n{body}")
    assert [row.parent for row in table.rows] == [None, None, 0, 1, 1]
