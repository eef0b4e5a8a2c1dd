"""Writes files of commands: completely or not at all, and never through a link.

A draft next to the file gets an unguessable name and is created exclusively, so that no link to
another file can be in its place; then it is renamed to the file atomically.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surveys.errors import Refusal

PRIVATE, SHARED = 0o600, 0o666
DRAFT = ".part"


def require_free(file: Path, *, force: bool) -> None:
    """Check that writing the file loses nothing.

    Raises Refusal `files.exists` if it exists and `force` is not given, or `files.no_file` for a
    folder or a device, which is never replaced.
    """
    if not os.path.lexists(file):
        return
    if not file.is_symlink() and not file.is_file():
        raise Refusal("files.no_file", file=file)
    if not force:
        raise Refusal("files.exists", file=file)


def new_draft(file: Path, mode: int = PRIVATE) -> Path:
    """Create an empty draft next to `file`; by default only its owner may read it.

    Raises OSError that names `file`.
    """
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}{DRAFT}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(file)) from None
    return draft


@contextmanager
def draft_of(file: Path, mode: int = PRIVATE) -> Iterator[Path]:
    """A draft that becomes `file` if the block ends without an exception, else is deleted.

    A link at `file` is replaced; its target stays as it is. Raises OSError.
    """
    draft = new_draft(file, mode)
    try:
        yield draft
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
