"""What an officer does at the beginning of a quarter, with the real command on both databases."""

import json
import os
import pty
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from tests.acceptance.support.command import MOTCUA, Motcua
from tests.acceptance.support.serving import hears_ctrl_c

CODE = "000.17.22.H56-210531-0001"
LARGE = 20_000
UNITS = """Mã đơn vị,Tên đơn vị,Cấp,Khối,Trực thuộc
XA01,Xã An Hòa,Xã,xa,H
H,Huyện An Lão,Huyện,phong,
"""
HEADER = ("Mã hồ sơ", "Đơn vị tiếp nhận", "Kênh", "Ngày nhận", "Ngày hẹn trả", "Ngày trả kết quả")
GOOD = (CODE, "Xã An Hòa", "Trực tiếp", "31/05/2021", "07/06/2021", "05/06/2021 09:30")
BAD = ("H56-210531-0002", "Xã Lạ", "Trực tiếp", "31/05/2021", "07/06/2021", "")


def _founded(folder: Path, url: str) -> Motcua:
    """Units, and an export of two dossiers, one of them no good."""
    motcua = Motcua(folder=folder, url=url, settings={"key": "1f" * 16 + "2e" * 16})
    (folder / "don-vi.csv").write_text(UNITS, "utf-16")
    book = openpyxl.Workbook()
    for row in (("SỔ THEO DÕI HỒ SƠ",), (), HEADER, GOOD, BAD):
        book.active.append(row)
    book.save(folder / "ho-so.xlsx")
    assert motcua("db", "upgrade").code == 0
    assert motcua("units", "import", "don-vi.csv").code == 0
    return motcua


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Motcua:
    """The command on a database that was made before, with its units."""
    return _founded(tmp_path, database_url)


@pytest.fixture
def new_office(unmigrated_url: str, tmp_path: Path) -> Motcua:
    """The same on a database that the command itself has made."""
    return _founded(tmp_path, unmigrated_url)


def test_from_nothing_to_dossiers(new_office: Motcua, tmp_path: Path) -> None:
    """Upgrade, units, dossiers; accepted and rejected are all rows, each rejected one has its
    reason; the same file twice changes nothing."""
    first = new_office("dossiers", "import", "ho-so.xlsx")
    assert (first.code, first.out) == (
        0,
        "ho-so.xlsx: 2 dòng, nhận 1, loại 1.\n1 mới, 0 đổi, 0 như cũ.\n",
    )
    assert "Dòng 5: Không có đơn vị nào mang mã hoặc tên “Xã Lạ”" in first.err
    rejected = openpyxl.load_workbook(tmp_path / "ho-so.xlsx.rejected.xlsx").active
    assert [cell.value for cell in rejected[2]][:3] == ["H56-210531-0002", "Xã Lạ", "Trực tiếp"]
    again = new_office.json("dossiers", "import", "ho-so.xlsx")
    assert {name: again[name] for name in ("rows", "accepted", "rejected", "new", "same")} == {
        "rows": 2,
        "accepted": 1,
        "rejected": 1,
        "new": 0,
        "same": 1,
    }
    assert [one["code"] for one in new_office.json("units", "list")] == ["H", "XA01"]
    assert new_office("db", "check").code == 0


