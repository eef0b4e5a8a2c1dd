"""Checks the unpacked size of a package before it is unpacked."""

import zipfile
import zlib
from pathlib import Path

from surveys.errors import Refusal

MOST_BYTES = 1 << 30
"""A million dossiers unpack to about 700 MB."""
SURELY_FINE = 64 << 20
MOST_TIMES = 120
"""Unpacked size over packed size; an export with identical rows reaches 25."""
MOST_PARTS = 5_000
PIECE = 1 << 20


def require_safe(path: Path) -> None:
    """Check by its directory that a package is not a zip bomb, and that the directory states the
    true size of the parts that are read.

    Raises Refusal `sheets.too_large` or `sheets.cut`.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            _look(path, parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".bin")):
                    _unpack(package, part)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as error:
        raise Refusal("sheets.cut", file=path.name) from error
    except RuntimeError:
        raise Refusal("sheets.password", file=path.name) from None
    except zlib.error:
        raise Refusal("sheets.cut", file=path.name) from None


def _look(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    size = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    bomb = size > SURELY_FINE and size > MOST_TIMES * min(packed, path.stat().st_size)
    if size > MOST_BYTES or bomb or len(parts) > MOST_PARTS:
        megabytes = size >> 20
        raise Refusal("sheets.too_large", file=path.name, size=megabytes, most=MOST_BYTES >> 20)


def _unpack(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part and discard it: one longer than the directory says is damaged."""
    with package.open(part) as stream:
        while stream.read(PIECE):
            pass
