"""What people get wrong: files, databases and settings, and the words of a good refusal."""

import re
import shutil
import sqlite3
import unicodedata
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.acceptance.support.command import Motcua, Outcome
from tests.acceptance.support.files import Style, write_one

LETTERS = re.compile("[đĐ\u0300-\u0303\u0306\u0309\u031b\u0323]")
PYTHON = re.compile(
    r"Traceback|Errno|\b[A-Z][a-z]\w*(Error|Exception|Warning)\b|<class|\bNone\b|\{\w*\}"
)
SPOKEN = re.compile(r"“[^”]*”|[^,.:]+ \(\w+\)|[\w.:/\\-]*/[\w.:/\\-]*")
"""What stands in a sentence as the user wrote it: quotations, columns by their title, paths."""
ENGLISH = re.compile(
    r"\b(the|is|not|no|with|while|found|invalid|such|value|expected)\b", re.IGNORECASE
)
DAY = "01/04/2021"
DOSSIER = ["D-0", "X01", "", "BCCI", DAY, DAY, DAY, DAY, "10", "", ""]


def assert_refused(done: Outcome, lang: str) -> None:
    """Exit code 1 and one line in the language asked for, on standard error alone."""
    assert (done.code, done.out) == (1, ""), done
    assert done.err.endswith("\n"), done.err
    assert done.err.count("\n") == 1, done.err
    assert_sentence(done.err, lang)


def assert_misused(done: Outcome, lang: str) -> None:
    """Exit code 2, one sentence, and a line that says where the help is."""
    assert (done.code, done.out) == (2, ""), done
    said, help_ = done.err.splitlines()
    assert_sentence(said, lang)
    assert help_.endswith("--help")


def assert_sentence(said: str, lang: str) -> None:
    """Words of the language, none of Python's or of a parser's."""
    mark, sentence = said.split(": ", 1)
    assert mark == {"vi": "Lỗi", "en": "Error"}[lang]
    assert len(sentence) > 10, sentence
    assert not PYTHON.search(sentence), sentence
    ours = SPOKEN.sub("", sentence)
    assert bool(LETTERS.search(unicodedata.normalize("NFD", ours))) == (lang == "vi"), sentence
    assert lang == "en" or not ENGLISH.search(ours), sentence


def rows_in(motcua: Motcua) -> Counter[str]:
    """How many rows each table of the SQLite database has."""
    with closing(sqlite3.connect(motcua.url.removeprefix("sqlite:///"))) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        counted = {name: db.execute(f'SELECT count(*) FROM "{name}"') for (name,) in tables}  # noqa: S608
        return Counter({name: rows.fetchone()[0] for name, rows in counted.items()})


def contents(file: Path) -> object:
    """What a file holds: a database its statements, another its bytes; else whether it is there."""
    if not file.is_file():
        return file.exists()
    try:
        with closing(sqlite3.connect(file)) as db:
            return list(db.iterdump())
    except sqlite3.DatabaseError:
        return file.read_bytes()


def small_office(folder: Path) -> Motcua:
    """Two units and a dossier."""
    motcua = Motcua(folder=folder, url=f"sqlite:///{folder}/motcua.sqlite")
    assert motcua("db", "upgrade").code == 0
    units = [[code, f"Xã {code}", "xa", "xa", "", "", ""] for code in ("X01", "X02")]
    assert motcua("units", "import", write_one("units", units, Style(), folder)).code == 0
    file = write_one("dossiers", [DOSSIER], Style(), folder)
    assert motcua("dossiers", "import", file).code == 0
    return motcua


def write_bad_files(folder: Path) -> None:
    """One file of each kind of wrong."""
    (folder / "folder").mkdir()
    (folder / "empty.csv").write_bytes(b"")
    (folder / "blank.csv").write_bytes(b"\n;;\n\n")
    (folder / "columns.csv").write_text("something,else\n1,2\n", "utf-8")
    (folder / "strange.csv").write_text(f"code,unit,received_at\nZ,X99,{DAY}\n", "utf-8")
    (folder / "garbage.csv").write_bytes(bytes(range(128, 256)) * 8)
    (folder / "half.csv").write_bytes("Mã đơn vị,Tên đơn vị,Cấp\nX,Xã,xa\n".encode("utf-16")[:-1])
    (folder / "tcvn.csv").write_bytes(b"code,name,level\nX09,\xff\xfe\xff,xa\n")
    (folder / "garbage.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    (folder / "page.xls").write_text("<html><table><tr><td>1</td></tr></table></html>", "utf-8")
    with zipfile.ZipFile(folder / "zip.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    (folder / "question.csv").write_text("dossier,form,answered_at,channel,mood\n", "utf-8")
    (folder / "twice.csv").write_text("code,name,level,code\nX,Xã,xa,Y\n", "utf-8")
    write_bad_settings(folder)


def write_bad_settings(folder: Path) -> None:
    """Invalid forms, rulebooks, mappings and settings."""
    (folder / "syntax.yaml").write_text("id: [phieu\n  questions", "utf-8")
    (folder / "list.yaml").write_text("- a\n- b\n", "utf-8")
    (folder / "typo.yaml").write_text("id: mau\nversion: 1\nquestionz: []\n", "utf-8")
    (folder / "binary.yaml").write_bytes(bytes(range(256)))
    (folder / "broken.toml").write_text("listen = [", "utf-8")
    (folder / "unknown.toml").write_text('lissten = "127.0.0.1:8080"\n', "utf-8")


def write_bad_databases(motcua: Motcua) -> None:
    """A database of a later version, an empty one, one of somebody else, and none at all."""
    folder = motcua.folder
    shutil.copy(folder / "motcua.sqlite", folder / "newer.sqlite")
    with closing(sqlite3.connect(folder / "newer.sqlite")) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    (folder / "nothing.sqlite").write_bytes(b"")
    with closing(sqlite3.connect(folder / "foreign.sqlite")) as db:
        db.execute("CREATE TABLE songs (title TEXT)")
    (folder / "text.sqlite").write_text("Đây không phải cơ sở dữ liệu.\n" * 40, "utf-8")
