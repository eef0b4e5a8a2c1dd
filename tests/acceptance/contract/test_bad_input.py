"""Whatever a person gets wrong: one clear sentence in their language, exit 1, nothing written."""

import socket
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import pytest

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.faults import (
    DOSSIER,
    assert_misused,
    assert_refused,
    contents,
    rows_in,
    small_office,
    write_bad_databases,
    write_bad_files,
)
from tests.acceptance.support.files import Style, write_one

T = TypeVar("T")
LANGUAGES = ("vi", "en")
REFUSED = """
units import nowhere.csv
dossiers import dossiers.csv --steps nowhere.csv
scores import nowhere.csv
units import folder
dossiers import dossiers.csv --steps folder
answers import empty.csv
facts import blank.csv
dossiers import columns.csv
dossiers import dossiers.csv --steps columns.csv
answers import question.csv
units import twice.csv
units import garbage.csv
units import tcvn.csv
dossiers import garbage.xlsx
dossiers import zip.xlsx
dossiers import page.xls
dossiers import dossiers.csv --mapping syntax.yaml
dossiers import strange.csv --rejects nowhere/rejects.csv
dossiers import dossiers.csv --rejects dossiers.csv
dossiers show D-404
dossiers link D-404
forms check nowhere.yaml
forms check syntax.yaml
forms check list.yaml
forms check typo.yaml
forms check binary.yaml
forms try phieu99
rulebooks check nowhere.yaml
rulebooks check typo.yaml
rulebooks check binary.yaml
rate 2021-Q2 --rulebook typo.yaml
rate 2021-Q2 --rulebook nobody-2020
rate 2021-Q5
rate quý-hai
rate 2021-02-30..2021-04-01
tally 21-Q2
tally 2021-Q2 --out nowhere/tally.xlsx
tally 2021-Q2 --out tally.docx
tally 2021-Q2 --by weather --out tally.csv
invite 2021-Q7
check garbage.csv
--config broken.toml units list
--config unknown.toml units list
--config binary.yaml units list
db restore text.sqlite
db restore nowhere.sqlite
db backup folder
"""
"""Command lines in a folder of bad files, on a good database."""
NO_DATABASE = {
    "newer.sqlite": ("units list", "rate 2021-Q2", "units import units.csv", "serve", "db upgrade"),
    "nothing.sqlite": ("units list", "units import units.csv", "serve"),
    "absent.sqlite": ("units list", "dossiers import dossiers.csv", "rate 2021-Q2"),
    "foreign.sqlite": ("units list",),
    "text.sqlite": ("units list", "db upgrade", "db check", "serve"),
    "folder": ("units list", "db upgrade"),
    "nowhere/motcua.sqlite": ("units list",),
    "/proc/motcua.sqlite": ("db upgrade",),
}
"""Command lines by the SQLite file they are given."""
URLS = ("postgresql://nobody@127.0.0.1:1/motcua", "mysql://localhost/motcua", "motcua", "")
"""A server that does not answer, a kind of database we do not know, no address at all."""
SETTINGS = {
    "listen": "somewhere",
    "timezone": "Mars/Base",
    "public_url": "http://motcua.example",
    "quota_percent": "120",
    "quiet_from": "late",
    "periods": "lunar",
    "period": "calendar",
}
MISUSED = """
rats
rate
rate 2021-Q2 --formats json
rate 2021-Q2 --format yaml
units export
units import
tally 2021-Q2 extra words
--lang fr units list
demo --port 99999
"""


@pytest.fixture(scope="module")
def motcua(tmp_path_factory: pytest.TempPathFactory) -> Motcua:
    """A small office, with bad files of every kind next to it."""
    motcua = small_office(tmp_path_factory.mktemp("bad_input"))
    write_bad_files(motcua.folder)
    write_bad_databases(motcua)
    kind, row, _ = WRONG_ROWS["dossier"]  # the first file of answers publishes the forms
    motcua(kind, "import", write_one(kind, [row], Style(), motcua.folder))
    return motcua


def spoken(listed: Iterable[T]) -> list[tuple[T, str]]:
    """Each thing with a language, in turn: that both have every text is guarded elsewhere."""
    return list(zip(listed, cycle(LANGUAGES)))


@pytest.mark.parametrize(("line", "lang"), spoken(REFUSED.strip().splitlines()))
def test_refused(motcua: Motcua, line: str, lang: str) -> None:
    """What cannot be read or is not there is refused in one sentence, and no row is written."""
    before = rows_in(motcua)
    assert_refused(motcua(*line.split(), lang=lang), lang)
    assert rows_in(motcua) == before
    assert not list(motcua.folder.glob("*.part"))


