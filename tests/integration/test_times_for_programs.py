"""JSON and CSV give every moment in the authority's time zone, with its offset."""

from pathlib import Path

import pytest

from admin.kit import cli
from tests.integration.office import KEY

UNITS = "code,name,level,block\nXA01,UBND xã An Hòa,xa,xa\n"


@pytest.fixture(autouse=True)
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with one import, one officer and one alias."""
    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{tmp_path}/motcua.sqlite")
    monkeypatch.setenv("MOTCUA_KEY", KEY)
    (file := tmp_path / "units.csv").write_text(UNITS, "utf-8")
    for line in (
        ["db", "upgrade"],
        ["units", "import", str(file)],
        ["units", "alias", "add", "X. An Hòa", "XA01"],
    ):
        assert cli.run(line) == 0


@pytest.mark.parametrize("style", ["json", "csv"])
@pytest.mark.parametrize(
    "command",
    [("audit", "list"), ("imports", "list"), ("staff", "list"), ("units", "alias", "list")],
)
def test_moments_have_one_offset(
    command: tuple[str, ...], style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Vietnam's, in both formats."""
    capsys.readouterr()
    assert cli.run([*command, "--format", style]) == 0
    printed = capsys.readouterr().out
    assert "+07:00" in printed
    assert "+00:00" not in printed
