"""Turns documents into PDF with LibreOffice, where it is installed."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from surveys.errors import Refusal

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 300


def office_program() -> str | None:
    """The path of LibreOffice; None if it is not installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def require_program() -> str:
    """The path of LibreOffice. Raises Refusal `report.no_libreoffice`."""
    program = office_program()
    if program is None:
        raise Refusal("report.no_libreoffice")
    return program


def to_pdf(files: Sequence[Path], folder: Path) -> None:
    """Write a PDF of every file into the folder.

    A profile of its own lets it work while the user has LibreOffice open. Raises Refusal
    `report.no_libreoffice` or `report.pdf_failed`.
    """
    program = require_program()
    with TemporaryDirectory() as profile:
        line = [
            program,
            f"-env:UserInstallation={Path(profile).as_uri()}",
            *("--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder)),
            *map(str, files),
        ]
        try:
            subprocess.run(line, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
        except (subprocess.SubprocessError, OSError):
            raise Refusal("report.pdf_failed") from None
    if any(not (folder / f"{file.stem}.pdf").exists() for file in files):
        raise Refusal("report.pdf_failed")
