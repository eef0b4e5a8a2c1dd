"""Makes the Word templates of `motcua report` afresh: the form of NĐ 30/2020/NĐ-CP, Phụ lục I.

    .venv/bin/python scripts/report_templates.py

Sizes are points, lengths millimetres. What the report fills in is written as in docs/report.md.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from reportlab.pdfbase.pdfmetrics import stringWidth

FOLDER = Path(__file__).parents[1] / "admin/reporting/document/templates"
FONT = "Times New Roman"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LATIN_MOTTO = "Doc lap - Tu do - Hanh phuc"
LEFT, CENTRE = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER
BOTH = WD_ALIGN_PARAGRAPH.JUSTIFY
TEXT_WIDTH = 160
"""A4 less 30 mm on the left and 20 mm on the right."""
LEFT_HEAD, RIGHT_HEAD = 62, 98
PER_POINT = 25.4 / 72


def write_templates(folder: Path) -> None:
    """Write the three templates."""
    for name, fill in (("quarter", _quarter), ("year", _year), ("onestop", _onestop)):
        document = _blank()
        fill(document)
        document.save(str(folder / f"{name}.docx"))


def _blank() -> Doc:
    """An A4 page with the margins, the font, and page numbers from page 2 on."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    _set_fonts(style.element.get_or_add_rPr())
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_after = Pt(0)
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    _field(number.add_run(), "PAGE")
    core = document.core_properties
    core.title, core.author, core.language = "Báo cáo", "", "vi-VN"
    core.comments = ""
    return document


