"""Who may: the first administrator, proofs of names, roles within a command, limits to a unit."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import migrations
from tests.acceptance.support.command import Motcua

UNITS = "code,name,level,block,parent\nH01,Huyện,huyen,phong,\nXA01,Xã Một,xa,xa,H01\n"
UNITS += "XA02,Xã Hai,xa,xa,H01\n"
HEADER = "code,unit,channel,received_at,due_at,finished_at,returned_at,status\n"
KEY = {"key": "0f" * 16 + "a1" * 16}
Sit = Callable[[str], None]


def _dossier(code: str, unit: str) -> str:
    return f"{code},{unit},1,03/05/2021,10/05/2021,07/05/2021,07/05/2021,10\n"


@pytest.fixture
def sit(monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Let another user of the operating system sit at the machine."""
    return lambda name: monkeypatch.setattr("admin.kit.identity.os_user", lambda: name)


@pytest.fixture
def office(tmp_path: Path, unmigrated_sqlite_url: str, sit: Sit) -> Motcua:
    """A new office, made by the system user quan; two communes with a dossier each."""
    sit("quan")
    motcua = Motcua(folder=tmp_path, url=unmigrated_sqlite_url, settings=KEY)
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "d.csv").write_text(HEADER + _dossier("D1", "XA01") + _dossier("D2", "XA02"))
    assert "quan" in motcua("db", "upgrade").err
    assert motcua("units", "import", "units.csv").code == 0
    assert motcua.json("dossiers", "import", "d.csv")["accepted"] == 2
    return motcua


def test_who_makes_the_database_may_do_everything(office: Motcua) -> None:
    """Said on the terminal, logged, and not given to the user who runs it again."""
    (first,) = office.json("staff", "list")
    assert (first["name"], first["os_user"]) == ("quan", "quan")
    assert first["roles"] == "clerk, verifier, reporter, admin"
    rows = office.json("audit", "list", "--action", "staff.first")
    assert [(row["actor"], row["os_user"]) for row in rows] == [("quan", "quan")]
    for line in ("invite 2021-Q2", "verify list 2021-Q2", "rate 2021-Q2 --officials", "purge"):
        assert office(*line.split()).code == 0


def test_a_second_upgrade_makes_no_second_administrator(office: Motcua, sit: Sit) -> None:
    """A later user asks the first administrator."""
    sit("khach")
    again = office("db", "upgrade")
    assert (again.code, again.err) == (0, "")
    assert office("staff", "list").code == 1
    sit("quan")
    assert len(office.json("staff", "list")) == 1


def test_an_older_database_gets_an_administrator(
    tmp_path: Path, unmigrated_sqlite_url: str, sit: Sit
) -> None:
    """Its staff were names only: the user who upgrades it is the first who can prove an
    identity.
    """
    file = unmigrated_sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as conn:
        migrations.make_sqlite(conn, "0001")
        conn.execute(
            "INSERT INTO staff (name, roles, added_at) VALUES"
            """ ('hoa', '["verifier", "admin"]', '2021-05-01 00:00:00.000000')"""
        )
        conn.commit()
    motcua = Motcua(folder=tmp_path, url=unmigrated_sqlite_url, settings=KEY)
    sit("quan")
    assert "quan" in motcua("db", "upgrade").err
    assert motcua("staff", "add", "hoa", "--system-user", "hoa.lt").code == 0
    sit("hoa.lt")
    assert motcua("staff", "list").code == 0
    assert motcua("audit", "verify").code == 0


def test_a_name_is_proved_by_the_system_user_or_a_key(office: Motcua, sit: Sit) -> None:
    """The claimed name alone is worth nothing; the log has both."""
    assert office("staff", "add", "hoa", "--system-user", "hoa.lt").code == 0
    made = office("staff", "key", "hoa")
    key = made.out.strip()
    assert key not in made.err
    listing = ("--as", "hoa", "verify", "list", "2021-Q2")
    confirm = ("--as", "hoa", "verify", "confirm", "D1", "1", "--reason", "đúng")
    sit("khach")
    denied = office(*listing)
    assert (denied.code, "khach" in denied.err) == (1, True)
    assert office(*listing, staff_key="x" + key).code == 1
    assert office(*confirm, staff_key=key).code == 0
    (file := office.folder / "hoa.key").write_text(key, "utf-8")
    file.chmod(0o600)
    assert office("--key-file", file, *listing).code == 0
    sit("hoa.lt")
    assert office("verify", "list", "2021-Q2").code == 0
    sit("quan")
    (row,) = office.json("audit", "list", "--action", "verify")
    assert (row["actor"], row["os_user"]) == ("hoa", "khach")
    assert key not in Path(office.url.removeprefix("sqlite:///")).read_bytes().decode("latin-1")
    assert office("staff", "key", "hoa", "--revoke").code == 0
    sit("khach")
    assert office(*listing, staff_key=key).code == 1


