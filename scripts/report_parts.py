"""The parts of a Word template in the form of NĐ 30/2020/NĐ-CP, Phụ lục I.

Sizes are points, lengths millimetres.
"""

from collections.abc import Iterable
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

FONT = "Times New Roman"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LATIN_MOTTO = "Doc lap - Tu do - Hanh phuc"
LEFT, CENTRE = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER
BOTH = WD_ALIGN_PARAGRAPH.JUSTIFY
TEXT_WIDTH = 160
"""A4 less 30 mm on the left and 20 mm on the right."""
LEFT_HEAD, RIGHT_HEAD = 62, 98
PER_POINT = 25.4 / 72


def blank() -> Doc:
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


def add_line(
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


def add_head(document: Doc, title: str) -> None:
    """Agencies, national heading, number and date, the name of the document and what it is about.

    Number and day are left blank: they belong to the issuing step (Điều 15).
    """
    table = _grid(document, (LEFT_HEAD, RIGHT_HEAD))
    left, right = table.rows[0].cells
    add_line(left, "{%p if co_quan.cap_tren %}", size=13)
    add_line(left, "{{ co_quan.cap_tren_hoa }}", size=13)
    add_line(left, "{%p endif %}", size=13)
    add_line(left, "{{ co_quan.ten_hoa }}", size=13, bold=True)
    _rule(left, LEFT_HEAD, LEFT_HEAD * 0.4)
    add_line(left, "Số:        /BC-UBND", size=13)
    add_line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13, bold=True)
    add_line(right, MOTTO, size=14, bold=True)
    _rule(right, RIGHT_HEAD, stringWidth(LATIN_MOTTO, "Times-Bold", 14) * PER_POINT)
    dated = "{{ co_quan.dia_danh }}, ngày      tháng      năm {{ ky.nam_ban_hanh }}"
    add_line(right, dated, italic=True)
    add_line(document, "BÁO CÁO", bold=True).paragraph_format.space_before = Pt(18)
    add_line(document, title, bold=True)
    _rule(document, TEXT_WIDTH, TEXT_WIDTH * 0.4)
    add_line(document, "{%p if co_quan.kinh_gui %}")
    add_line(document, "Kính gửi: {{ co_quan.kinh_gui }}.", after=12)
    add_line(document, "{%p endif %}")


def add_text(document: Doc, text: str, *, italic: bool = False, bold: bool = False) -> Paragraph:
    """A paragraph of the body: justified, first line 1 cm in, 6 pt after it."""
    paragraph = add_line(document, text, italic=italic, bold=bold, align=BOTH, after=6)
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.line_spacing = 1.15
    return paragraph


def add_section(document: Doc, text: str) -> None:
    """A numbered heading that stays with what follows."""
    paragraph = add_text(document, text, bold=True)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(6)


def add_if(document: Doc, field: str, *texts: str) -> None:
    """Paragraphs that are left out where the field is empty."""
    add_text(document, f"{{%p if {field} %}}")
    for text in texts or (f"{{{{ {field} }}}}",):
        add_text(document, text)
    add_text(document, "{%p endif %}")


def add_each(document: Doc, field: str, text: str = "- {{ x }}") -> None:
    """A paragraph for every item."""
    add_text(document, f"{{%p for x in {field} %}}")
    add_text(document, text)
    add_text(document, "{%p endfor %}")


def add_table(document: Doc, loop: str, columns: list[tuple[str, str, float]]) -> None:
    """A table with lines: headings, then a row for every item. Its first row repeats on a page."""
    table = document.add_table(4, len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    rows = table.rows
    for place, (title, field, width) in enumerate(columns):
        add_line(rows[0].cells[place], title, size=12, bold=True)
        centred = CENTRE if place else LEFT
        add_line(rows[2].cells[place], field, size=12, align=centred)
        for row in rows:
            row.cells[place].width = Mm(width)
        table.columns[place].width = Mm(width)
    add_line(rows[1].cells[0], f"{{%tr for x in {loop} %}}", size=12)
    add_line(rows[3].cells[0], "{%tr endfor %}", size=12)
    _repeat(rows[0])
    for row in rows:
        _unsplit(row)
    add_line(document, "", size=6)


def _row_mark(row: Any, name: str) -> None:  # noqa: ANN401 - a row
    mark = OxmlElement(name)
    row._tr.get_or_add_trPr().append(mark)


def _repeat(row: Any) -> None:  # noqa: ANN401 - a row
    _row_mark(row, "w:tblHeader")


def _unsplit(row: Any) -> None:  # noqa: ANN401 - a row
    properties = row._tr.get_or_add_trPr()
    mark = OxmlElement("w:cantSplit")
    properties.insert(0, mark)


def add_foot(document: Doc, last: str) -> None:
    """The closing sentence, Nơi nhận and the signature, which stay together on a page."""
    add_text(document, last).paragraph_format.keep_with_next = True
    add_line(document, "", size=6).paragraph_format.keep_with_next = True
    table = _grid(document, (80, 80))
    left, right = table.rows[0].cells
    add_line(left, "Nơi nhận:", size=12, bold=True, italic=True, align=LEFT)
    add_line(left, "{%p for x in noi_nhan %}", size=11, align=LEFT)
    add_line(left, "{{ x }}", size=11, align=LEFT)
    add_line(left, "{%p endfor %}", size=11, align=LEFT)
    add_line(right, "{%p if co_quan.ky_thay %}", bold=True)
    add_line(right, "{{ co_quan.ky_thay }}", bold=True)
    add_line(right, "{%p endif %}", bold=True)
    add_line(right, "{{ co_quan.chuc_vu }}", bold=True, after=72)
    add_line(right, "{{ co_quan.nguoi_ky }}", bold=True)
    _unsplit(table.rows[0])
