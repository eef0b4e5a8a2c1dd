"""Files that a command writes."""

import os
from pathlib import Path

import pytest

from admin.kit.files import SHARED, draft_of, require_free
from surveys.errors import Refusal


def _write(file: Path, text: str, mode: int = 0o600) -> None:
    with draft_of(file, mode) as draft:
        draft.write_text(text, "utf-8")


@pytest.mark.parametrize(("mode", "expected"), [(0o600, 0o600), (SHARED, 0o644)])
def test_a_private_file_is_its_owners_alone(tmp_path: Path, mode: int, expected: int) -> None:
    """Whatever the umask; a shared one follows it."""
    before = os.umask(0o022)
    try:
        _write(file := tmp_path / "x.csv", "a", mode)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == expected
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_link_leads_to_is_never_written(tmp_path: Path) -> None:
    """Neither at the name of the file nor at that of an earlier draft."""
    (victim := tmp_path / "victim").write_text("mine", "utf-8")
    file = tmp_path / "x.csv"
    for planted in (file, tmp_path / "x.csv.part"):
        planted.symlink_to(victim)
    _write(file, "ours")
    assert (victim.read_text("utf-8"), file.read_text("utf-8")) == ("mine", "ours")
    assert not file.is_symlink()


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    """And no draft."""
    (file := tmp_path / "x.csv").write_text("before", "utf-8")
    with pytest.raises(UnicodeEncodeError):
        _write(file, "half \ud800")
    assert file.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_an_error_names_the_wanted_file(tmp_path: Path) -> None:
    """Not the draft nobody asked for."""
    with pytest.raises(FileNotFoundError) as failed, draft_of(tmp_path / "no" / "x.csv"):
        pass
    assert failed.value.filename == str(tmp_path / "no" / "x.csv")


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    """A file or a link only with `force`; a folder or a device never."""
    (file := tmp_path / "x.csv").write_text("before", "utf-8")
    (link := tmp_path / "link").symlink_to(tmp_path / "nowhere")
    require_free(tmp_path / "new.csv", force=False)
    for there in (file, link):
        require_free(there, force=True)
        with pytest.raises(Refusal, match=r"files\.exists"):
            require_free(there, force=False)
    for other in (tmp_path, Path(os.devnull)):
        with pytest.raises(Refusal, match=r"files\.no_file"):
            require_free(other, force=True)
