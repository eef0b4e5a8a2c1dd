"""File imports: what all kinds share (`job`, `report`, `unit_index`), and one module per kind."""

from admin.importing.importer import Importer, Read, Stored
from admin.importing.job import run_import
from admin.importing.report import Report, tell
from admin.importing.source import Source
from admin.importing.unit_index import UnitIndex

__all__ = [
    "Importer",
    "Read",
    "Report",
    "Source",
    "Stored",
    "UnitIndex",
    "run_import",
    "tell",
]
