"""A new key: everything is sealed afresh, nothing is lost, and a kill in the middle is mended."""

import base64
import hmac
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from surveys.privacy import Keyring
from tests.acceptance.support.command import Motcua
from tests.acceptance.support.serving import MOTCUA

UNITS = "code,name,level,block\nXA01,UBND xã An Hòa,xa,xa\n"
COLUMNS = "code,unit,channel,received_at,due_at,finished_at,returned_at,status,applicant,phone"
ROW = "D-{n:05},XA01,1,03/05/2021,10/05/2021,07/05/2021,07/05/2021,10,Nguyễn Văn {n},09{n:08}"
DOSSIERS = 1_200
TOKEN = re.compile(rb"(?:gAAAAA|gcm1\.)[A-Za-z0-9_-]{59,}={0,2}")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office with named dossiers, contacts in chats, and a key file."""
    folder = tmp_path_factory.mktemp("office")
    motcua = _motcua(folder)
    rows = [ROW.format(n=n) for n in range(DOSSIERS)]
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "dossiers.csv").write_text("\n".join([COLUMNS, *rows]), "utf-8")
    for args in (("db", "upgrade"), ("units", "import", "units.csv")):
        assert motcua(*args).code == 0
    assert motcua("dossiers", "import", "dossiers.csv").code == 0
    with _database(motcua) as db:
        _add_contact(db, _ring(motcua), "4711", "+84900000007")
        _add_contact(db, _ring(motcua), "4712", "+84988888888")
        old = sealed_before(_ring(motcua).secret, "4712")
        db.execute("UPDATE contacts SET address_sealed = ? WHERE id = 2", [old])
    return folder


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Motcua:
    """The command on a copy of that office."""
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return _motcua(tmp_path)


def _motcua(folder: Path) -> Motcua:
    return Motcua(folder=folder, url=f"sqlite:///{folder}/motcua.sqlite")


def sealed_before(secret: bytes, text: str) -> bytes:
    """As versions before AES-GCM sealed it."""
    key = hmac.digest(secret, b"seal\0", "sha256")
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(text.encode())


def _add_contact(db: sqlite3.Connection, ring: Keyring, address: str, phone: str) -> None:
    keys = (ring.chat_key("telegram", "7", address), ring.seal(address), ring.phone_key(phone))
    db.execute(
        "INSERT INTO contacts (channel, bot, chat_key, address_sealed, phone_key, language, status,"
        " first_seen_at, last_seen_at)"
        " VALUES ('telegram', '7', ?, ?, ?, 'vi', 'active', '2026-01-01', '2026-01-01')",
        keys,
    )


def _database(motcua: Motcua) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(motcua.url.removeprefix("sqlite:///"), isolation_level=None))


def _key_file(motcua: Motcua) -> Path:
    return motcua.folder / "motcua.sqlite.key"


def _ring(motcua: Motcua) -> Keyring:
    current, *older = map(bytes.fromhex, _key_file(motcua).read_text("ascii").split())
    return Keyring(current, tuple(older))


def _rows(motcua: Motcua, query: str) -> list[tuple[object, ...]]:
    with _database(motcua) as db:
        return db.execute(query).fetchall()


def _assert_only_by(motcua: Motcua, ring: Keyring) -> None:
    """Everything sealed in the file opens with the current key alone, and hashes are its own."""
    alone = Keyring(ring.secret)
    for code, applicant, phone, key in _rows(
        motcua, "SELECT code, applicant_sealed, phone_sealed, phone_key FROM dossiers"
    ):
        assert isinstance(code, str)
        assert isinstance(applicant, bytes)
        assert isinstance(phone, bytes)
        assert alone.unseal(applicant) == f"Nguyễn Văn {int(code[2:])}"
        assert alone.phone_key(alone.unseal(phone)) == key
    for address, key in _rows(motcua, "SELECT address_sealed, chat_key FROM contacts"):
        assert isinstance(address, bytes)
        assert alone.chat_key("telegram", "7", alone.unseal(address)) == key
    with _database(motcua) as db:
        dumped = "\n".join(db.iterdump()).encode()
    assert [one for one in TOKEN.findall(dumped) if not alone.is_current(one)] == []


def test_everything_is_sealed_afresh(office: Motcua) -> None:
    """Names, phones, chats; contacts are found by the same phone; the log stays sound."""
    before = _ring(office)
    done = office("key", "rotate", "--yes")
    assert done.code == 0, done.err
    ring = _ring(office)
    assert ring.older == (before.secret,)
    assert _key_file(office).stat().st_mode & 0o077 == 0
    _assert_only_by(office, ring)
    known = _rows(office, "SELECT phone_key FROM contacts ORDER BY id")
    assert known == [(ring.phone_key("+84900000007"),), (None,)]
    assert "1 " in done.err, "the phone that no dossier has is told"
    assert office("audit", "verify").code == 0
    actions = [row["action"] for row in json.loads(office("audit", "list", "--format", "json").out)]
    assert actions[:2] == ["key.rotated", "key.rotate"]
    assert office("db", "check").code == 0


def test_a_second_rotation_keeps_every_older_key(office: Motcua) -> None:
    """The log's first rows are still checked by the first key."""
    assert office("key", "rotate", "--yes").code == 0
    assert office("key", "rotate", "--yes").code == 0
    assert len(_ring(office).older) == 2
    _assert_only_by(office, _ring(office))
    assert office("audit", "verify").code == 0
    listed = json.loads(office("key", "list", "--format", "json").out)
    assert [one["key"] for one in listed] == [one.fingerprint() for one in _ring(office).each]
    assert _ring(office).secret.hex() not in office("key", "list").out


