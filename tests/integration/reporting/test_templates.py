"""Templates of the office: any field of ours, and a sentence for everything else."""

import runpy
from pathlib import Path

import pytest
from docx import Document

from admin.kit import cli
from admin.reporting.document.template import field_texts, shipped_template
from tests.guards.test_house import ROOT
from tests.integration.reporting.reading import PERIOD, figures_of, lines_of


def _template(folder: Path, *paragraphs: str) -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    file = folder / "mau.docx"
    document.save(str(file))
    return file


def _run(folder: Path, template: Path) -> int:
    return cli.run(["report", PERIOD, "--out", str(folder / "r"), "--template", str(template)])


def test_an_office_writes_its_own(report: Path, tmp_path: Path) -> None:
    """Loops, conditions, figures split over runs; names with signs of XML stay as they are."""
    template = _template(
        tmp_path,
        "{%p for k in khoi %}",
        "{{ k.ten }}: {% for m in k.muc if m.so != '0' %}{{ m.ten|upper }} {{ m.so }} {% endfor %}",
        "{%p endfor %}",
        "{%p if chuoi_nam %}",
        "có chuỗi năm",
        "{%p endif %}",
        "{% set ten = ky.ten %}Kỳ: {{ ten }}, {{ so_sanh[0].ky }}",
    )
    document = Document(str(template))
    split = document.add_paragraph()
    for piece in ("Điểm {", "{ diem", ".binh_quan }", "}"):
        split.add_run(piece)
    document.save(str(template))
    assert _run(tmp_path, template) == 0
    lines = lines_of(tmp_path / "r")
    assert any("KHÁ" in line for line in lines)
    assert "Kỳ: quý II năm 2021, kỳ trước (quý I năm 2021)" in lines
    assert lines[-1] == f"Điểm {figures_of(report)['printed']['diem']['binh_quan']}"
    assert "có chuỗi năm" not in lines


def test_a_wrong_field_is_refused_before_anything_is_written(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence: the template, the field, the paragraph, the field that was meant."""
    template = _template(tmp_path, "Mở đầu", "Điểm: {{ diem.binh_quann }}")
    assert _run(tmp_path, template) == 1
    [sentence] = capsys.readouterr().err.splitlines()
    wrong = "“diem.binh_quann” ở đoạn “Điểm: {{ diem.binh_quann }}”; có phải là diem.binh_quan?"
    assert f"Mẫu mau.docx dùng trường không có {wrong}" in sentence
    assert [one.name for one in tmp_path.iterdir()] == ["mau.docx"]


@pytest.mark.parametrize("kind", ["quarter", "year", "onestop"])
def test_the_shipped_templates_are_what_the_script_makes(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody edits them by hand."""
    script = ROOT / "scripts/report_templates.py"
    monkeypatch.syspath_prepend(str(script.parent))
    runpy.run_path(str(script))["write_templates"](tmp_path)
    made, shipped = (
        Document(str(file)).element.xml
        for file in (tmp_path / f"{kind}.docx", shipped_template(kind))
    )
    assert made == shipped


def test_every_field_is_documented() -> None:
    """docs/report.md lists each with what it is."""
    text = (ROOT / "docs/report.md").read_text("utf-8")
    counted = {name.rsplit(".", 1)[1] for name in field_texts() if name.startswith("mot_cua.")}
    shown = {name for name in field_texts() if f"| `{name}` | {field_texts()[name]} |" in text}
    short = {name for name in counted if f"| `{name}` |" in text}
    left = {n for n in field_texts() if n not in shown and n.rsplit(".", 1)[-1] not in short}
    assert left == set()


def test_every_field_is_filled(reports: dict[str, Path]) -> None:
    """The fields of reports are those documented, no more and no less."""
    found = {"luu_y[]"}
    for folder in reports.values():
        found |= set(_paths(figures_of(folder)["printed"], ""))
    known = {name for name in field_texts() if not name.startswith("bieu_do.")}
    assert found == known


def _paths(value: object, at: str) -> list[str]:
    if isinstance(value, dict):
        return [
            path for key, one in value.items() for path in _paths(one, f"{at}.{key}" if at else key)
        ]
    if isinstance(value, list):
        return [path for one in value for path in _paths(one, f"{at}[]")]
    return [at]