def _set_fonts(properties: Any) -> None:  # noqa: ANN401 - an element
    """All four kinds of letters, so that no Vietnamese letter falls back to another font."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), FONT)


def _field(run: Run, instruction: str) -> None:
    run.font.size = Pt(14)
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)


def _line(
    at: Any,  # noqa: ANN401 - a document or a cell
    text: str,
    *,
    size: float = 14,
    bold: bool = False,
    italic: bool = False,
    align: Any = CENTRE,  # noqa: ANN401 - an enumeration
    after: float = 0,
) -> Paragraph:
    """A line of the heading or the signature."""
    fresh: bool = isinstance(at, _Cell) and not at.paragraphs[0].text and len(at.paragraphs) == 1
    paragraph: Paragraph = at.paragraphs[0] if fresh else at.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(after)
    return paragraph


def _rule(at: Any, width: float, length: float) -> None:  # noqa: ANN401 - a document or a cell
    """A line of `length` in the middle of `width`: the upper border of an empty small line."""
    paragraph = at.add_paragraph()
    paragraph.paragraph_format.left_indent = Mm((width - length) / 2)
    paragraph.paragraph_format.right_indent = Mm((width - length) / 2)
    paragraph.paragraph_format.line_spacing = Pt(6)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{key}"), value)
    border.append(top)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    size = paragraph.add_run().font
    size.size = Pt(2)


def _grid(document: Doc, widths: Iterable[float]) -> Table:
    """A table without lines."""
    listed = list(widths)
    table: Table = document.add_table(1, len(listed))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for cell, width in zip(table.rows[0].cells, listed, strict=True):
        cell.width = Mm(width)
    for column, width in zip(table.columns, listed, strict=True):
        column.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        part = OxmlElement(f"w:{side}")
        part.set(qn("w:w"), "0")
        part.set(qn("w:type"), "dxa")
        margins.append(part)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(margins)
    return table


def _head(document: Doc, title: str) -> None:
    """Agencies, national heading, number and date, the name of the document and what it is about.

    Number and day are left blank: they belong to the issuing step (Điều 15).
    """
    table = _grid(document, (LEFT_HEAD, RIGHT_HEAD))
    left, right = table.rows[0].cells
    _line(left, "{%p if co_quan.cap_tren %}", size=13)
    _line(left, "{{ co_quan.cap_tren_hoa }}", size=13)
    _line(left, "{%p endif %}", size=13)
    _line(left, "{{ co_quan.ten_hoa }}", size=13, bold=True)
    _rule(left, LEFT_HEAD, LEFT_HEAD * 0.4)
    _line(left, "Số:        /BC-UBND", size=13)
    _line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13, bold=True)
    _line(right, MOTTO, size=14, bold=True)
    _rule(right, RIGHT_HEAD, stringWidth(LATIN_MOTTO, "Times-Bold", 14) * PER_POINT)
    dated = "{{ co_quan.dia_danh }}, ngày      tháng      năm {{ ky.nam_ban_hanh }}"
    _line(right, dated, italic=True)
    _line(document, "BÁO CÁO", bold=True).paragraph_format.space_before = Pt(18)
    _line(document, title, bold=True)
    _rule(document, TEXT_WIDTH, TEXT_WIDTH * 0.4)
    _line(document, "{%p if co_quan.kinh_gui %}")
    _line(document, "Kính gửi: {{ co_quan.kinh_gui }}.", after=12)
    _line(document, "{%p endif %}")


def _text(document: Doc, text: str, *, italic: bool = False, bold: bool = False) -> Paragraph:
    """A paragraph of the body: justified, first line 1 cm in, 6 pt after it."""
    paragraph = _line(document, text, italic=italic, bold=bold, align=BOTH, after=6)
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.line_spacing = 1.15
    return paragraph


def _section(document: Doc, text: str) -> None:
    """A numbered heading that stays with what follows."""
    paragraph = _text(document, text, bold=True)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(6)


def _if(document: Doc, field: str, *texts: str) -> None:
    """Paragraphs that are left out where the field is empty."""
    _text(document, f"{{%p if {field} %}}")
    for text in texts or (f"{{{{ {field} }}}}",):
        _text(document, text)
    _text(document, "{%p endif %}")


def _each(document: Doc, field: str, text: str = "- {{ x }}") -> None:
    """A paragraph for every item."""
    _text(document, f"{{%p for x in {field} %}}")
    _text(document, text)
    _text(document, "{%p endfor %}")


def _picture(document: Doc, name: str) -> None:
    """A chart, in the middle, where there is one."""
    _text(document, f"{{%p if bieu_do.{name} %}}")
    _line(document, f"{{{{ bieu_do.{name} }}}}", after=6)
    _text(document, "{%p endif %}")


def _table(document: Doc, loop: str, columns: list[tuple[str, str, float]]) -> None:
    """A table with lines: headings, then a row for every item. Its first row repeats on a page."""
    table = document.add_table(4, len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    rows = table.rows
    for place, (title, field, width) in enumerate(columns):
        _line(rows[0].cells[place], title, size=12, bold=True)
        centred = CENTRE if place else LEFT
        _line(rows[2].cells[place], field, size=12, align=centred)
        for row in rows:
            row.cells[place].width = Mm(width)
        table.columns[place].width = Mm(width)
    _line(rows[1].cells[0], f"{{%tr for x in {loop} %}}", size=12)
    _line(rows[3].cells[0], "{%tr endfor %}", size=12)
    _repeat(rows[0])
    for row in rows:
        _unsplit(row)
    _line(document, "", size=6)


def _row_mark(row: Any, name: str) -> None:  # noqa: ANN401 - a row
    mark = OxmlElement(name)
    row._tr.get_or_add_trPr().append(mark)


def _repeat(row: Any) -> None:  # noqa: ANN401 - a row
    _row_mark(row, "w:tblHeader")


def _unsplit(row: Any) -> None:  # noqa: ANN401 - a row
    properties = row._tr.get_or_add_trPr()
    mark = OxmlElement("w:cantSplit")
    properties.insert(0, mark)


def _foot(document: Doc, last: str) -> None:
    """The closing sentence, Nơi nhận and the signature, which stay together on a page."""
    _text(document, last).paragraph_format.keep_with_next = True
    _line(document, "", size=6).paragraph_format.keep_with_next = True
    table = _grid(document, (80, 80))
    left, right = table.rows[0].cells
    _line(left, "Nơi nhận:", size=12, bold=True, italic=True, align=LEFT)
    _line(left, "{%p for x in noi_nhan %}", size=11, align=LEFT)
    _line(left, "{{ x }}", size=11, align=LEFT)
    _line(left, "{%p endfor %}", size=11, align=LEFT)
    _line(right, "{%p if co_quan.ky_thay %}", bold=True)
    _line(right, "{{ co_quan.ky_thay }}", bold=True)
    _line(right, "{%p endif %}", bold=True)
    _line(right, "{{ co_quan.chuc_vu }}", bold=True, after=72)
    _line(right, "{{ co_quan.nguoi_ky }}", bold=True)
    _unsplit(table.rows[0])


def _opening(document: Doc, subject: str) -> None:
    """Căn cứ, each on its line, then what is reported."""
    _text(document, "{%p for x in can_cu %}")
    _text(document, "{{ x }}", italic=True)
    _text(document, "{%p endfor %}")
    _text(document, f"{{{{ co_quan.ten }}}} báo cáo {subject} như sau:")
    _text(document, "{%p for x in luu_y %}")
    _text(document, "{{ x }}", bold=True)
    _text(document, "{%p endfor %}")


def _blocks(document: Doc) -> None:
    """The grades block by block, as the year's report has them."""
    _text(document, "{%p for k in khoi %}")
    _section(document, "{{ loop.index }}. {{ k.ten }} ({{ k.so_don_vi }} đơn vị):")
    for text in ("{%p for m in k.muc_co %}", "- {{ m }}", "{%p endfor %}"):
        _text(document, text)
    for name in ("cau_khong_co", "cau_trang_thai", "cau_binh_quan"):
        _if(document, f"k.{name}", f"- {{{{ k.{name} }}}}")
    _text(document, "(Chi tiết tại Phụ lục {{ k.phu_luc }} đính kèm)", italic=True)
    _text(document, "{%p endfor %}")