def test_points_of_the_appraiser_are_for_verifiers(office: Motcua, sit: Sit) -> None:
    """A clerk's file of thẩm định comes back row by row; what it says of tự chấm is taken."""
    assert office("staff", "add", "lan", "--role", "clerk").code == 0
    assert office("staff", "add", "hoa").code == 0
    (office.folder / "s.csv").write_text(
        "unit,period,stage,criterion,points\nXA01,2021-Q2,self,9,2\nXA01,2021-Q2,appraised,9,2\n"
    )
    sit("lan")
    clerk = office("scores", "import", "s.csv")
    assert "verifier" in clerk.err
    sit("hoa")
    assert "clerk" in office("scores", "import", "s.csv").err
    (scores,) = office.json("scores", "list", "2021-Q2")
    assert (scores["self"], scores["appraised"]) == ("2", "2")


@pytest.fixture
def limited(office: Motcua, sit: Sit) -> Motcua:
    """The same office with lan at the machine, who works on XA01 only."""
    roles = ("--role", "clerk", "--role", "verifier")
    assert office("staff", "add", "lan", *roles, "--unit", "XA01").code == 0
    sit("lan")
    return office


def test_a_limited_officer_imports_rows_of_the_unit_only(limited: Motcua) -> None:
    """Another unit's rows come back, and so does its dossier under the own unit's name."""
    rows = _dossier("D3", "XA01") + _dossier("D4", "XA02") + _dossier("D2", "XA01")
    (limited.folder / "e.csv").write_text(HEADER + rows)
    told = limited.json("dossiers", "import", "e.csv")
    assert (told["accepted"], told["rejected"], told["new"]) == (1, 2, 1)
    (limited.folder / "f.csv").write_text(
        "unit,period,fact,value\nXA01,2021-Q2,publicity,both\nXA02,2021-Q2,publicity,both\n"
    )
    assert limited.json("facts", "import", "f.csv")["rejected"] == 1
    steps = "dossier,agency,due_at,finished_at\nD1,A,10/05/2021,\nD2,A,10/05/2021,\n"
    (limited.folder / "steps.csv").write_text(steps)
    both = limited.json("dossiers", "import", "e.csv", "--steps", "steps.csv")
    assert (both["steps"]["accepted"], both["steps"]["rejected"]) == (1, 1)


def test_a_limited_officer_sees_and_decides_dossiers_of_the_unit(limited: Motcua) -> None:
    """One of another unit is refused in the same words as one that is not there."""
    why = ("--reason", "đúng")
    for command in (("dossiers", "show"), ("dossiers", "link"), ("verify", "show")):
        assert limited(*command, "D1").code == 0
        other, missing = limited(*command, "D2"), limited(*command, "D9")
        assert (other.code, missing.code) == (1, 1)
        assert other.err.replace("D2", "D9") == missing.err
    assert limited("verify", "confirm", "D1", "1", *why).code == 0
    assert limited("verify", "confirm", "D2", "1", *why).code == 1
    assert limited("explain", "XA01", "2021-Q2", "1", "--codes").code == 0
    assert limited("explain", "XA02", "2021-Q2", "1", "--codes").code == 1


def test_what_concerns_the_whole_office_is_refused_in_a_sentence(limited: Motcua) -> None:
    """Figures of all units may be seen by everybody."""
    for line in ("invite 2021-Q2", "units import units.csv"):
        refused = limited(*line.split())
        assert (refused.code, "XA01" in refused.err) == (1, True)
    assert limited("rate", "2021-Q2").code == 0


def test_roles_that_cannot_be_limited(office: Motcua) -> None:
    """An admin or a reporter of one unit would be a promise nobody keeps."""
    refused = office("staff", "add", "lan", "--role", "admin", "--unit", "XA01")
    assert (refused.code, "XA01" in refused.err) == (1, True)
    assert office("staff", "add", "lan", "--role", "clerk", "--unit", "XA09").code == 1
    assert len(office.json("staff", "list")) == 1


