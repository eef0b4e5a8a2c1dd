"""Reading never writes: a reading command does not wait for the holder of the write lock."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from admin.kit.cli import run
from surveys.store.system.staff import Role
from tests.integration.office import csv_file

CODE = "000.17.22.H56-210503-0001"
COMMANDS = [
    ("units", "list"),
    ("facts", "list", "2021-Q2"),
    ("scores", "list", "2021-Q2"),
    ("staff", "list"),
    ("audit", "list"),
    ("audit", "verify"),
    ("delivery", "status"),
    ("dossiers", "show", CODE),
    ("verify", "list", "2021-Q2"),
    ("verify", "show", CODE),
    ("explain", "XA01", "2021-Q2"),
    ("rate", "2021-Q2"),
    ("tally", "2021-Q2", "--out", "tally.csv"),
    ("db", "check"),
    ("db", "backup", "copy.sqlite"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of a small office is."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def database(folder: Path) -> Path:
    """One unit, one returned dossier, one member of staff."""
    file = folder / "motcua.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{file}")
        patch.setenv("MOTCUA_KEY", "1f" * 16 + "2e" * 16)
        units = csv_file(folder, "code,name,level,block", "XA01,UBND xã,xa,xa", name="units.csv")
        columns = "code,unit,channel,received_at,due_at,finished_at,returned_at,status"
        row = f"{CODE},XA01,1,03/05/2021,10/05/2021,07/05/2021,07/05/2021,10"
        dossiers = csv_file(folder, columns, row, name="dossiers.csv")
        assert run(["db", "upgrade"]) == 0
        assert run(["units", "import", str(units)]) == 0
        assert run(["dossiers", "import", str(dossiers)]) == 0
        roles = [word for role in Role for word in ("--role", role.value)]
        assert run(["staff", "add", "hoa", *roles]) == 0
    return file


@pytest.fixture
def locked(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A write transaction of another program, with a row pending."""
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{database}")
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute(
            "INSERT INTO units (code, name, name_key, level, block)"
            " VALUES ('PENDING', 'PENDING', 'pending', 'xa', 'xa')"
        )
        yield other
        other.execute("ROLLBACK")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_reading_does_not_wait_for_a_writer(
    command: tuple[str, ...],
    locked: sqlite3.Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It sees what is committed, as if the writer were not there, and the lock is still held."""
    assert run(["--as", "hoa", *command]) == 0, capsys.readouterr().err
    assert "PENDING" not in capsys.readouterr().out
    assert locked.in_transaction
