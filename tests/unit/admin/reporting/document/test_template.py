"""A template may use the fields of a report and nothing else; what is wrong is named."""

from pathlib import Path

import pytest
from docx import Document

from admin.reporting.document.template import ReportTemplate
from surveys.errors import Refusal


def _template(folder: Path, *paragraphs: str, header: str = "") -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.sections[0].header.paragraphs[0].text = header
    file = folder / "mau.docx"
    document.save(str(file))
    return file


@pytest.mark.parametrize(
    ("text", "field", "near"),
    [
        ("{{ diem.binh_quann }}", "diem.binh_quann", "diem.binh_quan"),
        ("{% if false %}{{ khong_co }}{% endif %}", "khong_co", None),
        ("{% for k in khoi %}{{ k.tenn }}{% endfor %}", "khoi[].tenn", "khoi[].ten"),
        ("{% for k in khoi %}{% for m in k.muc %}{{ m.x }}{% endfor %}{% endfor %}", None, None),
        ("{% for k in ky %}{{ k }}{% endfor %}", "ky", None),
        ("{{ khoi[0].muc[0].tenn }}", "khoi[].muc[].tenn", "khoi[].muc[].ten"),
        ("{% set k = khoi %}{{ k[0].x }}", "khoi[].x", None),
        ("{{ ky['tenn'] }}", "ky.tenn", "ky.ten"),
        ("{{ ky.ten.__class__.__mro__ }}", "ky.ten.__class__", None),
        ("{{ bieu_do.xep_hang }}", "bieu_do.xep_hang", None),
    ],
)
def test_an_unknown_field_is_named_with_its_place(
    tmp_path: Path, text: str, field: str | None, near: str | None
) -> None:
    """In loops, in branches that are not taken, through variables."""
    with pytest.raises(Refusal, match=r"report\.unknown_field") as refused:
        ReportTemplate(_template(tmp_path, "Mở đầu", text))
    params = refused.value.params
    assert field is None or params["field"] == field
    assert near is None or params["near"] == near
    assert str(params["place"])[:20] == text[:20]


def test_headers_are_checked_too(tmp_path: Path) -> None:
    """A wrong field in the header."""
    with pytest.raises(Refusal, match=r"report\.unknown_field"):
        ReportTemplate(_template(tmp_path, "x", header="{{ ky.nam_nay }}"))


@pytest.mark.parametrize(
    "text", ["{% for k in khoi %}", "{{ ky.ten", "{{ ky.ten|lam_tron }}", "{% nope %}"]
)
def test_wrong_syntax_is_named_with_its_place(tmp_path: Path, text: str) -> None:
    """An open loop, an open field, a filter and a tag that do not exist."""
    with pytest.raises(Refusal, match=r"report\.template_syntax"):
        ReportTemplate(_template(tmp_path, "Mở đầu", text))


def test_what_fails_only_when_filled_is_told(tmp_path: Path) -> None:
    """A sum of a text and a number."""
    template = ReportTemplate(_template(tmp_path, "{{ ky.ten + 1 }}"))
    with pytest.raises(Refusal, match=r"report\.template_failed"):
        template.render({"ky": {"ten": "quý II"}}, {}, tmp_path / "out.docx")
    assert not (tmp_path / "out.docx").exists()


def test_names_keep_their_signs(tmp_path: Path) -> None:
    """Signs of XML in a name are letters of the document."""
    template = ReportTemplate(_template(tmp_path, "{{ ky.ten }}"))
    template.render({"ky": {"ten": "LĐ & TBXH <b>"}}, {}, tmp_path / "out.docx")
    assert Document(str(tmp_path / "out.docx")).paragraphs[0].text == "LĐ & TBXH <b>"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "report.not_a_template"),
        (b"%PDF-1.7", "report.not_a_template"),
        (b"PK\x03\x04", "sheets.cut"),
    ],
)
def test_what_is_no_word_document(tmp_path: Path, content: bytes, code: str) -> None:
    """Refused: as no document at all, or as one that was cut."""
    file = tmp_path / "mau.docx"
    file.write_bytes(content)
    with pytest.raises(Refusal, match=code.replace(".", r"\.")):
        ReportTemplate(file)
