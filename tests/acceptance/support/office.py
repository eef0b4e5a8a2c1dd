"""An office that has taken its whole district in, by the commands of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.district import District
from tests.acceptance.support.files import Files, Style, write

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A district, its files, the database it went into, and what the imports said."""

    district: District
    files: Files
    motcua: Motcua
    reports: Mapping[str, Report]


def opened(district: District, style: Style, folder: Path, url: str) -> Office:
    """Make the database and take every file in."""
    motcua = Motcua(folder=folder, url=url)
    upgraded = motcua("db", "upgrade")
    assert upgraded.code == 0, upgraded.err
    files = write(district, style, folder)
    return Office(district=district, files=files, motcua=motcua, reports=taken_in(motcua, files))


def taken_in(motcua: Motcua, files: Files) -> dict[str, Report]:
    """Import all six files in the order of an officer's quarter; the reports by kind."""
    reports = {"units": motcua.json("units", "import", files.units)}
    dossiers = motcua.json("dossiers", "import", files.dossiers, "--steps", files.steps)
    reports["steps"] = dossiers.pop("steps")
    reports["dossiers"] = dossiers
    for kind in ("answers", "facts", "scores"):
        reports[kind] = motcua.json(kind, "import", getattr(files, kind))
    return reports


def rows_of(district: District) -> dict[str, int]:
    """How many rows each file of a district has."""
    return {field: len(getattr(district, field)) for field in Files.__dataclass_fields__}
