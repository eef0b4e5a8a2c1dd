"""The document has the form of NĐ 30/2020/NĐ-CP (Phụ lục I), is valid and prints whole.

The XML schemas of ECMA-376 are not to be had as a package, so the order of elements is checked with
what the schema says of the ones that are used.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from lxml import etree
from openpyxl import load_workbook
from PIL import Image

from admin.reporting.pdf import office_program, to_pdf
from tests.integration.reporting.reading import figures_of, lines_of

KINDS = ("quarter", "year", "onestop")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ORDER = {
    "pPr": (
        *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr"),
        *("suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku"),
        *("wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi"),
        *("adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents"),
        *("suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap"),
        *("outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"),
    ),
    "rPr": (
        *("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike"),
        *("outline", "shadow", "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden"),
        *("color", "spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u", "effect"),
        *("bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout"),
        *("specVanish", "oMath"),
    ),
    "tblPr": (
        *("tblStyle", "tblpPr", "tblOverlap", "bidiVisual", "tblStyleRowBandSize"),
        *("tblStyleColBandSize", "tblW", "jc", "tblCellSpacing", "tblInd", "tblBorders", "shd"),
        *("tblLayout", "tblCellMar", "tblLook", "tblCaption", "tblDescription"),
    ),
    "tcPr": (
        *("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap"),
        *("tcMar", "textDirection", "tcFitText", "vAlign", "hideMark"),
    ),
    "sectPr": (
        *("headerReference", "footerReference", "footnotePr", "endnotePr", "type", "pgSz", "pgMar"),
        *("paperSrc", "pgBorders", "lnNumType", "pgNumType", "cols", "formProt", "vAlign"),
        *("noEndnote", "titlePg", "textDirection", "bidi", "rtlGutter", "docGrid"),
    ),
    "tbl": ("bookmarkStart", "bookmarkEnd", "tblPr", "tblGrid", "tr"),
    "tr": ("tblPrEx", "trPr", "tc"),
}
"""The children of elements in the order of CT_PPrBase, CT_RPr, CT_TblPr … of ECMA-376."""


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, reports: dict[str, Path]) -> Path:
    """A report of each kind."""
    return reports[str(request.param)]


def _parts(file: Path) -> Iterator[tuple[str, Any]]:
    with ZipFile(file) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                yield name, etree.fromstring(package.read(name))


def test_page_and_margins(folder: Path) -> None:
    """A4; top and bottom 20–25 mm, left 30–35, right 15–20; numbers on top from page 2 on."""
    [section] = Document(str(folder / "bao-cao.docx")).sections
    sides = (section.page_width or 0, section.page_height or 0)
    assert [round(Length(side).mm) for side in sides] == [210, 297]
    for side, (least, most) in {
        "top": (20, 25),
        "bottom": (20, 25),
        "left": (30, 35),
        "right": (15, 20),
    }.items():
        assert least <= round(getattr(section, f"{side}_margin").mm, 1) <= most
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    [number] = section.header.paragraphs
    assert number.alignment == 1
    assert [one.text for one in number._p.iter(qn("w:instrText"))] == ["PAGE"]


def test_fonts_and_sizes(folder: Path) -> None:
    """Times New Roman for every kind of letter; the body 13–14, justified, first line 10–12,7 mm,
    6 pt between paragraphs, lines 1 to 1,5."""
    document = Document(str(folder / "bao-cao.docx"))
    fonts = document.styles["Normal"].element.rPr.rFonts
    kinds = ("ascii", "hAnsi", "cs", "eastAsia")
    assert {fonts.get(qn(f"w:{kind}")) for kind in kinds} == {"Times New Roman"}
    assert not list(document.element.body.iter(qn("w:rFonts")))
    body = [one for one in document.paragraphs if one.paragraph_format.first_line_indent]
    assert len(body) > 15
    for one in body:
        form = one.paragraph_format
        assert one.alignment == 3
        assert Mm(10) <= (form.first_line_indent or 0) <= Mm(12.7)
        assert (form.space_after or 0) >= Pt(6)
        assert 1 <= float(str(form.line_spacing)) <= 1.5
        assert all(Pt(13) <= (run.font.size or Pt(14)) <= Pt(14) for run in one.runs)


NUMBER = r"\d+(?:[.,]\d+)*"
HEAD = {
    # text: size, bold, italic
    "UBND TỈNH BÌNH ĐỊNH": (13, False, False),
    "UBND HUYỆN AN LÃO": (13, True, False),
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": (13, True, False),
    "Độc lập - Tự do - Hạnh phúc": (14, True, False),
}


def test_heading_block(folder: Path) -> None:
    """Agencies at the left, national heading and motto at the right, each with its line; number and
    day blank; BÁO CÁO and what it is about, bold 14."""
    document = Document(str(folder / "bao-cao.docx"))
    left, right = document.tables[0].rows[0].cells
    found = {}
    for one in (*left.paragraphs, *right.paragraphs):
        if one.text in HEAD:
            run = one.runs[0]
            size = 0 if run.font.size is None else run.font.size.pt
            found[one.text] = (size, bool(run.bold), bool(run.italic))
    assert found == HEAD
    assert sum(1 for cell in (left, right) for _ in cell._tc.iter(qn("w:pBdr"))) == 2
    assert re.fullmatch(r"Số:\s+/BC-UBND", left.paragraphs[-1].text)
    dated = right.paragraphs[-1]
    assert re.fullmatch(r"An Lão, ngày\s+tháng\s+năm 20\d\d", dated.text)
    assert dated.runs[0].italic
    name, about = [one for one in document.paragraphs if one.text][:2]
    assert name.text == "BÁO CÁO"
    assert about.text.startswith("Kết quả ")
    for one in (name, about):
        assert one.runs[0].bold
        assert one.runs[0].font.size == Pt(14)
        assert one.alignment == 1


def test_numbering_and_signature(folder: Path) -> None:
    """I, II, III in order, stay with what follows; căn cứ end with ; and . ; the last sentence with
    ./. ; nơi nhận and signature on one page with it."""
    document = Document(str(folder / "bao-cao.docx"))
    heads = [p for p in document.paragraphs if re.match(r"[IVX]+\. [A-ZĐÁ]", p.text)]
    assert [one.text.split(".")[0] for one in heads] == ["I", "II", "III"]
    assert all(one.paragraph_format.keep_with_next for one in heads)
    basis = [one.text for one in document.paragraphs if one.text.startswith("Căn cứ ")]
    assert basis
    assert {one[-1] for one in basis[:-1]} <= {";"}
    assert basis[-1].endswith(".")
    [last] = [one for one in document.paragraphs if one.text.endswith("./.")]
    assert last.paragraph_format.keep_with_next
    recipients, signed = document.tables[-1].rows[0].cells
    lines = [one.text for one in recipients.paragraphs if one.text]
    assert lines[0] == "Nơi nhận:"
    assert lines[-1].endswith("VT.")
    assert [one.text for one in signed.paragraphs if one.text] == [
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
    ]
    assert list(document.tables[-1]._tbl.iter(qn("w:cantSplit")))


def test_tables_repeat_their_head_and_split_no_row(folder: Path) -> None:
    """On a new page."""
    document = Document(str(folder / "bao-cao.docx"))
    for table in document.tables[1:-1]:
        assert list(table.rows[0]._tr.iter(qn("w:tblHeader")))
        assert all(list(row._tr.iter(qn("w:cantSplit"))) for row in table.rows)


def test_pictures_say_what_they_show(folder: Path) -> None:
    """Every chart has a text with its figures, fits between the margins, and is a PNG beside it."""
    document = Document(str(folder / "bao-cao.docx"))
    drawn = list(document.element.body.iter(qn("wp:docPr")))
    told = figures_of(folder)["charts"]
    assert [one.get("descr") for one in drawn] != []
    assert {one.get("descr") for one in drawn} == {one["text"] for one in told.values()}
    assert len({one.get("id") for one in drawn}) == len(drawn)
    assert all(shape.width <= Mm(160) + 100 for shape in document.inline_shapes)
    for name in told:
        with Image.open(folder / "bieu-do" / f"{name}.png") as image:
            assert image.width > 800


def test_elements_are_in_the_order_of_the_schema(folder: Path) -> None:
    """Word refuses a file with elements out of order."""
    for name, root in _parts(folder / "bao-cao.docx"):
        if not name.startswith("word/"):
            continue
        for tag, order in ORDER.items():
            for element in root.iter(f"{W}{tag}"):
                names = [etree.QName(child).localname for child in element]
                known = [order.index(one) for one in names if one in order]
                assert known == sorted(known), (name, tag, names)
                strange = {
                    one
                    for one, child in zip(names, element, strict=True)
                    if child.tag.startswith(W) and one not in order
                }
                assert strange == set(), (name, tag)


def test_every_cell_ends_with_a_paragraph_and_relations_exist(folder: Path) -> None:
    """Two more things Word insists on."""
    with ZipFile(folder / "bao-cao.docx") as package:
        names = set(package.namelist())
        root = etree.fromstring(package.read("word/document.xml"))
        relations = etree.fromstring(package.read("word/_rels/document.xml.rels"))
    assert all(cell[-1].tag == f"{W}p" for cell in root.iter(f"{W}tc"))
    targets = {r.get("Id"): r.get("Target") for r in relations if r.get("TargetMode") is None}
    used = set(re.findall(r'r:(?:embed|id)="(rId\d+)"', etree.tostring(root, encoding="unicode")))
    assert used <= set(targets)
    assert {f"word/{t}" for t in targets.values() if not t.startswith(("/", "../"))} <= names


def test_the_annexes_print(folder: Path) -> None:
    """A4 landscape, one page wide, heads repeated; no number wider than its column."""
    book = load_workbook(folder / "phu-luc.xlsx")
    for sheet in book.worksheets:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$5:$5"
        assert sheet.freeze_panes == "B6"
        for row in sheet.iter_rows(min_row=6):
            for cell in row:
                if isinstance(cell.value, int | float):
                    width = sheet.column_dimensions[cell.column_letter].width
                    assert len(f"{cell.value:,.2f}".rstrip("0").rstrip(".")) < width + 1


def test_it_renders(reports: dict[str, Path], tmp_path: Path) -> None:
    """LibreOffice makes pages of both files: all figures are there, in Vietnamese, none is ###."""
    if office_program() is None:
        pytest.skip("LibreOffice is not installed: sh scripts/ensure soffice:libreoffice-core")
    folder = reports["quarter"]
    to_pdf([folder / "bao-cao.docx", folder / "phu-luc.xlsx"], tmp_path)
    document, annexes = (_pages(tmp_path / f"{name}.pdf") for name in ("bao-cao", "phu-luc"))
    assert 3 <= len(document) <= 8
    assert not document[0].strip().startswith("1")
    assert all(page.strip().startswith(str(n)) for n, page in enumerate(document[1:], 2))
    shown = set(re.findall(NUMBER, " ".join(document)))
    for line in lines_of(folder):
        assert set(re.findall(NUMBER, line)) <= shown, line
    assert "###" not in " ".join(annexes)
    assert re.search(r"\d,\d", annexes[0])
    assert not re.search(r"\d\.\d", annexes[0])
    titles = [sheet.title for sheet in load_workbook(folder / "phu-luc.xlsx").worksheets]
    assert len(annexes) >= len(titles)


def _pages(file: Path) -> list[str]:
    """The text of every page, as it is laid out."""
    from pypdfium2 import PdfDocument

    with PdfDocument(str(file)) as found:
        return [page.get_textpage().get_text_range() for page in found]
