"""Writes a report as files: the document, the annexes, the charts, every figure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from admin.closing.mark import Mark, marked_json
from admin.figures.model import ReportFigures
from admin.figures.stored import as_json
from admin.reporting.annexes import write_annexes
from admin.reporting.document.charts import Chart, charts_of
from admin.reporting.document.context import fields_of
from admin.reporting.document.office import Office
from admin.reporting.document.template import ReportTemplate
from admin.reporting.folder import filled_folder, require_room
from admin.reporting.pdf import require_program, to_pdf
from admin.reporting.workbook import SheetTable

DOCUMENT, ANNEXES, FIGURES, CHARTS = "bao-cao.docx", "phu-luc.xlsx", "so-lieu.json", "bieu-do"
PDFS = ("bao-cao.pdf", "phu-luc.pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiles:
    """A report to write into a folder: its template is checked before its figures are counted."""

    folder: Path
    office: Office
    template: ReportTemplate
    force: bool = False
    pdf: bool = False

    @classmethod
    def prepare(
        cls,
        folder: Path,
        office: Office,
        template: Path,
        *,
        force: bool = False,
        pdf: bool = False,
    ) -> "ReportFiles":
        """Check everything that can be checked without figures.

        Raises OSError, Refusal as `require_room`, `ReportTemplate` and `require_program`.
        """
        made = cls(
            folder=folder,
            office=office,
            template=ReportTemplate(template),
            force=force,
            pdf=pdf,
        )
        require_room(folder, made.names, force=force)
        if pdf:
            require_program()
        return made

    @property
    def names(self) -> list[str]:
        """The files in the folder."""
        return [DOCUMENT, ANNEXES, FIGURES, CHARTS, *(PDFS if self.pdf else ())]

    def write(
        self,
        figures: ReportFigures,
        mark: Mark | None = None,
        decided: SheetTable | None = None,
    ) -> None:
        """Write all files, or none; `mark`: of a closed period; `decided`: who decided what.

        Raises OSError, Refusal as `filled_folder` and `to_pdf`, or `report.template_failed`.
        """
        with filled_folder(self.folder, self.names, force=self.force) as made:
            fields = fields_of(figures, self.office)
            if mark is not None:
                fields["luu_y"].append(mark.line(self.office.words().texts))
            charts = self._write_charts(figures, made / CHARTS)
            self.template.render(fields, charts, made / DOCUMENT)
            write_annexes(figures, self.office, made / ANNEXES, fields["luu_y"], decided)
            told = {**as_json(figures), **marked_json(mark), "printed": fields}
            _write_figures(made / FIGURES, told, charts)
            if self.pdf:
                to_pdf([made / DOCUMENT, made / ANNEXES], made)

    def _write_charts(self, figures: ReportFigures, folder: Path) -> dict[Chart, Path]:
        folder.mkdir()
        charts = {chart: folder / f"{chart.name}.png" for chart in charts_of(self.office, figures)}
        for chart, file in charts.items():
            chart.write(file)
        return charts


def _write_figures(file: Path, told: Mapping[str, Any], charts: Mapping[Chart, Path]) -> None:
    """The figures for programs, and every field and chart as it is printed."""
    texts = {chart.name: {"title": chart.title, "text": chart.alt} for chart in charts}
    found = json.dumps({**told, "charts": texts}, ensure_ascii=False, indent=1, default=str)
    file.write_text(f"{found}\n", "utf-8")
