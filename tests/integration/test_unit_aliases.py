"""Other names of units: confirmed once, known to every import, in the audit log."""

from pathlib import Path

import pytest

from admin.commands.units_alias import add_alias, list_aliases, remove_alias
from admin.importing.dossiers import DossierImporter
from admin.importing.report import Report
from admin.kit.output import Format
from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.system import audit
from tests.integration.office import counts, csv_file, office, take_in
from tests.integration.rows import add_unit

CALLBACKS = (add_alias.callback, list_aliases.callback, remove_alias.callback)


async def _import(url: str, folder: Path) -> Report:
    async with office(url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        file = csv_file(folder, "code,unit", "D1,X. An Hòa", "D2,X. AN HOÀ", "D3,Xã An Hòa")
        return await take_in(runtime, importer, file)


async def test_a_confirmed_name_is_remembered(
    database: Database, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before, the likely unit is proposed with the command that confirms it; afterwards the rows
    are taken; a removed one is unknown again."""
    async with database.write() as conn:
        await add_unit(conn, "XA01", name="Xã An Hòa")
        await add_unit(conn, "XA02", name="Xã An Hóa")
    add, list_, remove = CALLBACKS
    assert add
    assert list_
    assert remove
    first = await _import(database_url, tmp_path)
    assert counts(first) == {"new": 1, "changed": 0, "same": 0, "rejected": 2}
    assert 'motcua units alias add "X. An Hòa" XA01' in first.named[0][1]
    async with office(database_url) as runtime:
        for _ in range(2):
            await add(runtime, name=" X. An  Hòa", unit="xã an hòa")
        await list_(runtime, shown_as=Format.CSV)
    assert "X. An Hòa,XA01,Xã An Hòa" in capsys.readouterr().out
    assert counts(await _import(database_url, tmp_path))["new"] == 2
    async with office(database_url) as runtime:
        await remove(runtime, name="x an hòa")
        with pytest.raises(Refusal, match=r"units\.no_alias"):
            await remove(runtime, name="x an hòa")
    async with database.read() as conn:
        trail = await audit.list_entries(conn, limit=9, action="units.alias")
    assert [(one.action, one.subject) for one in trail] == [
        ("units.alias.remove", "unit:XA01"),
        ("units.alias.add", "unit:XA01"),
    ]


@pytest.mark.parametrize(
    ("name", "unit", "reason"),
    [
        ("Xã An Tân", "XA01", "units.alias_is_unit"),
        ("xa02", "XA01", "units.alias_is_unit"),
        ("X. An Tân", "XA01", "units.alias_taken"),
        (" . ", "XA01", "units.alias_empty"),
        ("X. An Hòa", "XA09", "units.unknown"),
    ],
)
async def test_a_name_means_one_unit(
    name: str, unit: str, reason: str, sqlite_database: Database, sqlite_url: str
) -> None:
    """No alias hides a unit's own name or code, or another alias."""
    async with sqlite_database.write() as conn:
        await add_unit(conn, "XA01", name="Xã An Hòa")
        await add_unit(conn, "XA02", name="Xã An Tân")
    add = CALLBACKS[0]
    assert add
    async with office(sqlite_url) as runtime:
        await add(runtime, name="X. An Tân", unit="XA02")
        with pytest.raises(Refusal) as refused:
            await add(runtime, name=name, unit=unit)
    assert refused.value.code == reason
