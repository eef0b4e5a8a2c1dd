"""Writes a report as files: the figures, the document, the annexes and the charts."""

import json
from pathlib import Path

from admin.closing.mark import Mark, marked_json
from admin.figures.model import ReportFigures
from admin.figures.stored import as_json
from admin.reporting.folder import filled_folder

FIGURES = "so-lieu.json"


def write_report(
    figures: ReportFigures, folder: Path, *, force: bool, mark: Mark | None = None
) -> None:
    """Write the files of a report; `mark`: of a closed period. Raises as `filled_folder`."""
    with filled_folder(folder, [FIGURES], force=force) as made:
        told = as_json(figures) | marked_json(mark)
        text = json.dumps(told, ensure_ascii=False, indent=1, default=str)
        (made / FIGURES).write_text(f"{text}\n", "utf-8")
