"""Fills a Word template: checked first, rendered in a sandbox, written as a whole.

A template comes from the office, so it may use the report's fields and nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docx.opc.exceptions import OpcError
from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from admin.reporting.document.charts import WIDTH, Chart
from admin.reporting.document.template_check import (
    known_paths,
    nearest,
    place_of,
    unknown_fields,
)
from admin.sheets.archives import require_safe
from surveys.errors import Refusal

PICTURES = "bieu_do"
PACKAGE = b"PK"
"""The first bytes of every .docx."""
FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What a template's own expressions may raise."""


@cache
def field_texts() -> Mapping[str, str]:
    """Every field of a template and what it is."""
    told = yaml.safe_load(Path(__file__).with_name("fields.yaml").read_text("utf-8"))
    counts = {
        f"{at}.{name}": text for at in told["counted"] for name, text in told["counts"].items()
    }
    return {**told["fields"], **counts}


def shipped_template(kind: str) -> Path:
    """The template of a kind of report that comes with the program."""
    return Path(__file__).parent / "templates" / f"{kind}.docx"


class Picture(InlineImage):  # type: ignore[misc]
    """A chart in the document, with its text alternative."""

    def __init__(self, template: DocxTemplate, file: Path, chart: Chart) -> None:
        super().__init__(template, str(file), width=Cm(WIDTH))
        self._alt, self._title = chart.alt, chart.title

    def _insert_image(self) -> str:
        """The drawing, described for those who cannot see it."""
        drawn: str = super()._insert_image()
        head, _, tail = drawn.partition("<wp:docPr ")
        alt, title = _attribute(self._alt), _attribute(self._title)
        return f'{head}<wp:docPr descr="{alt}" title="{title}" {tail}'


class ReportTemplate:
    """A template file, opened and checked."""

    def __init__(self, file: Path) -> None:
        """Raises OSError, or Refusal `report.not_a_template`, `report.template_syntax`,
        `report.unknown_field`, `sheets.too_large` or `sheets.cut`.
        """
        self._file = file
        with file.open("rb") as stream:
            if stream.read(len(PACKAGE)) != PACKAGE:
                raise Refusal("report.not_a_template", file=file.name)
        require_safe(file)
        self._environment = ImmutableSandboxedEnvironment(
            autoescape=True, undefined=StrictUndefined
        )
        try:
            self._template = DocxTemplate(str(file))
            self._template.init_docx()
        except (OpcError, KeyError, ValueError, etree.LxmlError):
            raise Refusal("report.not_a_template", file=file.name) from None
        self._check()

    def render(self, fields: Mapping[str, Any], charts: Mapping[Chart, Path], out: Path) -> None:
        """Fill the template and write it. Raises OSError, or Refusal `report.template_failed`."""
        pictures = dict.fromkeys(_pictures(), "")
        pictures |= {
            chart.name.replace("-", "_"): Picture(self._template, file, chart)
            for chart, file in charts.items()
        }
        try:
            context = {**fields, PICTURES: pictures}
            self._template.render(context, jinja_env=self._environment, autoescape=True)
        except FAILURES as error:
            place = " ".join(getattr(error, "docx_context", ()) or ()).strip()
            reason = f"{error} {place}".strip()
            raise Refusal("report.template_failed", file=self._file.name, reason=reason) from None
        self._template.save(str(out))

    def _check(self) -> None:
        fields = field_texts()
        known = known_paths(fields)
        for part in self._parts():
            source = re.sub(r"<w:p([ >])", r"\n<w:p\1", self._template.patch_xml(part))
            try:
                unknown = unknown_fields(self._environment, source, known)
            except TemplateSyntaxError as error:
                place = place_of(source, error.lineno)
                told = {"file": self._file.name, "place": place, "reason": error.message}
                raise Refusal("report.template_syntax", **told) from None
            for one in unknown[:1]:
                place, near = place_of(source, one.line), nearest(one.field, fields)
                told = {"file": self._file.name, "field": one.field, "place": place, "near": near}
                raise Refusal("report.unknown_field", **told)

    def _parts(self) -> Iterator[str]:
        """The body, the headers and the footers as XML."""
        yield self._template.get_xml()
        for uri in (DocxTemplate.HEADER_URI, DocxTemplate.FOOTER_URI):
            for _, part in self._template.get_headers_footers(uri):
                yield self._template.get_part_xml(part)


def _pictures() -> list[str]:
    return [name.split(".")[1] for name in field_texts() if name.startswith(f"{PICTURES}.")]


def _attribute(text: str) -> str:
    """A text as the value of an XML attribute."""
    element = etree.Element("a", value=text)
    return str(etree.tostring(element, encoding="unicode"))[len('<a value="') : -len('"/>')]
