"""A result is written whole, and never over something that is open."""

from pathlib import Path

import pytest

from admin.reporting.files import write_whole
from surveys.errors import Refusal


def _write(file: Path, text: str, *, force: bool) -> None:
    def write(draft: Path) -> None:
        draft.write_text(text)

    write_whole(file, {".xlsx": write}, force=force)


@pytest.mark.parametrize("lock", [".~lock.ket-qua.xlsx#", "~$ket-qua.xlsx", "~$t-qua.xlsx"])
def test_a_workbook_that_is_open_is_not_replaced(tmp_path: Path, lock: str) -> None:
    """Even with force: the program would write its own over the new one."""
    file = tmp_path / "ket-qua.xlsx"
    (tmp_path / lock).touch()
    _write(file, "old", force=False)
    with pytest.raises(Refusal, match=r"files\.open_elsewhere"):
        _write(file, "new", force=True)
    assert file.read_text() == "old"
    (tmp_path / lock).unlink()
    _write(file, "new", force=True)
    assert file.read_text() == "new"
