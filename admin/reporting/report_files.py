"""Writes a report as files: the figures, the document, the annexes and the charts."""

import json
from pathlib import Path

from admin.figures.model import ReportFigures
from admin.figures.stored import as_json
from admin.reporting.folder import filled_folder

FIGURES = "so-lieu.json"


def write_report(figures: ReportFigures, folder: Path, *, force: bool) -> None:
    """Write the files of a report. Raises as `filled_folder`."""
    with filled_folder(folder, [FIGURES], force=force) as made:
        text = json.dumps(as_json(figures), ensure_ascii=False, indent=1)
        (made / FIGURES).write_text(f"{text}\n", "utf-8")