def test_a_dry_run_changes_nothing(office: Motcua) -> None:
    """Neither the file nor the database."""
    key, rows = _key_file(office).read_bytes(), _rows(office, "SELECT * FROM dossiers")
    assert office("key", "rotate", "--dry-run").code == 0
    assert _key_file(office).read_bytes() == key
    assert _rows(office, "SELECT * FROM dossiers") == rows


def test_a_running_service_is_not_cut_off(office: Motcua) -> None:
    """It beats; the rotation is refused until it is silent."""
    with _database(office) as db:
        db.execute(
            "INSERT INTO meta (key, value) VALUES ('heartbeat', ?)", [datetime.now(UTC).isoformat()]
        )
    refused = office("key", "rotate", "--yes")
    assert refused.code == 1
    assert "motcua serve" in refused.err
    assert _ring(office).older == ()


def test_a_broken_log_is_not_sealed_over(office: Motcua) -> None:
    """Only when asked to, and then the log says so."""
    with _database(office) as db:
        db.execute("UPDATE audit SET actor = 'somebody' WHERE id = 2")
    assert office("key", "rotate", "--yes").code == 1
    assert _ring(office).older == ()
    assert office("key", "rotate", "--yes", "--accept-broken-log").code == 0
    (row,) = [
        one
        for one in json.loads(office("audit", "list", "--format", "json").out)
        if one["action"] == "key.rotate"
    ]
    assert row["details"]["broken_log"] is True


def test_a_key_in_the_environment_is_changed_there(office: Motcua) -> None:
    """The command says how; with both keys it goes on."""
    old = _ring(office).secret.hex()
    _key_file(office).unlink()
    assert office("key", "rotate", "--yes", key=old).code == 1
    new = "5e" * 16 + "0a" * 16
    done = office("key", "rotate", "--yes", key=f"{new},{old}")
    assert done.code == 0, done.err
    _assert_only_by(office, Keyring(bytes.fromhex(new)))


def _has_new_key(office: Motcua) -> bool:
    return bool(_ring(office).older)


def _has_begun(office: Motcua) -> bool:
    return bool(_rows(office, "SELECT value FROM meta WHERE key = 'key_rotation'"))


def _is_in_the_middle(office: Motcua) -> bool:
    (first,) = _rows(office, "SELECT phone_sealed FROM dossiers ORDER BY id LIMIT 1")
    return isinstance(first[0], bytes) and _has_begun(office) and _ring(office).is_current(first[0])


@pytest.mark.parametrize("moment", [_has_new_key, _has_begun, _is_in_the_middle])
def test_a_kill_at_any_moment_is_mended(office: Motcua, moment: Callable[[Motcua], bool]) -> None:
    """The next run goes on; until then no command writes with half of the chats unknown."""
    beginning = subprocess.Popen(
        [MOTCUA, "--database-url", office.url, "key", "rotate", "--yes"],
        env=office.environment(),
        cwd=office.folder,
        stderr=subprocess.DEVNULL,
    )
    while not moment(office) and beginning.poll() is None:
        time.sleep(0.002)
    beginning.send_signal(signal.SIGKILL)
    beginning.wait(20)
    if _has_new_key(office) and _has_begun(office):
        refused = office("dossiers", "import", "dossiers.csv")
        assert refused.code == 1
        assert "motcua key rotate" in refused.err
    assert office("key", "rotate", "--yes").code == 0
    assert len(_ring(office).older) == 1
    _assert_only_by(office, _ring(office))
    assert office("audit", "verify").code == 0