def test_a_head_kept_elsewhere_shows_a_log_put_in_its_place(office: Motcua) -> None:
    """What `audit head` prints can be compared later, in every format."""
    assert office("db", "backup", "copy.bak").code == 0
    assert office("purge", "--yes").code == 0
    for style in ("table", "json", "csv"):
        kept = office("audit", "head", "--format", style).out
        (office.folder / f"{style}.txt").write_text(kept, "utf-8")
    last = office.json("audit", "head")[0]["head"]
    heads = ("table.txt", "json.txt", "csv.txt", last)
    for kept in heads:
        assert office("audit", "verify", "--head", kept).code == 0
    assert office("audit", "verify", "--head", "units.csv").code == 1
    assert office("db", "restore", "copy.bak", "--force", "--yes").code == 0
    assert office("audit", "verify").code == 0
    for kept in heads:
        refused = office("audit", "verify", "--head", kept)
        assert (refused.code, "db.restore" in refused.err) == (1, True)


def test_an_officer_of_one_unit_leaves_no_mapping_to_the_others(office: Motcua) -> None:
    """It could give the dossiers of another unit to their own in everybody's next import."""
    assert office("staff", "add", "lan", "--role", "clerk", "--unit", "XA01").code == 0
    assert office("units", "alias", "add", "X. Hai", "XA02").code == 0
    (office.folder / "own.yaml").write_text("units:\n  X. Hai: XA01\n", "utf-8")
    for name in ("own", "next"):
        line = f"M-{name},X. Hai,01/04/2021"
        (office.folder / f"{name}.csv").write_text(f"code,unit,received_at\n{line}\n", "utf-8")
    taken = office("--as", "lan", "dossiers", "import", "own.csv", "--mapping", "own.yaml")
    assert taken.code == 0, taken.err
    after = office("dossiers", "import", "next.csv")
    assert after.code == 0, after.err
    assert "own.yaml" not in after.err
    assert "XA02" in office("dossiers", "show", "M-next").out


def test_answers_are_nameless_to_all_but_verifiers(office: Motcua, sit: Sit) -> None:
    """No code, no day, not in the order of the days; of few dossiers nothing at all."""
    codes = [f"000.17.22.H56-2105{day:02d}-0001" for day in range(1, 7)]
    rows = "".join(_dossier(code, "XA01") for code in codes)
    (office.folder / "more.csv").write_text(HEADER + rows)
    said = ("many", "none", "once", "none", "many", "none")
    lines = [
        f"{code},phieu5,2021-06-{day:02d}T08:1{day}:00,very,{option},no"
        for day, (code, option) in enumerate(zip(codes, said, strict=True), 1)
    ]
    header = "dossier,form,answered_at,satisfaction,contacts,conduct"
    (office.folder / "paper.csv").write_text("\n".join((header, *lines)))
    assert office.json("dossiers", "import", "more.csv")["accepted"] == 6
    assert office.json("answers", "import", "paper.csv")["accepted"] == 6
    assert office("staff", "add", "lan", "--role", "reporter", "--system-user", "lan").code == 0
    told = office("explain", "XA01", "2021-Q2", "3")
    assert "H56-2105" in told.out, "a verifier sees the dossiers"
    assert "08:11" in told.out
    sit("lan")
    for criterion in ("3", "7"):
        seen = office("explain", "XA01", "2021-Q2", criterion)
        assert not [word for word in ("H56-", "/2021 ", "/06/", ":1") if word in seen.out]
    found = office.json("explain", "XA01", "2021-Q2", "3")
    assert {one["dossier"] for one in found["dossiers"]} == {None}
    assert [one["outcome"] for one in found["dossiers"]] == sorted(
        said, key=["none", "once", "many"].index
    )
    assert found["dossiers"][0]["reasons"] != []
    few = office.json("explain", "XA01", "2021-Q2", "3", "--outcome", "many")
    assert (few["whole"], few["dossiers"]) == (2, [])
    assert "verifier" in office("explain", "XA01", "2021-Q2", "3", "--outcome", "many").out
    assert "H56-" in office("explain", "XA01", "2021-Q2", "1").out, "the system's own days"
