"""Writes a result to a file: completely or not at all, replacing a file only on request."""

from collections.abc import Callable, Mapping
from pathlib import Path

from admin.kit.files import SHARED, draft_of, require_free
from surveys.errors import Refusal

Writer = Callable[[Path], None]


def write_whole(file: Path, writers: Mapping[str, Writer], *, force: bool) -> None:
    """Write a file with the writer for its suffix.

    Raises OSError, Refusal `reporting.suffix` for a name with another suffix, or `files.exists` or
    `files.no_file` as `require_free`.
    """
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise Refusal("reporting.suffix", file=file.name, known=", ".join(writers))
    require_free(file, force=force)
    with draft_of(file, SHARED) as draft:
        writer(draft)
