"""Turns documents into PDF with LibreOffice, where it is installed."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from surveys.errors import Refusal

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 300
VIETNAMESE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>vi</value></prop>
</item>
</oor:items>
"""
"""Settings of LibreOffice: numbers are printed as in Vietnam, with a decimal comma."""


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
        _set_language(Path(profile))
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


def _set_language(profile: Path) -> None:
    """The country decides how a cell prints its number, not the language of the computer."""
    user = profile / "user"
    user.mkdir()
    (user / "registrymodifications.xcu").write_text(VIETNAMESE, "utf-8")
