"""A watched folder: whole files only, each imported once, whatever kills the process in between."""

import fcntl
import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from admin.kit.cli import run
from admin.watching.folder import WatchedFolder
from tests.acceptance.support.command import Motcua

UNITS = "code,name,level,block\nXA01,Xã Một,xa,xa\n"
HEADER = "code,unit,received_at,status\n"
GOOD = HEADER + "HS-1,XA01,03/05/2021,Đang xử lý\nHS-2,XA99,03/05/2021,Đang xử lý\n"
BAD = HEADER + "HS-3,XA99,03/05/2021,Đang xử lý\n"
KEY = "0f" * 16 + "a1" * 16
MOVES = {"os.rename", "os.remove", "os.mkdir"}
MOST_EVENTS = 40


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str) -> Motcua:
    """An office with one commune and an empty folder `vao`."""
    motcua = Motcua(folder=tmp_path, url=sqlite_url, settings={"key": KEY})
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "vao").mkdir()
    assert motcua("db", "upgrade").code == 0
    assert motcua("units", "import", "units.csv").code == 0
    return motcua


def test_files_are_imported_and_moved_with_their_reports(office: Motcua) -> None:
    """Good ones to done, useless ones to rejected; what is ignored is named and stays."""
    folder = office.folder / "vao"
    for name, text in (("tot.csv", GOOD), ("xau.csv", BAD), ("anh.csv", "\x89PNG\r\n\x1a\n")):
        (folder / name).write_text(text, "utf-8")
    for name in ("dang-chep.csv.part", "~$tot.xlsx", ".an", "cu.csv.rejected.csv"):
        (folder / name).write_text(GOOD, "utf-8")
    (folder / "thu-muc").mkdir()
    code, said = _watch(office)
    assert code == 0, said
    for name in ("dang-chep.csv.part", "~$tot.xlsx", ".an", "cu.csv.rejected.csv", "thu-muc"):
        assert name in said
        assert (folder / name).exists()
    assert _kinds(folder / "done") == {"tot.csv", "tot.csv.rejected.csv", "tot.csv.report.json"}
    rejected = _kinds(folder / "rejected")
    assert {"xau.csv", "xau.csv.report.json", "anh.csv", "anh.csv.report.json"} <= rejected
    assert list((folder / "working").iterdir()) == []
    report = _report(folder / "done")
    assert (report["rows"], report["new"], report["rejected"]) == (2, 1, 1)
    listed = {row["file_name"]: row["id"] for row in office.json("imports", "list")}
    assert report["import_id"] == listed[report["file"]]
    assert office("dossiers", "show", "HS-1").code == 0


def test_half_a_file_is_not_read(tmp_path: Path) -> None:
    """As long as a file grows it is left alone; then it must not change for the time set."""
    watched = WatchedFolder(path=tmp_path, settle=5)
    file = tmp_path / "a.csv"
    file.write_text("code", "utf-8")
    assert watched.complete(100.0) == []
    assert watched.complete(104.9) == []
    file.write_text("code,unit", "utf-8")
    assert watched.complete(105.0) == []
    assert watched.complete(109.0) == []
    os.utime(file, (1, 1))
    assert watched.complete(110.0) == []
    assert watched.complete(115.0) == [file]


def test_one_process_a_folder(office: Motcua) -> None:
    """While another process holds the folder the command refuses, and touches nothing."""
    folder = office.folder / "vao"
    (folder / "tot.csv").write_text(GOOD, "utf-8")
    with (folder / ".motcua-watch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = _watch(office)
    assert (code, "một tiến trình" in said) == (1, True)
    assert (folder / "tot.csv").exists()
    assert office("dossiers", "watch", "khong-co", "--once").code == 1


def test_what_says_nothing_about_the_file_leaves_it_there(office: Motcua) -> None:
    """With another key nothing is imported; the file waits, and goes in once the key is right."""
    folder = office.folder / "vao"
    (folder / "tot.csv").write_text(GOOD, "utf-8")
    assert _watch(office, key="1e" * 16 + "2d" * 16)[0] == 1
    assert list((folder / "rejected").iterdir()) == []
    assert _watch(office)[0] == 0
    assert _report(folder / "done")["new"] == 1


def test_killed_at_every_step_a_file_is_imported_once(office: Motcua) -> None:
    """SIGKILL before the first, the second … change of the folder: the next start always ends with
    the file in done, its report, and one import."""
    folder, kills = office.folder / "vao", 0
    for step in range(MOST_EVENTS):
        (folder / f"lo-{step}.csv").write_text(GOOD.replace("HS-", f"HS-{step}-"), "utf-8")
        killed = _watch(office, step)[0] == -signal.SIGKILL
        kills += killed
        _expire(office)
        assert _watch(office)[0] == 0
        reports = [one for one in _reports(folder / "done") if f"lo-{step}.csv" in one["file"]]
        (report,) = reports
        assert (report["rows"], report["new"], report["rejected"]) == (2, 1, 1), step
        assert list((folder / "working").iterdir()) == []
        if not killed:
            break
    assert kills > 5
    made = [row for row in office.json("imports", "list", "--limit", "99") if row["new"]]
    files = [row["file_name"] for row in made if row["kind"] == "dossiers"]
    assert len(files) == len(set(files)) == kills + 1


def _watch(office: Motcua, step: int | None = None, **settings: str) -> tuple[int, str]:
    """Run the command once in a forked process, which starts at once; its exit code, and what it
    said. With `step` it dies before that change of the folder."""
    said = office.folder / "said.txt"
    child = os.fork()
    if child == 0:
        with said.open("w", encoding="utf-8") as sys.stderr:
            sys.stdout = sys.stderr
            os.chdir(office.folder)
            os.environ.clear()
            os.environ.update(office.environment(**settings))
            if step is not None:
                _die_at(step)
            line = ["dossiers", "watch", "vao", "--settle", "0", "--once"]
            code = run(["--database-url", office.url, *line])
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.read_text("utf-8")


def _die_at(step: int) -> None:
    left = step

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        writes = event == "open" and isinstance(args[2], int) and args[2] & os.O_CREAT
        if (event in MOVES or writes) and "vao" in str(args[0]):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(watch)


def _expire(office: Motcua) -> None:
    """Let the lease of a dead import be over, which else takes 15 seconds."""
    with closing(sqlite3.connect(office.url.removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE imports SET alive_ms = 0")


def _kinds(folder: Path) -> set[str]:
    """The names without their stamps."""
    return {file.name.split("-", 2)[2] for file in folder.iterdir()}


def _reports(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text("utf-8")) for file in folder.glob("*.report.json")]


def _report(folder: Path) -> dict[str, Any]:
    (found,) = _reports(folder)
    return found