@pytest.mark.parametrize(
    ("given", "lang"),
    spoken((name, line) for name, lines in NO_DATABASE.items() for line in lines),
)
def test_database_that_cannot_be_used(motcua: Motcua, given: tuple[str, str], lang: str) -> None:
    """A database that is newer, empty, foreign or none is refused, with nothing written into it."""
    database, line = given
    file = motcua.folder / database
    before = contents(file)
    elsewhere = Motcua(folder=motcua.folder, url=f"sqlite:///{file}")
    assert_refused(elsewhere(*line.split(), lang=lang, listen="127.0.0.1:0"), lang)
    assert contents(file) == before


@pytest.mark.parametrize(("url", "lang"), spoken(URLS))
def test_database_out_of_reach(motcua: Motcua, url: str, lang: str) -> None:
    """Where there is no database to be reached, it is said so."""
    assert_refused(Motcua(folder=motcua.folder, url=url)("units", "list", lang=lang), lang)


@pytest.mark.parametrize(("line", "lang"), spoken(MISUSED.strip().splitlines()))
def test_misused(motcua: Motcua, line: str, lang: str) -> None:
    """A command line that means nothing exits with 2 and one sentence."""
    assert_misused(motcua(*line.split(), lang=lang), "vi" if "fr" in line else lang)


@pytest.mark.parametrize(("given", "lang"), spoken(SETTINGS.items()))
def test_settings(motcua: Motcua, given: tuple[str, str], lang: str) -> None:
    """A setting that cannot work is named."""
    setting, value = given
    done = motcua("serve", lang=lang, **{"listen": "127.0.0.1:0", setting: value})
    assert_refused(done, lang)
    assert f"MOTCUA_{setting.upper()}" in done.err


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_port_in_use(motcua: Motcua, taken_port: int) -> None:
    """A port in use is named, by `serve` and by `demo`, which has not begun to make anything."""
    serving = motcua("serve", lang="vi", listen=f"127.0.0.1:{taken_port}")
    assert_refused(serving, "vi")
    assert str(taken_port) in serving.err
    demo = ("demo", "--port", str(taken_port), "--data", "demo", "--no-browser")
    showing = motcua(*demo, lang="en")
    assert_refused(showing, "en")
    assert str(taken_port) in showing.err
    assert not (motcua.folder / "demo").exists()


WRONG_ROWS = {
    "date": ("dossiers", ["E-1", "X01", "", "BCCI", "30/02/2021", *DOSSIER[5:]], "30/02/2021"),
    "unit": ("dossiers", ["E-1", "X99", *DOSSIER[2:]], "X99"),
    "share": ("facts", ["X01", "2021-Q2", "onspot_share", "1.2"], "1.2"),
    "count": ("facts", ["X01", "2021-Q2", "complaints_total", "-3"], "-3"),
    "fact": ("facts", ["X01", "2021-Q2", "weather", "1"], "weather"),
    "criterion": ("scores", ["X01", "2021-Q2", "self", "10", "1", ""], "10"),
    "points": ("scores", ["X01", "2021-Q2", "self", "1", "2.5", ""], "2.5"),
    "period": ("scores", ["X01", "2021-Q9", "self", "1", "2", ""], "2021-Q9"),
    "level": ("units", ["X03", "Xã Ba", "thôn", "xa", "", "", ""], "thôn"),
    "parent": ("units", ["X03", "Xã Ba", "xa", "xa", "X88", "", ""], "X88"),
    "dossier": ("answers", ["D-404", "phieu5", "02/04/2021", "giấy", "very"], "D-404"),
    "option": ("answers", ["D-0", "phieu5", "02/04/2021", "giấy", "great"], "great"),
}


@pytest.mark.parametrize(("wrong", "lang"), spoken(WRONG_ROWS))
def test_file_with_wrong_rows_only(motcua: Motcua, wrong: str, lang: str, tmp_path: Path) -> None:
    """A file of which no row can be taken exits with 1 and says which row, why, and where."""
    kind, row, named = WRONG_ROWS[wrong]
    file = write_one(kind, [row], Style(), tmp_path)
    before = rows_in(motcua)
    done = motcua(kind, "import", file, lang=lang)
    assert done.code == 1
    reason = done.err.splitlines()[0]
    assert named in reason
    assert reason.startswith("Dòng 2: " if lang == "vi" else "Row 2: ")
    assert str(file.with_name(f"{file.name}.rejected.csv")) in done.err
    assert set(rows_in(motcua) - before) <= {"imports", "audit"}
