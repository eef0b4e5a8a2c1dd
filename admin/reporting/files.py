"""Writes a result to a file: completely or not at all, replacing a file only on request."""

from collections.abc import Callable, Mapping
from pathlib import Path

from admin.kit.files import SHARED, draft_of, require_free
from surveys.errors import Refusal

Writer = Callable[[Path], None]
LOCKS = (".~lock.{name}#", "~${name}", "~${short}")
"""The files by which LibreOffice and Word mark a document that is open; Word cuts two signs."""


def write_whole(file: Path, writers: Mapping[str, Writer], *, force: bool) -> None:
    """Write a file with the writer for its suffix.

    Raises OSError, Refusal `reporting.suffix` for a name with another suffix, `files.exists` or
    `files.no_file` as `require_free`, or `files.open_elsewhere`.
    """
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise Refusal("reporting.suffix", file=file.name, known=", ".join(writers))
    require_free(file, force=force)
    require_closed(file)
    with draft_of(file, SHARED) as draft:
        writer(draft)


def require_closed(file: Path) -> None:
    """Check that no office program has the file open: it would write its own text over the new one.

    Raises Refusal `files.open_elsewhere`.
    """
    locks = {form.format(name=file.name, short=file.name[2:]) for form in LOCKS}
    if file.exists() and any((file.parent / lock).exists() for lock in locks):
        raise Refusal("files.open_elsewhere", file=file)
