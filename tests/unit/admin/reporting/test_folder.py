"""The files of a report are written all or none, and never over something that is open."""

from pathlib import Path

import pytest

from admin.reporting.folder import filled_folder, require_room
from surveys.errors import Refusal

NAMES = ["bao-cao.docx", "phu-luc.xlsx"]


def _write(folder: Path, text: str, *, force: bool = False) -> None:
    with filled_folder(folder, NAMES, force=force) as made:
        for name in NAMES:
            (made / name).write_text(text)


def _read(folder: Path) -> dict[str, str]:
    return {one.name: one.read_text() for one in sorted(folder.iterdir())}


def test_all_files_or_none(tmp_path: Path) -> None:
    """An exception while they are made leaves no folder."""
    folder = tmp_path / "r"
    with pytest.raises(ValueError), filled_folder(folder, NAMES, force=False) as made:  # noqa: PT011, PT012
        (made / NAMES[0]).write_text("half")
        raise ValueError
    assert list(tmp_path.iterdir()) == []
    _write(folder, "new")
    assert _read(folder) == dict.fromkeys(NAMES, "new")


def test_nothing_is_replaced_without_being_asked(tmp_path: Path) -> None:
    """With force the old ones go; other files stay."""
    _write(tmp_path, "old")
    (tmp_path / "signed.pdf").write_text("signed")
    with pytest.raises(Refusal, match=r"files\.exists"):
        _write(tmp_path, "new")
    assert _read(tmp_path) == {**dict.fromkeys(NAMES, "old"), "signed.pdf": "signed"}
    _write(tmp_path, "new", force=True)
    assert _read(tmp_path) == {**dict.fromkeys(NAMES, "new"), "signed.pdf": "signed"}


def test_a_file_that_cannot_be_moved_brings_the_old_ones_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last move fails: the folder is as it was, no draft stays."""
    folder, rename = tmp_path / "r", Path.rename
    _write(folder, "old")

    def failing(path: Path, target: Path) -> Path:
        if target == folder / NAMES[1]:
            monkeypatch.undo()
            raise PermissionError(13, "locked", str(target))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PermissionError):
        _write(folder, "new", force=True)
    assert _read(folder) == dict.fromkeys(NAMES, "old")
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("lock", [".~lock.bao-cao.docx#", "~$o-cao.docx"])
def test_an_open_document_is_not_replaced(tmp_path: Path, lock: str) -> None:
    """LibreOffice and Word mark an open document by a file next to it."""
    _write(tmp_path, "old")
    (tmp_path / lock).touch()
    with pytest.raises(Refusal, match=r"files\.open_elsewhere"):
        require_room(tmp_path, NAMES, force=True)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """The folder's name is taken by a file."""
    (tmp_path / "r").touch()
    with pytest.raises(Refusal, match=r"files\.no_folder"):
        _write(tmp_path / "r", "new")


def test_a_folder_that_cannot_be_made_is_named_as_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by the name of its draft."""

    def refuse(**_: object) -> str:
        raise PermissionError(13, "no", str(tmp_path / ".r.abc.part"))

    monkeypatch.setattr("admin.reporting.folder.mkdtemp", refuse)
    with pytest.raises(PermissionError) as refused:
        _write(tmp_path / "r", "new")
    assert refused.value.filename == str(tmp_path / "r")