def _survey(document: Doc) -> None:
    _text(document, "- {{ lay_y_kien.cau }}")
    _if(document, "lay_y_kien.cau_chi_tieu", "- {{ lay_y_kien.cau_chi_tieu }}")


def _handled(document: Doc) -> None:
    """What becomes of the results: officials, satisfaction, publication."""
    _if(document, "can_bo.cau", "- {{ can_bo.cau }}")
    _text(document, "- {{ lay_y_kien.cau_hai_long }}")
    _text(
        document,
        "- Kết quả đánh giá mức độ hài lòng được công khai tại cơ quan và trên trang thông tin "
        "điện tử, là một trong những tiêu chuẩn xem xét mức độ hoàn thành nhiệm vụ của đơn vị và "
        "của cán bộ, công chức, viên chức.",
    )


def _whole(document: Doc) -> None:
    for name in ("cau", "cau_chi_so", "cau_da_cham", "cau_cach_tinh"):
        _if(document, f"diem.{name}")


def _compared(document: Doc) -> None:
    _text(document, "{%p if so_sanh %}")
    _each(document, "so_sanh", "- {{ x.cau }}")
    _text(document, "{%p else %}")
    _text(document, "Không có số liệu kỳ trước để so sánh.")
    _text(document, "{%p endif %}")


def _criteria(document: Doc) -> None:
    columns = [
        ("Chỉ số", "{{ x.ma }}. {{ x.ten }}", 96.0),
        ("Bình quân", "{{ x.binh_quan }}", 22.0),
        ("Tối đa", "{{ x.toi_da }}", 18.0),
        ("Số đơn vị", "{{ x.so_don_vi }}", 24.0),
    ]
    _text(document, "{%p if diem.da_cham != '0' %}")
    _table(document, "chi_so", columns)
    _text(document, "{%p endif %}")


def _states(document: Doc) -> None:
    """Units of every block by state, with the mean."""
    columns = [
        ("Khối", "{{ x.ten }}", 52.0),
        ("Đơn vị", "{{ x.so_don_vi }}", 16.0),
        ("Đã chấm", "{{ x.da_cham }}", 16.0),
        ("Chưa phát sinh", "{{ x.chua_phat_sinh }}", 19.0),
        ("Chưa chấm", "{{ x.chua_cham }}", 17.0),
        ("Thiếu thông tin", "{{ x.thieu_thong_tin }}", 19.0),
        ("Bình quân", "{{ x.binh_quan }}", 21.0),
    ]
    _table(document, "khoi", columns)


