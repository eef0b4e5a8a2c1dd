"""Smaller attacks, each repelled: names that turn, contacts passed on, a key created again."""

import asyncio
from pathlib import Path

import pytest

from admin.kit.cli import run
from bot.channels.telegram.parse import Reader
from bot.messages import IncomingKind
from surveys.privacy import Keyring
from surveys.spelling import tidy
from surveys.store.base.database import Database
from surveys.store.system import meta
from tests.acceptance.support.command import Motcua


@pytest.mark.parametrize("code", [0x202A, 0x202B, 0x202C, 0x202D, 0x202E, *range(0x2066, 0x206A)])
def test_no_sign_turns_a_name(code: int) -> None:
    """A right-to-left override in an import would show another name than it is."""
    assert tidy(f"Nguyễn {chr(code)}nav gnohP") == "Nguyễn nav gnohP"


@pytest.mark.parametrize(
    "passed_on",
    [
        {"forward_origin": {"type": "hidden_user", "sender_user_name": "x", "date": 1}},
        {"via_bot": {"id": 9, "is_bot": True, "first_name": "b"}},
    ],
)
def test_a_contact_that_was_passed_on_proves_nothing(passed_on: dict[str, object]) -> None:
    """Even when its user id is the sender's own."""
    own = {"phone_number": "84912345678", "first_name": "a", "user_id": 7}
    person = {"id": 7, "is_bot": False, "first_name": "a"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": person}
    reader = Reader(bot="1")
    for more, kind in (({}, IncomingKind.CONTACT), (passed_on, IncomingKind.FOREIGN_CONTACT)):
        found = reader.read({"update_id": 1, "message": {**message, "contact": own, **more}})
        assert found is not None
        assert found.kind is kind


def test_no_key_is_made_beside_a_database_that_has_one(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The new file would be in the way of the one that is copied back."""
    asyncio.run(_remember_a_key(sqlite_url))
    assert run(["--database-url", sqlite_url, "serve"]) == 1
    assert ".key" in capsys.readouterr().err
    assert not Path(f"{sqlite_url.removeprefix('sqlite:///')}.key").exists()


async def _remember_a_key(url: str) -> None:
    database = Database.open(url)
    async with database.write() as conn:
        await meta.require_same_key(conn, Keyring(bytes(range(32))))
    await database.close()


@pytest.mark.parametrize(
    "line",
    [
        "forms check /dev/zero",
        "rulebooks check /dev/zero",
        "check /dev/zero",
        "units import /dev/zero",
        "dossiers import units.csv --mapping /dev/zero",
    ],
)
def test_a_device_is_no_file(line: str, tmp_path: Path) -> None:
    """It would be read without end; a sentence says so before anything is read."""
    (tmp_path / "units.csv").write_text("code,name,level\n", "utf-8")
    url = f"sqlite:///{tmp_path}/motcua.sqlite"
    done = Motcua(folder=tmp_path, url=url, settings={})(*line.split())
    assert (done.code, done.out) == (1, "")
    assert "/dev/zero là thiết bị" in done.err
