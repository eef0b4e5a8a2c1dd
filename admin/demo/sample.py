"""Loads the sample district into an empty database, by the same imports that an officer runs."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from admin.demo.district import Figures, dossiers, facts, read_figures
from admin.importing import Report, Source, run_import
from admin.importing.dossiers import DossierImporter
from admin.importing.facts import FactImporter
from admin.importing.units import UnitImporter
from admin.kit.runtime import Runtime
from surveys.store.system import meta

SAMPLE = "an-lao-2020"
MARK = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The district as the three files that would come from the one-stop software."""

    units: Path
    dossiers: Path
    facts: Path

    @classmethod
    def within(cls, folder: Path) -> "Files":
        """The files in the demo's folder."""
        home = folder / SAMPLE
        return cls(
            units=home / "units.csv", dossiers=home / "dossiers.csv", facts=home / "facts.csv"
        )

    def write(self) -> None:
        """Write all three files, replacing older ones."""
        self.units.parent.mkdir(parents=True, exist_ok=True)
        figures = read_figures()
        _write(self.units, (_unit(one) for one in figures))
        _write(self.dossiers, (row for one in figures for row in dossiers(one)))
        _write(self.facts, facts())


async def lay(runtime: Runtime, folder: Path) -> list[Report]:
    """Import the district once; returns what was imported, nothing if it was imported before.

    Units come first and by themselves: the other files name them. Stopped in between, the next
    start takes the same files in again, which changes nothing that is there.
    """
    database = await runtime.database()
    async with database.read() as conn:
        if await meta.read(conn, MARK) == SAMPLE:
            return []
    files = Files.within(folder)
    files.write()
    zone, ring = runtime.settings.zone, runtime.keyring()
    units = await run_import(runtime, (UnitImporter(zone), Source(file=files.units)))
    others = await run_import(
        runtime,
        (DossierImporter(zone, ring, runtime.today), Source(file=files.dossiers)),
        (FactImporter(runtime), Source(file=files.facts)),
    )
    async with database.write() as conn:
        await meta.remember(conn, MARK, SAMPLE)
    return [*units, *others]


def _unit(figures: Figures) -> dict[str, str]:
    return {name: getattr(figures, name) for name in ("code", "name", "level", "block")}


def _write(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    listed: Iterator[Mapping[str, Any]] = iter(rows)
    first = next(listed)
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(listed)