def _quarter(document: Doc) -> None:
    """After the reports of Điện Biên Đông and Tuần Giáo, quý II năm 2021."""
    _head(
        document,
        "Kết quả chấm điểm đánh giá việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} trên địa bàn {{ co_quan.dia_ban }}",
    )
    _opening(
        document,
        "tình hình, kết quả chấm điểm đánh giá việc giải quyết thủ tục hành chính {{ ky.ten }} "
        "(từ ngày {{ ky.tu_ngay }} đến ngày {{ ky.den_ngay }})",
    )
    _section(document, "I. TÌNH HÌNH TRIỂN KHAI THỰC HIỆN")
    _text(
        document,
        "Việc đánh giá giải quyết thủ tục hành chính được thực hiện tại {{ diem.so_don_vi }} cơ "
        "quan, đơn vị, qua thu thập ý kiến của tổ chức, cá nhân (trực tiếp và trực tuyến) và tự "
        "đánh giá của cơ quan, đơn vị; kết quả được xác minh, thẩm định trước khi tổng hợp.",
    )
    _text(document, "{{ diem.cau_bo_quy_tac }}")
    _section(document, "II. KẾT QUẢ THỰC HIỆN")
    _section(document, "1. Về tổ chức thu thập ý kiến đánh giá")
    _survey(document)
    _picture(document, "phieu_theo_tuan")
    _section(document, "2. Kết quả đánh giá việc giải quyết thủ tục hành chính")
    _whole(document)
    _each(document, "khoi", "- {{ x.cau_tom_tat }}")
    _text(document, "(Có phụ lục kèm theo)", italic=True)
    _states(document)
    _picture(document, "xep_loai")
    _criteria(document)
    _picture(document, "chi_so")
    _section(document, "3. Xử lý kết quả đánh giá")
    _handled(document)
    _section(document, "4. So sánh với kỳ trước và cùng kỳ năm trước")
    _compared(document)
    _section(document, "III. NHỮNG KHÓ KHĂN, VƯỚNG MẮC, TỒN TẠI")
    _each(document, "han_che", "{{ loop.index }}. {{ x }}")
    _foot(
        document,
        "Trên đây là báo cáo kết quả chấm điểm đánh giá việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} của {{ co_quan.ten }}./.",
    )


def _year(document: Doc) -> None:
    """After the report of Đam Rông, năm 2020, with the series of Tuy Phong."""
    _head(
        document,
        "Kết quả triển khai đánh giá, chấm điểm việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} trên địa bàn {{ co_quan.dia_ban }}",
    )
    _opening(
        document,
        "kết quả triển khai đánh giá, chấm điểm việc giải quyết thủ tục hành chính {{ ky.ten }} "
        "(từ ngày {{ ky.tu_ngay }} đến ngày {{ ky.den_ngay }})",
    )
    _section(document, "I. KẾT QUẢ ĐÁNH GIÁ")
    _whole(document)
    _text(document, "{{ diem.cau_bo_quy_tac }} (Chi tiết tại Phụ lục I đính kèm)")
    _picture(document, "xep_loai")
    _text(document, "Trong đó:")
    _blocks(document)
    _criteria(document)
    _picture(document, "chi_so")
    _section(document, "{{ khoi|length + 1 }}. Thu thập ý kiến tổ chức, cá nhân")
    _survey(document)
    _handled(document)
    _picture(document, "phieu_theo_tuan")
    _section(document, "{{ khoi|length + 2 }}. Tiếp nhận, giải quyết hồ sơ")
    _text(document, "{{ mot_cua.cau }}")
    for name in ("cau_tiep_nhan", "cau_giai_quyet", "cau_dang_giai_quyet", "cau_dung", "cau_ty_le"):
        _if(document, f"mot_cua.{name}", f"- {{{{ mot_cua.{name} }}}}")
    _picture(document, "giai_quyet")
    _text(document, "{%p if chuoi_nam %}")
    _section(document, "{{ khoi|length + 3 }}. Kết quả qua các năm")
    _each(document, "chuoi_nam", "- {{ x.cau }}")
    _each(document, "chuoi_nam", "- {{ x.cau_ho_so }}")
    _text(document, "{%p endif %}")
    _section(document, "II. ĐÁNH GIÁ CHUNG")
    _section(document, "1. Ưu điểm")
    _each(document, "uu_diem")
    _section(document, "2. Hạn chế")
    _each(document, "han_che")
    _section(document, "3. So sánh với năm trước")
    _compared(document)
    _section(document, "III. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM {{ ky.nam_sau }}")
    _each(document, "nhiem_vu", "{{ loop.index }}. {{ x }}")
    _foot(
        document,
        "Trên đây là báo cáo kết quả đánh giá, chấm điểm việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} của {{ co_quan.ten }}./.",
    )


