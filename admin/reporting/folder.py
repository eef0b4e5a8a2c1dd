"""Writes the files of a report into a folder: all of them or none, replacing only on request.

They are made in a hidden folder next to the target and then moved into it. Other files of the
folder stay as they are.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from admin.reporting.files import require_closed
from surveys.errors import Refusal


@contextmanager
def filled_folder(folder: Path, names: Sequence[str], *, force: bool) -> Iterator[Path]:
    """A folder to write `names` into; they are moved to `folder` if the block ends well.

    Raises OSError, or Refusal `files.no_folder`, `files.exists` or `files.open_elsewhere`.
    """
    require_room(folder, names, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = _draft(folder)
    try:
        yield made
        _move_all(made, folder, [name for name in names if (made / name).exists()])
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _draft(folder: Path) -> Path:
    """An empty folder next to this one. Raises OSError, which names the one that was asked for."""
    try:
        return Path(mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None


def require_room(folder: Path, names: Sequence[str], *, force: bool) -> None:
    """Check that writing these files loses nothing. Raises Refusal as `filled_folder`."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise Refusal("files.no_folder", file=folder)
    for name in names:
        if not os.path.lexists(folder / name):
            continue
        if not force:
            raise Refusal("files.exists", file=folder / name)
        require_closed(folder / name)


def _move_all(made: Path, folder: Path, names: Sequence[str]) -> None:
    """Move the files in; if one cannot be moved, what was there before is put back."""
    folder.mkdir(exist_ok=True)
    before = made / ".before"
    before.mkdir()
    undo: list[Callable[[], object]] = []
    try:
        for name in names:
            target = folder / name
            if os.path.lexists(target):
                target.rename(before / name)
                undo.append(_mover(before / name, target))
            (made / name).rename(target)
            undo.append(_mover(target, made / name))
    except OSError:
        for step in reversed(undo):
            step()
        raise


def _mover(source: Path, target: Path) -> Callable[[], object]:
    return lambda: source.rename(target)