def test_who_filed_is_shown_only_when_asked_and_then_written_down(
    office: Motcua, tmp_path: Path
) -> None:
    """Neither the name nor the number is anywhere else, not even in the database file."""
    person = "code,unit,applicant,phone\n" + f"{CODE},XA01,Nguyễn Văn Thử,0912345678\n"
    (tmp_path / "nguoi.csv").write_text(person, "utf-8")
    assert office("dossiers", "import", "nguoi.csv").code == 0
    assert office("staff", "add", "hoa").code == 0
    plain = office("dossiers", "show", CODE)
    assert "Thử" not in plain.out + plain.err
    assert "912345678" not in plain.out + plain.err
    shown = office.json("--as", "hoa", "dossiers", "show", CODE.lower(), "--reveal")
    assert (shown["applicant"], shown["phone"]) == ("Nguyễn Văn Thử", "+84912345678")
    for file in tmp_path.glob("motcua.sqlite*"):
        assert "Thử".encode() not in file.read_bytes()
        assert b"912345678" not in file.read_bytes()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["dossiers", "import", "khong-co.xlsx"], "Không tìm thấy tệp khong-co.xlsx"),
        (["dossiers", "import", "don-vi.csv"], "thiếu cột: Mã hồ sơ (code)"),
        (["dossiers", "import", "."], "là thư mục"),
        (
            ["dossiers", "import", "ho-so.xlsx", "--steps", "ho-so.xlsx"],
            "thiếu cột: Cơ quan (agency)",
        ),
        (["dossiers", "import", "ho-so.xlsx", "--mapping", "khong-co.yaml"], "khong-co.yaml"),
        (["units", "import", "ho-so.xlsx"], "thiếu cột"),
        (["dossiers", "show", "H56-210531-9999"], "Không có hồ sơ mang mã H56-210531-9999"),
        (["db", "restore", "don-vi.csv"], "không phải bản sao lưu"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_1(office: Motcua, args: list[str], said: str) -> None:
    """Nothing on standard output, no traceback, nothing half-written."""
    before = sorted(one.name for one in office.folder.iterdir() if "sqlite-" not in one.name)
    refused = office(*args)
    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err
    assert "Traceback" not in refused.err
    after = sorted(one.name for one in office.folder.iterdir() if "sqlite-" not in one.name)
    assert after == before
    assert [one["dossiers"] for one in office.json("units", "list")] == [0, 0]


def test_english_from_the_environment(office: Motcua) -> None:
    """MOTCUA_LANG speaks as --lang does."""
    told = office("dossiers", "show", "X", lang="en")
    assert told.err == (
        "Error: There is no dossier with the code X; please check the code, or import dossiers: "
        "motcua dossiers import FILE\n"
    )


def test_a_reader_that_goes_away_is_no_error(office: Motcua, tmp_path: Path) -> None:
    """`motcua … | head -1` ends quietly."""
    rows = "".join(f"U{number:05d},Đơn vị {number},Xã\n" for number in range(3_000))
    (tmp_path / "nhieu.csv").write_text("code,name,level\n" + rows, "utf-8")
    assert office("units", "import", "nhieu.csv").code == 0
    line = f"{MOTCUA} --database-url '{office.url}' units list --format csv | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, cwd=tmp_path, check=True)
    assert done.stdout.startswith(b"code,name,level,block,parent,valid_from,valid_to,dossiers,")
    assert done.stderr == b""


def test_an_import_that_is_killed_leaves_nothing(office: Motcua, tmp_path: Path) -> None:
    """One transaction: all of it or none; run again it takes everything."""
    process = _stopped_by(signal.SIGKILL, office, _large_file(tmp_path))
    assert process.returncode == -signal.SIGKILL
    assert [one["dossiers"] for one in office.json("units", "list")] == [0, 0]
    assert office.json("dossiers", "import", "lon.csv")["new"] == LARGE
    assert office("db", "check").code == 0


def test_ctrl_c_stops_at_once_and_keeps_nothing(office: Motcua, tmp_path: Path) -> None:
    """Exit code 130, no traceback, no half-written file of rejects."""
    process = _stopped_by(signal.SIGINT, office, _large_file(tmp_path))
    assert (process.returncode, process.stderr.strip()) == (130, b"")
    assert list(tmp_path.glob("*rejected*")) == []
    assert [one["dossiers"] for one in office.json("units", "list")] == [0, 0]


def test_backup_and_restore_by_hand(office: Motcua, tmp_path: Path) -> None:
    """Refused over what is there; forced, what was there is kept."""
    if "sqlite" not in office.url:
        pytest.skip("the pg_dump of this machine may be of another version")
    office("dossiers", "import", "ho-so.xlsx")
    assert office("db", "backup", "sao.bak").code == 0
    before = office.json("dossiers", "show", CODE)
    office("units", "import", "don-vi.csv")
    assert office("db", "restore", "sao.bak").code == 1
    assert "--yes" in office("db", "restore", "sao.bak", "--force").err
    assert office("db", "restore", "sao.bak", "--force", "--dry-run").code == 0
    assert list(tmp_path.glob("*.before-*")) == []
    assert office("db", "restore", "sao.bak", "--force", "--yes").code == 0
    assert len(list(tmp_path.glob("motcua.sqlite.before-*"))) == 1
    assert office.json("dossiers", "show", CODE) == before


def test_at_a_terminal_it_asks_and_shows_how_far_it_is(office: Motcua, tmp_path: Path) -> None:
    """A bar while it imports, a question before it replaces; no is no."""
    if "sqlite" not in office.url:
        pytest.skip("the terminal is the same on both databases")
    code, shown = _at_a_terminal(office, "", "dossiers", "import", _large_file(tmp_path))
    assert (code, "Đang nhập" in shown) == (0, True)
    assert office("db", "backup", "sao.bak").code == 0
    code, shown = _at_a_terminal(office, "n\n", "db", "restore", "sao.bak", "--force")
    assert (code, "Tiếp tục?" in shown, "Không thay đổi gì." in shown) == (1, True, True)
    assert list(tmp_path.glob("*.before-*")) == []
    code, shown = _at_a_terminal(office, "y\n", "db", "restore", "sao.bak", "--force")
    assert (code, "Đã khôi phục." in shown) == (0, True)


def test_two_files_are_told_together(office: Motcua, tmp_path: Path) -> None:
    """In JSON the steps are in the report of the dossiers, in CSV there is one row per file."""
    (tmp_path / "buoc.csv").write_text(f"dossier,agency\n{CODE},UBND xã\nX-1,Phòng\n", "utf-8")
    args = ("dossiers", "import", "ho-so.xlsx", "--steps", "buoc.csv")
    report = office.json(*args)
    assert (report["new"], report["steps"]["new"], report["steps"]["rejected"]) == (1, 1, 1)
    header, first, second = office(*args, "--format", "csv").out.splitlines()
    assert header.startswith("file,rows,accepted,rejected,new,changed,same,warnings")
    assert first.startswith("ho-so.xlsx,2,1,1,0,0,1,")
    assert second.startswith("buoc.csv,2,1,1,0,0,1,")


def test_json_is_all_there_is_on_standard_output(office: Motcua) -> None:
    """A program can read it whatever else is printed."""
    done = office("dossiers", "import", "ho-so.xlsx", "--format", "json", "--dry-run")
    report = json.loads(done.out)
    assert (report["dry_run"], report["new"], report["rejects"]) == (True, 1, None)
    assert "Dòng 5" in done.err


def _at_a_terminal(office: Motcua, typed: str, *args: str) -> tuple[int, str]:
    """Exit code and everything shown, of a command whose streams are a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [MOTCUA, "--database-url", office.url, *args],
        cwd=office.folder,
        env=os.environ | {"MOTCUA_KEY": office.settings["key"], "TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    os.write(master, typed.encode())
    shown = b""
    with suppress(OSError):
        while some := os.read(master, 4096):
            shown += some
    os.close(master)
    return process.wait(), shown.decode()


def _large_file(folder: Path) -> str:
    rows = "".join(f"H56-210531-{number:05d},XA01\n" for number in range(LARGE))
    (folder / "lon.csv").write_text(f"code,unit\nx,Xã Lạ\n{rows}", "utf-8")
    return "lon.csv"


def _stopped_by(
    sign: signal.Signals, office: Motcua, file: str
) -> subprocess.CompletedProcess[bytes]:
    """Begin an import, and stop it once it has begun to reject rows."""
    process = subprocess.Popen(
        [MOTCUA, "--database-url", office.url, "dossiers", "import", file],
        cwd=office.folder,
        env=os.environ | {"MOTCUA_KEY": office.settings["key"]},
        stderr=subprocess.PIPE,
        preexec_fn=hears_ctrl_c,
    )
    while not list(office.folder.glob("*.part")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(sign)
    _, told = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, b"", told)
