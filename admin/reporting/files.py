"""A result as a file: written whole or not at all, never over another one without being told."""

from collections.abc import Callable, Mapping
from pathlib import Path

from admin.kit.files import SHARED, draft_of, require_free
from surveys.errors import Refusal

Writer = Callable[[Path], None]


def write_whole(file: Path, writers: Mapping[str, Writer], *, force: bool) -> None:
    """Write a file by the writer of its suffix.

    Raises OSError, Refusal `reporting.suffix` for a name with another suffix, or `files.exists` or
    `files.no_file` as `require_free`.
    """
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise Refusal("reporting.suffix", file=file.name, known=", ".join(writers))
    require_free(file, force=force)
    with draft_of(file, SHARED) as draft:
        writer(draft)
