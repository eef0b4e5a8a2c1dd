"""Chooses the dossiers to print or list: a period's, or those whose codes a file lists."""

from pathlib import Path

from admin.importing.dossier_columns import COLUMNS
from admin.kit.runtime import Runtime
from admin.sheets import read_sheet
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.dossiers import printed
from surveys.store.dossiers.printed import PrintedDossier

NAMED = 5
"""The most codes named in a message."""
RECEIVED = "received"
TABLES = frozenset({".csv", ".xlsx", ".xls", ".ods", ".txt"})


async def choose(
    runtime: Runtime, database: Database, which: str, *, by: str
) -> list[PrintedDossier]:
    """The dossiers of `which`, a PERIOD or a FILE with their codes, within the officer's units.

    Raises Refusal `period.…`, `qr.nothing`, `dossiers.unknown_codes`, `staff.other_dossier`, or
    as `read_sheet`.
    """
    if _is_file_name(which):
        found = await _of_file(runtime, database, Path(which))
    else:
        period = runtime.period(which)
        scope = runtime.scope
        units_in = None if scope.unit is None else list(scope.numbers.values())
        async with database.read() as conn:
            found = await printed.list_in_period(
                conn, period, received=by == RECEIVED, units_in=units_in
            )
    if not found:
        raise Refusal("qr.nothing", which=which)
    return found


def _is_file_name(which: str) -> bool:
    """Whether it names a file: one that is there, or a name with the ending of a table."""
    return Path(which).is_file() or Path(which).suffix.lower() in TABLES


async def _of_file(runtime: Runtime, database: Database, file: Path) -> list[PrintedDossier]:
    sheet = read_sheet(file, [one for one in COLUMNS if one.name == "code"])
    codes = [normal_code(str(row.values["code"])) for row in sheet if row.values.get("code")]
    codes = list(dict.fromkeys(codes))
    async with database.read() as conn:
        found = await printed.list_by_code(conn, codes)
    known = {one.code for one in found}
    unknown = [code for code in codes if code not in known]
    if unknown:
        more = ", …" if len(unknown) > NAMED else ""
        named = ", ".join(unknown[:NAMED]) + more
        raise Refusal("dossiers.unknown_codes", file=file.name, count=len(unknown), codes=named)
    own = runtime.scope.numbers.values()
    for one in found:
        if runtime.scope.unit is not None and one.unit_id not in own:
            raise Refusal("staff.other_dossier", dossier=one.code, own=runtime.scope.unit)
    return found