def _onestop(document: Doc) -> None:
    """After the report of An Lão, năm 2020."""
    _head(
        document,
        "Kết quả thực hiện cơ chế một cửa, một cửa liên thông {{ ky.ten }} "
        "trên địa bàn {{ co_quan.dia_ban }}",
    )
    _opening(document, "kết quả thực hiện cơ chế một cửa, một cửa liên thông {{ ky.ten }}")
    _section(document, "I. TÌNH HÌNH, KẾT QUẢ THỰC HIỆN")
    _section(document, "1. Kết quả giải quyết thủ tục hành chính")
    _text(document, "{{ mot_cua.cau }}")
    names = ("cau_tiep_nhan", "cau_giai_quyet", "cau_dang_giai_quyet", "cau_dung", "cau_ty_le")
    for name in names:
        _if(document, f"mot_cua.{name}", f"- {{{{ mot_cua.{name} }}}}")
    _if(document, "mot_cua.cau_can_doi", "- {{ mot_cua.cau_can_doi }}")
    _picture(document, "giai_quyet")
    _text(document, "{%p for k in mot_cua.khoi %}")
    _section(document, "{{ k.ten }}")
    for name in names:
        _if(document, f"k.{name}", f"- {{{{ k.{name} }}}}")
    _each(document, "k.don_vi", "+ {{ x.cau }}")
    _if(document, "k.cau_con_lai")
    _if(document, "k.cau_khong_phat_sinh", "+ {{ k.cau_khong_phat_sinh }}")
    _text(document, "{%p endfor %}")
    _text(document, "(Phụ lục đính kèm)", italic=True)
    _section(document, "2. Hồ sơ trực tuyến")
    _text(document, "{{ mot_cua.cau_truc_tuyen }}")
    _section(document, "3. Tiếp nhận qua dịch vụ bưu chính công ích")
    _if(document, "mot_cua.cau_buu_chinh")
    _section(document, "4. Xin lỗi và hẹn lại ngày trả kết quả")
    _text(document, "{{ mot_cua.cau_xin_loi }}")
    _text(document, "{%p if du_kien %}")
    _section(document, "5. Số liệu do các đơn vị khai báo")
    _each(document, "du_kien")
    _text(document, "{%p endif %}")
    _section(document, "II. ĐÁNH GIÁ CHUNG")
    _section(document, "1. Kết quả đạt được")
    _each(document, "uu_diem")
    _section(document, "2. Khó khăn, hạn chế")
    _each(document, "han_che")
    _section(document, "III. PHƯƠNG HƯỚNG, NHIỆM VỤ")
    _each(document, "nhiem_vu", "{{ loop.index }}. {{ x }}")
    _foot(
        document,
        "Trên đây là báo cáo kết quả thực hiện cơ chế một cửa, một cửa liên thông {{ ky.ten }} "
        "của {{ co_quan.ten }}./.",
    )


if __name__ == "__main__":
    write_templates(FOLDER)
